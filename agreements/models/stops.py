from django.db import models
from django.db.models import F, Q

from institutions.models import Department, StaffMember

from ..status import NO_END
from .agreement import Agreement
from .querysets import OfAgreement


class PaymentHold(models.Model):
    """暂停拨付：与协议状态无关的另一种停止，有依据、起日，解除时写明补付还是不予支付（第六十一、六十四、六十九条）。"""

    class Outcome(models.TextChoices):
        PAID = "paid", "补付"
        REFUSED = "refused", "不予支付"

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="payment_holds", verbose_name="协议"
    )
    article = models.CharField("依据", max_length=60)
    reason = models.CharField("事由", max_length=500)
    started_on = models.DateField("起")
    released_on = models.DateField("解除日期", null=True, blank=True)
    outcome = models.CharField("处理结果", max_length=10, choices=Outcome, blank=True)
    releasing_reason = models.CharField("解除事由", max_length=500, blank=True)
    change_request = models.ForeignKey(
        "ChangeRequest",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="holds",
        verbose_name="等待的变更申请",
    )

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["started_on", "pk"]
        verbose_name = verbose_name_plural = "暂停拨付"
        constraints = [
            models.CheckConstraint(
                condition=Q(released_on__isnull=True, outcome="", releasing_reason="")
                | (Q(released_on__gte=F("started_on")) & ~Q(outcome="") & ~Q(releasing_reason="")),
                name="hold_released_with_outcome",
                violation_error_message="解除暂停拨付须同时写明日期、处理结果和事由，且不早于起日",
            )
        ]

    def __str__(self):
        return f"暂停拨付（{self.article}）自{self.started_on}"

    @property
    def is_open(self):
        return self.released_on is None


class ServiceBan(models.Model):
    """停止一名人员、一个科室或一个项目的医保服务，有起有止；从不改变协议的状态（第六十五、六十六条）。

    解除处理执行到人员、科室的没有止期，记为 `NO_END`（第六十七条）。
    """

    NO_END = NO_END

    class Scope(models.TextChoices):
        PERSON = "person", "人员"
        DEPARTMENT = "department", "科室"
        SERVICE = "service", "项目"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="service_bans", verbose_name="协议")
    scope = models.CharField("范围", max_length=10, choices=Scope)
    staff = models.ForeignKey(
        StaffMember, models.PROTECT, null=True, blank=True, related_name="bans", verbose_name="人员"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="bans", verbose_name="科室"
    )
    service = models.CharField("项目", max_length=100, blank=True)
    article = models.CharField("依据", max_length=60)
    reason = models.CharField("事由", max_length=500)
    started_on = models.DateField("起")
    until = models.DateField("止")
    lifted_on = models.DateField("提前解除日期", null=True, blank=True)
    lifting_reason = models.CharField("解除事由", max_length=500, blank=True)

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["started_on", "pk"]
        verbose_name = verbose_name_plural = "停止服务"
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="person", staff__isnull=False, department__isnull=True, service="")
                | Q(scope="department", staff__isnull=True, department__isnull=False, service="")
                | (Q(scope="service", staff__isnull=True, department__isnull=True) & ~Q(service="")),
                name="ban_names_its_object",
                violation_error_message="停止服务须指明一名人员、一个科室或一个项目，且只指明一样",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("started_on")),
                name="ban_in_order",
                violation_error_message="停止服务的止期不能早于起期",
            ),
        ]

    def __str__(self):
        return f"停止服务：{self.who}"

    @property
    def has_end(self):
        return self.until < self.NO_END

    @property
    def who(self):
        """The person, department or service item that is stopped, in words."""
        return str(self.staff or self.department or self.service)

    @property
    def public_name(self):
        """As it is published: a person by the family name only (第四条第六项、第四十九条)."""
        return f"{self.staff.name[:1]}**" if self.staff else self.who

    def is_open_on(self, day):
        return self.started_on <= day <= self.until and (self.lifted_on is None or day < self.lifted_on)
