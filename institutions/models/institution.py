from django.db import models
from django.db.models import Q
from django.urls import reverse

from ..codes import (
    validate_bank_account,
    validate_institution_code,
    validate_printable,
    validate_staff_code,
    validate_uscc,
)
from .region import Region
from .versions import PartyVersion


class InstitutionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A hospital sees itself, an agency its region and whoever has an agreement with it; others nothing."""
        if user.institution_id:
            return self.filter(pk=user.institution_id)
        if not user.agency_id:
            return self.none()
        prefix = user.agency.region.prefix
        here = Q(region__code__startswith=prefix)
        contracted = Q(
            pk__in=self.model.objects.filter(agreements__agency__region__code__startswith=prefix).values("pk")
        )
        return self.filter(here | contracted)


class Institution(models.Model):
    """定点医疗机构，协议的乙方。代码不变，其余都在版本里。"""

    code = models.CharField("医保代码", max_length=12, unique=True, validators=[validate_institution_code])
    region = models.ForeignKey(Region, models.PROTECT, related_name="institutions", verbose_name="统筹区")
    current = models.ForeignKey(
        "InstitutionVersion",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="现行版本",
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = verbose_name_plural = "定点医疗机构"

    def __str__(self):
        return self.name or self.code

    def get_absolute_url(self):
        return reverse("institution", args=[self.code])

    @property
    def name(self):
        return self.current.name if self.current_id else ""

    def version_on(self, day):
        """The version in force on a day, or None before the first."""
        return self.versions.filter(valid_from__lte=day).order_by("-number").first()


class OfInstitution(models.QuerySet):
    """Rows that belong to an institution are seen by whoever sees the institution."""

    def visible_to(self, user):
        return self.filter(institution__in=Institution.objects.visible_to(user).values("pk"))


class InstitutionVersion(PartyVersion):
    """某日起的机构信息。第七十六条所列的基础信息和重大信息都在这里。"""

    class Grade(models.TextChoices):
        III_A = "3A", "三级甲等"
        III_B = "3B", "三级乙等"
        III = "3", "三级"
        II_A = "2A", "二级甲等"
        II_B = "2B", "二级乙等"
        II = "2", "二级"
        I = "1", "一级"  # noqa: E741
        NONE = "0", "未定级"

    class Category(models.TextChoices):
        GENERAL = "general", "综合医院"
        TCM = "tcm", "中医医院"
        ETHNIC = "ethnic", "民族医医院"
        SPECIAL = "special", "专科医院"
        MATERNAL = "maternal", "妇幼保健院"
        REHAB = "rehab", "康复医院"
        NURSING = "nursing", "护理院"
        TOWNSHIP = "township", "乡镇卫生院"
        COMMUNITY = "community", "社区卫生服务中心"
        OUTPATIENT = "outpatient", "门诊部"
        CLINIC = "clinic", "诊所"
        VILLAGE = "village", "村卫生室"
        DIALYSIS = "dialysis", "血液透析中心"
        EMERGENCY = "emergency", "急救中心"

    class Nature(models.TextChoices):
        PUBLIC = "public", "公立"
        MILITARY = "military", "军队"
        PRIVATE = "private", "社会办医"

    class Business(models.TextChoices):
        NON_PROFIT = "non_profit", "非营利性"
        PROFIT = "profit", "营利性"

    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="versions", verbose_name="医疗机构"
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, validators=[validate_uscc])
    principal = models.CharField("主要负责人", max_length=50, validators=[validate_printable])
    controller = models.CharField("实际控制人", max_length=50, blank=True, validators=[validate_printable])
    grade = models.CharField("等级", max_length=2, choices=Grade)
    category = models.CharField("类别", max_length=12, choices=Category)
    nature = models.CharField("机构性质", max_length=10, choices=Nature)
    business = models.CharField("经营性质", max_length=10, choices=Business)
    licence_number = models.CharField("执业许可证号", max_length=30, validators=[validate_printable])
    licence_expires_on = models.DateField("执业许可证有效期至", null=True, blank=True)
    subjects = models.CharField(
        "诊疗科目",
        max_length=1000,
        validators=[validate_printable],
        help_text="用顿号分开，例如“内科、外科、中医科”",
    )
    beds = models.PositiveIntegerField("床位数", default=0)
    staff = models.PositiveIntegerField("医护人员数", default=0)
    bank_name = models.CharField("开户银行", max_length=100, validators=[validate_printable])
    bank_account = models.CharField("银行账号", max_length=32, validators=[validate_bank_account])

    objects = OfInstitution.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = "机构信息版本"
        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="institution_version_once")
        ]
        indexes = [models.Index(fields=["name"])]

    @property
    def masked_account(self):
        return f"**** {self.bank_account[-4:]}"


class Department(models.Model):
    """科室。"""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="departments", verbose_name="医疗机构"
    )
    code = models.CharField("科室代码", max_length=20)
    name = models.CharField("科室名称", max_length=50)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = OfInstitution.as_manager()

    class Meta:
        ordering = ["institution_id", "code"]
        verbose_name = verbose_name_plural = "科室"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "code"],
                name="department_once",
                violation_error_message="本机构已有这个科室代码",
            )
        ]

    def __str__(self):
        return self.name


class StaffMember(models.Model):
    """医务人员：只记国家编码和姓名，不记任何身份证件号码。"""

    class Kind(models.TextChoices):
        PHYSICIAN = "physician", "医师"
        NURSE = "nurse", "护士"
        PHARMACIST = "pharmacist", "药学人员"
        TECHNICIAN = "technician", "技术人员"

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="staff_members", verbose_name="医疗机构"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name="科室"
    )
    # One person may work in several places: a row for each, held together by the national code (第六十八条).
    code = models.CharField("人员编码", max_length=14, db_index=True, validators=[validate_staff_code])
    name = models.CharField("姓名", max_length=50)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    title = models.CharField("职称", max_length=30, blank=True)
    left_on = models.DateField("离开日期", null=True, blank=True)

    objects = OfInstitution.as_manager()

    class Meta:
        ordering = ["institution_id", "code"]
        verbose_name = verbose_name_plural = "医务人员"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "code"],
                name="staff_once_an_institution",
                violation_error_message="这一人员编码在本机构已经登记",
            )
        ]

    def __str__(self):
        return self.name
