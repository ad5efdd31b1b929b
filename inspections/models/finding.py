from functools import cached_property

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agreements.models import Attachment
from institutions.models import Department, StaffMember

from .inspection import Inspection
from .querysets import ResultOfInspection


class Finding(models.Model):
    """核查发现的一个问题：对应违约情形的哪一项，在哪里、何时、多少例、多少钱，凭什么（第五十七条）。

    Written through the acts of its inspection only while the inspection is under way; fixed with the sheet.
    """

    kind_name = "核查发现"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings", verbose_name="核查")
    order = models.PositiveSmallIntegerField("序号")
    item = models.CharField("违约情形", max_length=20)
    part = models.CharField("分项", max_length=1, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="科室"
    )
    staff = models.ForeignKey(
        StaffMember, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="医务人员"
    )
    period_from = models.DateField("发生时段起", null=True, blank=True)
    period_to = models.DateField("发生时段止", null=True, blank=True)
    cases = models.PositiveIntegerField("例数", default=0)
    amount = models.DecimalField(
        "涉及金额（元）", max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    facts = models.CharField("事实", max_length=2000)
    choice_reason = models.CharField("选用这一项的理由", max_length=500, blank=True)
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="findings", verbose_name="证据")

    objects = ResultOfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "核查发现"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "order"], name="finding_order_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="finding_amount_not_negative", violation_error_message="金额不能为负"
            ),
            models.CheckConstraint(
                condition=Q(period_from=None) | Q(period_to=None) | Q(period_to__gte=F("period_from")),
                name="finding_period_in_order",
                violation_error_message="发生时段止不能早于时段起",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.inspection}#{self.order}"

    def get_absolute_url(self):
        return f"{reverse('inspection', args=[self.inspection.number])}#finding-{self.order}"

    @cached_property
    def breach(self):
        """The item of the edition's catalogue."""
        return self.inspection.agreement.edition.breaches.find(self.item)[0]

    @property
    def code(self):
        return f"{self.item}{self.part}"

    @property
    def label(self):
        """The part that it points at, else the item, by its short name."""
        return next((part.label for part in self.breach.parts if part.code == self.part), self.breach.label)

    @property
    def money(self):
        return f"{self.amount:,.2f}"

    @property
    def place(self):
        """Where and when, in words."""
        span = f"{self.period_from} 至 {self.period_to}" if self.period_from and self.period_to else ""
        cases = f"{self.cases} 例" if self.cases else ""
        where = [str(one) for one in (self.department, self.staff) if one]
        return "，".join([*where, *filter(None, [span, cases])])
