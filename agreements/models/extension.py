from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .agreement import Agreement
from .querysets import OfAgreement


class Extension(models.Model):
    """自动延长：期满时没有受到所列处理的，有效期自动延长一次；原来的止期留在这里。"""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="extensions", verbose_name="协议")
    order = models.PositiveSmallIntegerField("第几次")
    started_on = models.DateField("延长自")
    ends_on = models.DateField("延长至")

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["agreement_id", "order"]
        verbose_name = verbose_name_plural = "自动延长"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "order"],
                name="extension_order_once",
                violation_error_message="这一次延长已经办理",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("started_on")),
                name="extension_in_order",
                violation_error_message="延长的止期不能早于起期",
            ),
        ]

    def __str__(self):
        return f"第{self.order}次自动延长"


class SanctionQuerySet(OfAgreement):
    def served_within(self, first, last):
        """Those that stand and reached the hospital from `first` to `last`, both included."""
        return self.filter(lifted_on=None, served_on__range=(first, last))


class Sanction(models.Model):
    """通报批评、行政处罚：送达之日在有效期内的，期满不再自动延长。罚款是有关部门的决定，门户只作登记。"""

    class Kind(models.TextChoices):
        CRITICISM = "criticism", "通报批评"
        FINE = "fine", "行政处罚"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="sanctions", verbose_name="协议")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    article = models.CharField("依据", max_length=60)
    reason = models.CharField("事由", max_length=500)
    authority = models.CharField("作出机关", max_length=100)
    number = models.CharField("文号", max_length=100, blank=True)
    amount = models.DecimalField("罚款金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    decided_on = models.DateField("决定日期")
    served_on = models.DateField("送达日期", null=True, blank=True)
    paper = models.ForeignKey(
        "Paper", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="通报"
    )
    lifted_on = models.DateField("撤销日期", null=True, blank=True)
    lifting_reason = models.CharField("撤销事由", max_length=500, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ["decided_on", "pk"]
        verbose_name = verbose_name_plural = "通报批评和行政处罚"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="fine", amount__gte=0) | (Q(amount__isnull=True) & ~Q(kind="fine")),
                name="only_a_fine_has_an_amount",
                violation_error_message="行政处罚须写明金额，通报批评没有金额",
            ),
            models.UniqueConstraint(
                fields=["agreement", "authority", "number"],
                condition=~Q(number=""),
                name="sanction_recorded_once",
                violation_error_message="这一决定已经登记",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}".strip()


class EndNotice(models.Model):
    """延长期内一方提出终止的书面通知：到达对方之日，协议终止。"""

    class Side(models.TextChoices):
        AGENCY = "agency", "甲方"
        INSTITUTION = "institution", "乙方"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="end_notices", verbose_name="协议")
    side = models.CharField("提出方", max_length=12, choices=Side)
    reason = models.CharField("不能达成一致的内容", max_length=500)
    given_on = models.DateField("提出日期")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人"
    )
    arrived_on = models.DateField("到达日期", null=True, blank=True)
    paper = models.ForeignKey(
        "Paper",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="end_notices",
        verbose_name="书面通知",
    )

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["given_on", "pk"]
        verbose_name = verbose_name_plural = "终止的书面通知"

    def __str__(self):
        return f"{self.get_side_display()}终止的书面通知 {self.given_on}"
