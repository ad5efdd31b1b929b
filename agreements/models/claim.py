from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django_fsm import RETURN_VALUE

from .. import checks, permissions
from ..claims import checks as rules
from ..claims import clocks as claim_clocks
from ..gate import step
from .agreement import Agreement
from .application import person_field
from .querysets import OfAgreement
from .stateful import StateField, Stateful


class ClaimStatus(models.TextChoices):
    RECEIVED = "received", "已受理"
    AUDITED = "audited", "已审核"
    APPROVED = "approved", "已同意拨付"
    PAID = "paid", "已拨付"
    REFUSED = "refused", "不予支付"
    RETURNED = "returned", "已退回"


S = ClaimStatus
UNPAID = [S.RECEIVED, S.AUDITED, S.APPROVED]


class FeeClaimQuerySet(OfAgreement):
    def open(self):
        """Something is still to be paid, or to be said about it."""
        return self.filter(status__in=UNPAID)

    def payable(self):
        """第三十九条：audited, and neither paid nor refused."""
        return self.filter(status__in=[S.AUDITED, S.APPROVED])


def amount_field(name, **kwargs):
    """Yuan, with two places."""
    return models.DecimalField(name, max_digits=14, decimal_places=2, **kwargs)


class FeeClaim(Stateful):
    """一个月的费用申报：受理、审核、同意拨付、拨付，各由不同的人办理（第三十六至三十九条）。

    Sums only, in yuan. Single bills, the deposit and the settlement of a year are no part of it.
    """

    kind_name = "费用申报"
    Status = ClaimStatus

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="feeclaims", verbose_name="协议")
    status = StateField("状态", choices=S, default=S.RECEIVED, db_index=True)
    month = models.DateField("费用所属月份")  # its first day
    claimed = amount_field("申报金额（元）")
    received_on = models.DateField("受理日期")
    received_by = person_field("受理人")
    allowed = amount_field("审核应付（元）", null=True, editable=False)
    refusal_reason = models.CharField("不予支付的原因", max_length=500, blank=True)
    audited_on = models.DateField("审核完成日期", null=True, editable=False)
    audited_by = person_field("审核人")
    approved_on = models.DateField("同意拨付日期", null=True, editable=False)
    approved_by = person_field("同意拨付的人")
    paid = amount_field("实际拨付（元）", null=True, editable=False)
    paid_on = models.DateField("拨付日期", null=True, editable=False)
    paid_by = person_field("拨付经办人")
    difference_reason = models.CharField("少付的原因", max_length=200, blank=True)
    returning_reason = models.CharField("退回的原因", max_length=500, blank=True)
    reconciliation_on = models.DateField("申请对账日期", null=True, editable=False)

    objects = FeeClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "-pk"]
        verbose_name = verbose_name_plural = "费用申报"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month"],
                condition=~Q(status="returned"),
                name="one_claim_a_month",
                violation_error_message="这个月的费用已经受理过",
            ),
            models.CheckConstraint(
                condition=Q(allowed=None) | Q(allowed__gte=0, allowed__lte=F("claimed")),
                name="allowed_within_claimed",
                violation_error_message="审核应付不能是负数，也不能多于申报金额",
            ),
            models.CheckConstraint(
                condition=Q(paid=None, paid_on=None)
                | Q(paid__gte=0, paid__lte=F("allowed"), paid_on__isnull=False),
                name="paid_within_allowed",
                violation_error_message="拨付须同时写明金额和日期，且不多于审核应付",
            ),
        ]

    def __str__(self):
        return f"{self.agreement.number}（{self.month_name}）"

    def get_absolute_url(self):
        return reverse("claim", args=[self.agreement.number, self.pk])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def month_name(self):
        return f"{self.month:%Y年}{self.month.month}月"

    @property
    def refused(self):
        """What is not paid, in yuan; None before the audit is done."""
        return None if self.allowed is None else self.claimed - self.allowed

    @property
    def taken(self):
        """What is offset against it before it is paid (第六十条)."""
        return rules.taken_from(self)

    @property
    def is_open(self):
        return self.status in UNPAID

    @property
    def may_be_reconciled(self):
        return self.audited_on is not None and self.reconciliation_on is None

    @property
    def payment_clock(self):
        """The clock within which it is to be paid (第三十九条), or None where the edition has none."""
        return claim_clocks.payment_clock(self)

    def follow(self, name, details):
        """What an act on it starts and stops by the clock."""
        claim_clocks.follow_claim(self, name, details)

    # ── the agency's acts ──

    @step(
        "status", source=[S.RECEIVED], target=S.RETURNED, label="退回申报", article="第三十六条",
        who=permissions.clerk_or_reviewer,
        checks=[checks.reason_is_given, checks.not_in_the_future, rules.not_before_it_was_received],
    )  # fmt: skip
    def return_claim(self, reason, on):
        """第三十六条：材料不齐或登记有误的，退回；乙方补齐后另行受理，时限重新起算。"""
        self.returning_reason = reason

    @step(
        "status", source=[S.RECEIVED], target=RETURN_VALUE(S.AUDITED, S.REFUSED), label="审核完成", article="第五条、第三十七条",
        who=permissions.agency_reviewer,
        checks=[
            checks.not_in_the_future, rules.not_before_it_was_received, rules.auditor_has_not_received_it,
            rules.allowed_is_within_the_claim, rules.refusal_has_a_reason,
        ],
    )  # fmt: skip
    def finish_audit(self, allowed, refusal_reason, on, by):
        """第五条（二）、第三十七条：审核完成，写明应付多少、不予支付多少和原因；全部不予支付的，不再拨付。"""
        self.allowed, self.refusal_reason = allowed, refusal_reason
        self.audited_on, self.audited_by = on, by
        return S.AUDITED if allowed else S.REFUSED

    @step(
        "status", source=[S.AUDITED], target=S.APPROVED, label="同意拨付", article="第三十九条",
        who=permissions.agency_leader,
        checks=[
            rules.nothing_holds_the_payment, rules.approver_has_not_audited_it, checks.not_in_the_future, rules.not_before_the_audit,
        ],
    )  # fmt: skip
    def approve_payment(self, on, by):
        """第三十九条：负责人同意按审核结果拨付。"""
        self.approved_on, self.approved_by = on, by

    @step(
        "status", source=[S.APPROVED], target=S.PAID, label="拨付", article="第五条、第三十九条",
        who=permissions.finance,
        checks=[
            rules.nothing_holds_the_payment, checks.not_in_the_future, rules.not_before_the_approval, rules.paid_is_within_the_allowed,
            rules.difference_has_a_reason,
        ],
    )  # fmt: skip
    def pay(self, paid, difference_reason, on, by):
        """第五条（三）、第三十九条：以银行转账拨付；少于应付的写明原因。"""
        self.paid, self.difference_reason = paid, difference_reason
        self.paid_on, self.paid_by = on, by

    @step(
        "status", source=UNPAID, target=None, label="记明故障顺延", article="第三十九条",
        who=permissions.agency_leader,
        checks=[
            checks.not_in_the_future, rules.payment_is_on_a_clock, rules.failure_is_in_order, rules.failure_is_over, checks.reason_is_given,
        ],
    )  # fmt: skip
    def note_failure(self, first_day, last_day, reason, on):
        """第三十九条：遇系统故障等特殊情况，拨付的时限顺延；首末两日都计入。"""

    # ── the hospital's ──

    @step(
        "status", source=[S.AUDITED, S.APPROVED, S.PAID, S.REFUSED], target=None, label="申请对账", article="第七条",
        who=permissions.institution_side, checks=[rules.reconciliation_is_new, checks.not_in_the_future, rules.not_before_the_audit],
    )  # fmt: skip
    def ask_reconciliation(self, on):
        """第七条（三）：费用所属期审核工作完成后，在规定的工作日内申请对账；逾期的也收下，时限注明逾期。"""
        self.reconciliation_on = on
