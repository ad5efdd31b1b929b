from django.conf import settings
from django.db import models
from django.db.models import Q

from agreements.models import Attachment, Paper

from ..canonical import digest_of
from ..states import FIXED
from ..strokes import path_of
from .inspection import Inspection, InspectionMember
from .querysets import OfInspection


class ResultSheet(models.Model):
    """核查结果：核查完毕时固定的内容和摘要，当场签认或注明拒签，此后封存（第五十七条）。"""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="sheets", verbose_name="核查")
    order = models.PositiveSmallIntegerField("次序")
    snapshot = models.JSONField("内容")
    sha256 = models.CharField("摘要", max_length=64)
    fixed_at = models.DateTimeField("固定时间", auto_now_add=True)
    fixed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="固定人"
    )
    void = models.BooleanField("已退回", default=False)
    void_reason = models.CharField("退回原因", max_length=500, blank=True)
    refusal_reason = models.CharField("拒签原因", max_length=500, blank=True)
    refused_at = models.DateTimeField("注明时间", null=True)
    refusal_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="注明人"
    )
    blank_paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, related_name="+", verbose_name="待签的反馈书"
    )
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+", verbose_name="反馈书")

    objects = OfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "核查结果"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "order"], name="sheet_order_once"),
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(void=False), name="one_sheet_that_counts"
            ),
        ]

    def __str__(self):
        return f"{self.inspection} 结果"

    @property
    def fault(self):
        """The first thing that is not as it was fixed, as a sentence; None when all is whole."""
        from ..wholeness import fault_of

        return fault_of(self)

    @property
    def is_whole(self):
        return self.fault is None

    @property
    def agrees_with_itself(self):
        return digest_of(self.snapshot) == self.sha256

    @property
    def inspectors_signed(self):
        return self.signatures.filter(side=SheetSignature.Side.INSPECTOR)

    @property
    def institution_signature(self):
        return self.signatures.filter(side=SheetSignature.Side.INSTITUTION).first()

    @property
    def unsigned_members(self):
        """Who of the team has still to sign."""
        signed = set(self.inspectors_signed.values_list("member_id", flat=True))
        return [member for member in self.inspection.team if member.pk not in signed]


class SignatureQuerySet(models.QuerySet):
    def visible_to(self, user):
        sheets = ResultSheet.objects.filter(inspection__status__in=FIXED)
        return self.filter(sheet__in=sheets.visible_to(user).values("pk"))


class SheetSignature(models.Model):
    """结果单上的一个签名：当场手写，或签约人登录后以密码确认。"""

    class Side(models.TextChoices):
        INSPECTOR = "inspector", "核查人员"
        INSTITUTION = "institution", "乙方"

    class Way(models.TextChoices):
        DRAWN = "drawn", "当场手写"
        ONLINE = "online", "登录确认"

    class Capacity(models.TextChoices):
        LEGAL = "legal", "法定代表人"
        PRINCIPAL = "principal", "主要负责人"
        AGENT = "agent", "委托代理人，授权书已核验"
        INSPECTOR = "inspector", "核查人员"

    sheet = models.ForeignKey(ResultSheet, models.PROTECT, related_name="signatures", verbose_name="结果单")
    side = models.CharField("哪一方", max_length=12, choices=Side)
    member = models.ForeignKey(
        InspectionMember, models.PROTECT, null=True, related_name="signatures", verbose_name="核查人员"
    )
    name = models.CharField("签名人", max_length=50)
    capacity = models.CharField("身份", max_length=12, choices=Capacity)
    way = models.CharField("方式", max_length=8, choices=Way)
    strokes = models.JSONField("笔迹", default=dict, blank=True)
    seal = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+", verbose_name="公章照片")
    signed_at = models.DateTimeField("签名时间")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="在谁的登录下"
    )

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "结果单签名"
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "member"], condition=Q(side="inspector"), name="one_signature_a_member"
            ),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(side="institution"), name="one_signature_of_the_hospital"
            ),
            models.CheckConstraint(
                condition=Q(side="inspector", member__isnull=False) | Q(side="institution", member=None),
                name="inspector_signs_as_member",
            ),
        ]

    def __str__(self):
        return f"{self.sheet} {self.name}"

    @property
    def path(self):
        """The strokes as the path of an SVG; "" for one made online."""
        return path_of(self.strokes) if self.strokes else ""

    @property
    def view_box(self):
        return f"0 0 {self.strokes['width']} {self.strokes['height']}" if self.strokes else ""
