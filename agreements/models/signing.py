from django.db import models
from django.db.models import F, Q

from .agreement import Agreement
from .querysets import OfAgreement


class Side(models.TextChoices):
    AGENCY = "agency", "甲方"
    INSTITUTION = "institution", "乙方"


class Signature(models.Model):
    """一方的签署：谁、以何身份、何日、凭什么（签署页）。"""

    class Capacity(models.TextChoices):
        LEGAL = "legal", "法定代表人"
        AGENT = "agent", "委托代理人"

    side = models.CharField("哪一方", max_length=12, choices=Side)
    name = models.CharField("签署人", max_length=50)
    capacity = models.CharField("身份", max_length=6, choices=Capacity)
    signed_on = models.DateField("签署日期")
    statement = models.CharField("电子签署声明", max_length=200, blank=True)
    scan = models.FileField("签章扫描件", upload_to="scans/", blank=True)
    scan_sha256 = models.CharField("扫描件摘要", max_length=64, blank=True)
    authorisation = models.FileField("授权委托书", upload_to="authorisations/", blank=True)
    authorised_from = models.DateField("授权起", null=True, blank=True)
    authorised_until = models.DateField("授权止", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.get_side_display()}：{self.name}（{self.get_capacity_display()}）{self.signed_on}"


class SignRecord(Signature):
    """协议的签署。退回重拟时作废，不删除。"""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="sign_records", verbose_name="协议")
    void = models.BooleanField("已作废", default=False)

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "签署记录"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "side"],
                condition=Q(void=False),
                name="one_signature_a_side",
                violation_error_message="这一方已经签署",
            ),
            models.CheckConstraint(
                condition=~Q(statement="") | ~Q(scan=""),
                name="signature_has_a_proof",
                violation_error_message="签署须有签章扫描件或电子签署声明",
            ),
            models.CheckConstraint(
                condition=~Q(capacity="agent")
                | (
                    ~Q(authorisation="")
                    & Q(authorised_from__lte=F("signed_on"), authorised_until__gte=F("signed_on"))
                ),
                name="agent_is_authorised",
                violation_error_message="委托代理人签署须上传授权委托书，且签署日在授权期内",
            ),
        ]
