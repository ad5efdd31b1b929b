"""What is filled in about a monthly claim (第三十六至三十九条). Amounts in yuan."""

from datetime import date

from django import forms
from django.utils.timezone import localdate

from ..clocks.deadlines import add_months
from ..forms import ActForm, TodayForm, TodayReasonForm, day_field, words

MONTHS = 24  # how far back a claim may be for


def _money(label, **kwargs):
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2, **kwargs)


class ReceiveClaimForm(ActForm):
    month = forms.ChoiceField(label="费用所属月份")
    claimed = _money("申报金额（元）", help_text="申报由基金支付的合计")
    on = day_field("受理日期", help_text="材料齐全之日；拨付的时限自次日起算")
    reconciled = forms.BooleanField(label="日对账已经通过，明细与上传的数据一致", required=False)

    def prepare(self):
        terms = self.agreement.terms.claiming
        if terms is None or not terms.daily_reconciliation:
            del self.fields["reconciled"]
        this = localdate().replace(day=1)
        months = [add_months(this, -back) for back in range(MONTHS)]
        first = self.agreement.starts_on.replace(day=1)
        self.fields["month"].choices = [
            (one.isoformat(), f"{one.year}年{one.month}月") for one in months if one >= first
        ]
        self.initial |= {"month": add_months(this, -1).isoformat(), "on": localdate()}

    def details(self):
        return {**self.cleaned_data, "month": date.fromisoformat(self.cleaned_data["month"])}


class FinishAuditForm(ActForm):
    allowed = _money("审核应付（元）")
    refusal_reason = words("不予支付的原因", required=False, help_text="全部应付的不填；不写参保人员姓名")
    on = day_field("审核完成日期", initial=localdate)


class PayForm(ActForm):
    paid = _money("实际拨付（元）", help_text="银行转账的金额")
    difference_reason = words(
        "少付的原因", limit=200, required=False, help_text="少于审核应付的写明，例如预留质量保证金、抵扣"
    )
    on = day_field("拨付日期", initial=localdate)


class FailureForm(TodayForm):
    first_day = day_field("故障首日")
    last_day = day_field("故障末日", help_text="首末两日都计入，其间的工作日全部顺延")
    reason = words("故障和依据", help_text="写明故障通知单的编号或通知对方的时间（第五十六条）")


# What may be done about a claim, in the order of its life.
ANSWERS = {
    "finish_audit": FinishAuditForm,
    "approve_payment": TodayForm,
    "pay": PayForm,
    "ask_reconciliation": TodayForm,
    "note_failure": FailureForm,
    "return_claim": TodayReasonForm,
}
