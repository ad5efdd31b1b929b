from decimal import Decimal

from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django_fsm import RETURN_VALUE

from agreements import checks as common
from agreements.clocks.actions import about_of, stop_clocks
from agreements.clocks.named import drop_clocks_about
from agreements.gate import step
from agreements.models import Attachment
from agreements.models.stateful import StateField

from ..cases import funds, permissions
from ..cases import recovery_checks as rules
from ..cases import undoing_checks as undoing
from ..cases.money import NOTHING, in_yuan, offset_split
from .case_rows import ActsOfCase, CanBeCancelled, files, of_case, paper_field, person

DEMANDED = "demand_received"


class RecoveryStatus(models.TextChoices):
    PENDING = "pending", "待通知"
    NOTIFIED = "notified", "已通知"
    DUE = "due", "到期"
    PAID = "paid", "已缴"
    OWING = "owing", "欠缴"
    RETURNING = "returning", "待退还"
    CANCELLED = "cancelled", "已撤销"


S = RecoveryStatus


class RecoveryItem(CanBeCancelled, ActsOfCase):
    """应缴款项：违规费用和违约金分列；收到缴款通知之日起十五日内缴清，异议不停止（第六十条）。"""

    kind_name = "应缴款项"
    Status = S
    UNPAID = [S.PENDING, S.NOTIFIED, S.DUE, S.OWING]

    class Kind(models.TextChoices):
        FEES = "fees", "违规费用"
        EXTRA = "extra", "加倍追回"
        DAMAGES = "damages", "违约金"

    breach_case = of_case("recoveries")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    # Which item of the case, and in which words the decision named it; 0 where it is of the case as a whole.
    order = models.PositiveSmallIntegerField("违约情形序号", default=0)
    about = models.CharField("违约情形", max_length=200, blank=True)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    paper = paper_field("缴款通知书")
    status = StateField("状态", choices=S, default=S.PENDING, db_index=True)
    notified_on = models.DateField("收到通知日期", null=True, editable=False)
    due_on = models.DateField("到期日", null=True, editable=False)
    paid_on = models.DateField("缴清日期", null=True, editable=False)
    returned_on = models.DateField("退还日期", null=True, editable=False)
    returned_by = person("退还经办人")
    return_vouchers = files("退还凭证")

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "应缴款项"
        constraints = [
            models.UniqueConstraint(
                fields=["breach_case", "kind", "order"],
                condition=~Q(status__in=["returning", "cancelled"]),
                name="one_recovery_a_kind",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_is_positive"),
        ]

    def __str__(self):
        return f"{self.breach_case}-{self._item}{self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("recovery", args=[self.breach_case.number, self.pk])

    @property
    def label(self):
        return f"{self._item}{self.get_kind_display()}{in_yuan(self.amount)}"

    @property
    def named(self):
        """In the words of a paper."""
        return f"{self.about}：{self.get_kind_display()}" if self.about else self.get_kind_display()

    @property
    def _item(self):
        return f"第{self.order}项" if self.order else ""

    @property
    def paid(self):
        """What finance has recorded and another person has confirmed."""
        return self._sum(RecoveryPayment.Status.CONFIRMED)

    @property
    def unpaid(self):
        return self.amount - self.paid

    @property
    def unpaid_after_recorded(self):
        return self.unpaid - self._sum(RecoveryPayment.Status.RECORDED)

    @property
    def fund(self):
        """第六十条：what may be taken from the fund that the hospital applied for, in yuan."""
        return funds.fund_sum(self.agreement)

    @property
    def offset_from(self):
        """第六十条：of what it may be taken once it is overdue."""
        return "基金或质量保证金" if self.agreement.terms.recovery.takes_deposit else "基金"

    @property
    def waits_for_a_rest(self):
        """第六十条：an offset since the last demand left something open, and no sum still waits to be checked."""
        taken = self.payments.filter(status=RecoveryPayment.Status.CONFIRMED, paper__gt=self.paper_id)
        waiting = self.payments.filter(status=RecoveryPayment.Status.RECORDED)
        return self.status == S.OWING and self.unpaid > 0 and taken.exists() and not waiting.exists()

    def _sum(self, status):
        found = self.payments.filter(status=status).aggregate(sum=Sum("amount"))["sum"]
        return (found or Decimal(0)).quantize(Decimal("0.01"))

    def follow(self, name, details):
        """第六十条：paying up all that one notice asked for meets its clock; nothing else does."""
        others = self.breach_case.recoveries.filter(paper=self.paper_id, status__in=self.UNPAID)
        if name == "settle" and not others.exclude(pk=self.pk).exists():
            stop_clocks(self.agreement, DEMANDED, details["on"], about=[about_of(self.paper)])
        elif name == "cancel" and not others.exists():
            drop_clocks_about(self.agreement, DEMANDED, details["on"], about_of(self.paper))

    @step(
        "status", source=[S.OWING], target=None, label="提请抵扣", article="第六十条", who=permissions.finance,
        checks=[
            rules.no_offset_waits, rules.deposit_is_agreed, rules.something_is_available, rules.deposit_is_shown,
            rules.older_debt_comes_first, common.not_in_the_future,
        ],
    )  # fmt: skip
    def offset(self, deposit, files, on, by):
        """第六十条：逾期没有缴清的，先从申请拨付的医保基金、再从质量保证金中抵扣；由财务提请，负责人决定。"""
        claims = funds.fund_of(self.agreement, lock=True)
        available = {"fund": sum((left for _, left in claims), NOTHING), "deposit": deposit}
        order = self.agreement.terms.recovery.offset_order
        for source, amount in offset_split(self.unpaid_after_recorded, available, order):
            facts = {"source": source, "paid_on": on, "recorded_by": by}
            if source == "fund":
                for claim, part in offset_split(amount, dict(claims), [claim for claim, _ in claims]):
                    self.payments.create(amount=part, claim=claim, **facts)
            else:
                payment = self.payments.create(amount=amount, **facts)
                payment.vouchers.add(*Attachment.keep(self.agreement, files, by, internal=True))

    @step(
        "status", source=[S.PENDING, S.OWING], target=S.NOTIFIED, label="缴款通知送达", article="第六十条", who=permissions.the_system,
    )  # fmt: skip
    def notify(self, on, due_on):
        """第六十条：收到缴款通知之日起计算；抵扣后仍不足、另行通知补足的一样。"""
        self.notified_on, self.due_on = on, due_on

    @step(
        "status", source=[S.PENDING, S.NOTIFIED, S.DUE, S.OWING], target=None, label="登记缴款", article="第六十条",
        who=permissions.finance,
        checks=[rules.payment_fits, rules.paid_by_today, rules.voucher_is_there],
    )  # fmt: skip
    def record_payment(self, amount, paid_on, files, by):
        """第六十条：财务凭银行回单登记缴款，由另一人核对。"""
        payment = self.payments.create(amount=amount, paid_on=paid_on, recorded_by=by)
        payment.vouchers.add(*Attachment.keep(self.agreement, files, by, internal=True))

    @step(
        "status", source=[S.PENDING, S.NOTIFIED, S.DUE, S.OWING], target=S.PAID, label="缴清", article="第六十条",
        who=permissions.the_system, checks=[rules.is_paid_up],
    )  # fmt: skip
    def settle(self, on):
        """第六十条：核对的缴款合计达到应缴金额，缴清。"""
        self.paid_on = on

    @step(
        "status", source=[S.NOTIFIED], target=S.DUE, label="缴款到期", article="第六十条",
        who=permissions.the_system, checks=[rules.due_day_has_come],
    )  # fmt: skip
    def fall_due(self, on):
        """第六十条：到期之日；当日24:00前仍可缴清。"""

    @step(
        "status", source=[S.NOTIFIED, S.DUE], target=S.OWING, label="转欠缴", article="第六十条",
        who=permissions.the_system, checks=[rules.due_day_is_over],
    )  # fmt: skip
    def fall_behind(self, on):
        """第六十条：到期没有缴清，可从基金或质量保证金中抵扣。"""

    @step(
        "status", source=[*UNPAID, S.PAID], target=RETURN_VALUE(S.CANCELLED, S.RETURNING), label="撤销应缴款项",
        article="第八十一条", who=permissions.agency_leader, checks=[undoing.decision_was_quashed, common.reason_is_given],
    )  # fmt: skip
    def cancel(self, reason, on):
        """第八十一条：所依的处理被撤销、变更的，不再缴；已经缴的、抵扣的，退还乙方。"""
        self.fall(reason, on)
        return S.RETURNING if self.paid else S.CANCELLED

    @step(
        "status", source=[S.RETURNING], target=S.CANCELLED, label="退还已缴款项", article="第六十条、第八十一条",
        who=permissions.finance, checks=[rules.returning_has_a_voucher, common.not_in_the_future],
    )  # fmt: skip
    def give_back(self, files, on, by):
        """第六十条、第八十一条：处理被撤销、变更的，财务凭银行回单退还已缴和抵扣的款项。"""
        self.returned_on, self.returned_by = on, by
        self.return_vouchers.add(*Attachment.keep(self.agreement, files, by))


class PaymentStatus(models.TextChoices):
    RECORDED = "recorded", "待核对"
    CONFIRMED = "confirmed", "已核对"
    REJECTED = "rejected", "不予认可"


P = PaymentStatus


class OfRecovery(models.QuerySet):
    def visible_to(self, user):
        """第六十条：an offset that finance proposes to the leader is the hospital's to see when it is decided."""
        seen = self.filter(recovery__in=RecoveryItem.objects.visible_to(user).values("pk"))
        decided = Q(source=RecoveryPayment.Source.INSTITUTION) | Q(status=P.CONFIRMED)
        return seen.filter(decided) if user.institution_id else seen


class RecoveryPayment(ActsOfCase):
    """一笔缴款：只增加，不改金额；登记和核对是两个人（第六十条）。"""

    kind_name = "缴款"
    Status = P

    class Source(models.TextChoices):
        INSTITUTION = "institution", "乙方缴款"
        FUND = "fund", "抵扣申请拨付的医保基金"
        DEPOSIT = "deposit", "抵扣质量保证金"

    recovery = models.ForeignKey(
        RecoveryItem, models.PROTECT, related_name="payments", verbose_name="应缴款项"
    )
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    paid_on = models.DateField("缴款日期")
    source = models.CharField("来源", max_length=12, choices=Source, default=Source.INSTITUTION)
    claim = models.ForeignKey(
        "agreements.FeeClaim", models.PROTECT, null=True, editable=False, related_name="offsets", verbose_name="抵扣的费用申报"
    )  # fmt: skip
    paper = paper_field("抵扣通知书")
    vouchers = files("凭证")
    status = StateField("状态", choices=P, default=P.RECORDED)
    recorded_by = person("登记人")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    answered_by = person("核对人")
    remark = models.CharField("意见", max_length=500, blank=True)

    objects = OfRecovery.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "缴款"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive")]

    def __str__(self):
        return f"{self.recovery}-{self.pk}"

    @property
    def breach_case(self):
        return self.recovery.breach_case

    @property
    def is_offset(self):
        return self.source != self.Source.INSTITUTION

    @step(
        "status", source=[P.RECORDED], target=P.CONFIRMED, label="核对缴款", article="第六十条",
        who=permissions.confirmer, checks=[rules.not_who_recorded_it],
    )  # fmt: skip
    def confirm(self, by):
        """第六十条、办审分离：由登记以外的人核对凭证；抵扣由负责人决定。"""
        self.answered_by = by

    @step(
        "status", source=[P.RECORDED], target=P.REJECTED, label="不予认可", article="第六十条",
        who=permissions.confirmer, checks=[rules.not_who_recorded_it, common.reason_is_given],
    )  # fmt: skip
    def reject(self, reason, by):
        """第六十条、办审分离：凭证与登记不符的，不予认可，写明原因；登记留存。"""
        self.answered_by, self.remark = by, reason
