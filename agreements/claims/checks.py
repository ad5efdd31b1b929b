"""The rules of the monthly claims, each a sentence with its article (第五、七、三十六至三十九条)."""

from datetime import timedelta
from decimal import Decimal

from ..clocks.deadlines import add_months
from ..gate import rule


@rule("第三十六条", "费用按月申报，所属月份写成当月的第一日，填的是{month}")
def month_is_a_month(agreement, month):
    return month.day == 1


@rule("第三十六条", "{month:%Y-%m}还没有开始，不能受理这个月的费用")
def month_has_begun(agreement, month, on):
    return month <= on


@rule("第三十六条", "{month:%Y-%m}不在协议履行的月份（{first:%Y-%m}至{last}）之内，核对月份")
def month_is_within_the_term(agreement, month):
    ending = getattr(agreement, "ending", None)
    first, last = agreement.starts_on.replace(day=1), ending and ending.effective_on
    fits = month >= first and (last is None or month <= last)
    return fits or {"first": first, "last": f"{last:%Y-%m}" if last else "今"}


@rule("第三十六条", "{month:%Y-%m}整月在中止期间（{first}至{last}），中止期间的费用不予结算，不能申报")
def month_was_not_suspended(agreement, month):
    """第三十六条、第六十七条（三）：of a month that was suspended in part the sum is audited by the day of service."""
    days = _days_of_the_month(agreement, month)
    for stop in agreement.suspensions.all():
        if stop.started_on <= days[0] and (stop.closed_on is None or stop.closed_on > days[1]):
            return {"first": stop.started_on, "last": stop.closed_on or "今"}
    return True


def _days_of_the_month(agreement, month):
    """(first, last) day of the month within the term."""
    return max(month, agreement.starts_on), add_months(month, 1) - timedelta(days=1)


@rule("第三十六条", "{month:%Y-%m}的费用已经受理过。登记有误的，先退回那一件")
def month_is_new(agreement, month):
    return not agreement.feeclaims.filter(month=month).exclude(status="returned").exists()


@rule("第三十六条", "日对账没有通过，或明细与上传的数据不符，暂缓受理或不予受理。核对一致后再申报")
def every_day_was_reconciled(agreement, reconciled):
    terms = agreement.terms.claiming
    return reconciled or terms is None or not terms.daily_reconciliation


@rule("第三十六条", "申报金额应大于 0")
def something_is_claimed(agreement, claimed):
    return claimed > 0


@rule("办理日期", "办理日期 {on} 早于受理日期 {thing.received_on}，核对日期")
def not_before_it_was_received(claim, on):
    return on >= claim.received_on


@rule("办理日期", "办理日期 {on} 早于审核完成日期 {thing.audited_on}，核对日期")
def not_before_the_audit(claim, on):
    return claim.audited_on is None or on >= claim.audited_on


@rule("办理日期", "拨付日期 {on} 早于同意拨付日期 {thing.approved_on}，核对日期")
def not_before_the_approval(claim, on):
    return claim.approved_on is None or on >= claim.approved_on


@rule("办审分离", "受理的人不能自己审核，由另一人办理")
def auditor_has_not_received_it(claim, by):
    return claim.received_by_id != by.pk


@rule("办审分离", "审核的人不能自己同意拨付，由另一人办理")
def approver_has_not_audited_it(claim, by):
    return claim.audited_by_id != by.pk


@rule("第三十七条", "审核应付 {allowed} 元应在 0 至申报金额 {thing.claimed} 元之间")
def allowed_is_within_the_claim(claim, allowed):
    return 0 <= allowed <= claim.claimed


@rule("第三十七条", "有不予支付的费用，写明原因，乙方据此知道哪些不付、为什么")
def refusal_has_a_reason(claim, allowed, refusal_reason):
    return allowed >= claim.claimed or bool(refusal_reason.strip())


# What is taken from a claim before it is paid: callables (claim) → amount. Apps above append their own.
TAKERS = []


def taken_from(claim):
    return sum((taker(claim) for taker in TAKERS), Decimal(0))


@rule("第三十九条、第六十条", "实际拨付 {paid} 元应大于 0，且不多于审核应付 {thing.allowed} 元{less}")
def paid_is_within_the_allowed(claim, paid):
    taken = taken_from(claim)
    left = claim.allowed - taken
    fits = 0 <= paid <= left and (paid > 0 or left == 0)
    return fits or {"less": f"减去抵扣的 {taken:.2f} 元" if taken else ""}


@rule("第三十九条", "实际拨付少于审核应付 {thing.allowed} 元，写明少付的原因，例如预留质量保证金、抵扣")
def difference_has_a_reason(claim, paid, difference_reason):
    return paid >= claim.allowed or bool(difference_reason.strip())


@rule(
    "第六十一条、第六十四条、第六十九条、第七十六条",
    "协议暂停拨付（{hold.article}，自{hold.started_on}起：{hold.reason}），解除之前不能拨付",
)
def nothing_holds_the_payment(claim):
    hold = claim.agreement.payment_holds.filter(released_on=None).first()
    return hold is None or {"hold": hold}


@rule("第三十九条", "这一申报没有在计的拨付时限，不需要顺延")
def payment_is_on_a_clock(claim):
    clock = claim.payment_clock
    return clock is not None and clock.status == clock.Status.OPEN


@rule(
    "第三十九条",
    "顺延的末日 {last_day} 早于首日 {first_day}，或都不在受理日期 {thing.received_on} 之后，核对日期",
)
def failure_is_in_order(claim, first_day, last_day):
    return first_day <= last_day and last_day > claim.received_on


@rule("第三十九条", "顺延的末日 {last_day} 还没有到。故障排除之后再记")
def failure_is_over(claim, last_day, on):
    return last_day <= on


@rule("第七条", "已于{thing.reconciliation_on}申请对账")
def reconciliation_is_new(claim):
    return claim.reconciliation_on is None
