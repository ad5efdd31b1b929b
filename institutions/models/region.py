from django.db import models

from ..codes import validate_agency_code
from .versions import PartyVersion


class Level(models.TextChoices):
    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市、自治州级"
    COUNTY = "county", "县级"

    def at_least(self, other):
        ranks = list(Level)
        return ranks.index(self) <= ranks.index(Level(other))


class Region(models.Model):
    """统筹区，按 GB/T 2260 区划代码：两位一级，所以下级的代码总以上级去零后的前缀开头。"""

    code = models.CharField("区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=50)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    class Meta:
        ordering = ["code"]
        verbose_name = verbose_name_plural = "统筹区"

    def __str__(self):
        return self.name

    @property
    def level(self):
        if self.code.endswith("0000"):
            return Level.PROVINCE
        return Level.PREFECTURE if self.code.endswith("00") else Level.COUNTY

    @property
    def prefix(self):
        """The part of the code that every region below shares: 630000 → 63, 630100 → 6301."""
        return {Level.PROVINCE: self.code[:2], Level.PREFECTURE: self.code[:4]}.get(self.level, self.code)


class AgencyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An agency's staff see their own agency and those of the regions below it."""
        if not user.agency_id:
            return self.none()
        return self.filter(region__code__startswith=user.agency.region.prefix)


class Agency(models.Model):
    """医疗保障经办机构，协议的甲方。"""

    code = models.CharField("经办机构代码", max_length=20, unique=True, validators=[validate_agency_code])
    region = models.ForeignKey(Region, models.PROTECT, related_name="agencies", verbose_name="统筹区")
    level = models.CharField("层级", max_length=10, choices=Level)
    document_word = models.CharField("发文代字", max_length=10, help_text="文书编号的开头，例如“宁医保”")
    current = models.ForeignKey(
        "AgencyVersion", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="现行版本"
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "code"]
        verbose_name = verbose_name_plural = "经办机构"

    def __str__(self):
        return self.name or self.code

    @property
    def name(self):
        return self.current.name if self.current_id else ""

    @property
    def level_name(self):
        return self.get_level_display()

    @property
    def short_name(self):
        """统筹区的名字，列表里够用。"""
        return self.region.name


class AgencyVersion(PartyVersion):
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="versions", verbose_name="经办机构")

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = "经办机构信息版本"
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="agency_version_once")]
