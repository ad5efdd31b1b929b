"""第七十八条、第八十条（四）、第八十三条：期满那一天的去向，逐行对表。"""

from datetime import date, timedelta

import pytest

from agreements.clocks.deadlines import add_months
from agreements.daily import settle_expired
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import Agreement, Status
from agreements.models.event import first_fault
from agreements.renewals.actions import announce_campaign, apply_for_renewal, close_campaign
from agreements.renewals.expiry import Facts, facts_at_expiry, outcome_at_expiry
from institutions.workdays import calendar_for

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text

ENDS = TODAY - timedelta(days=3)
AFTER = ENDS + timedelta(days=1)
HOLDS_OVER = pytest.mark.only_text(
    "qinghai", reason="the other texts extend a term and do not hold over (第八十三条)"
)
OVER = {"starts_on": TODAY - timedelta(days=365), "ends_on": ENDS}
IN_TIME, LATE = add_months(ENDS, -3), add_months(ENDS, -3) + timedelta(days=1)


def marked(rules, *values):
    return pytest.param(*values, marks=[pytest.mark.rule(rule) for rule in rules.split()])


TABLE = [
    marked("Q78.3", Facts(successor_signed=True), "renewed", False, "新协议已签署"),
    marked("Q78.3", Facts(successor_signed=True, suspended=True), "renewed", False, "新协议已签署"),
    marked("Q78.1 Q83.2", Facts(request="submitted", on_time=True), "continued", False, "甲方期满时尚未办结"),
    marked("Q83.2", Facts(request="negotiating", on_time=True), "continued", False, "甲方期满时尚未办结"),
    marked("Q83.2", Facts(request="agreed", on_time=True), "continued", False, "甲方期满时尚未办结"),
    marked("Q78.1 Q83.2", Facts(campaign_open=True), "continued", False, "统一组织续签"),
    marked("Q83.2", Facts(request="submitted", late_accepted=True), "continued", False, "受理了乙方逾期"),
    marked("Q78.1 Q80.4", Facts(request="submitted"), "terminated", False, "逾期申请续签，甲方未受理"),
    marked("Q78.1 Q80.4", Facts(), "terminated", False, "没有申请续签"),
    marked("Q78.3 Q80.4", Facts(request="failed", on_time=True), "terminated", False, "未就续签达成一致"),
    marked(
        "Q78.3 Q80.4", Facts(request="failed", campaign_open=True), "terminated", False, "未就续签达成一致"
    ),
    marked(
        "Q80.4",
        Facts(request="agreed", on_time=True, offer_lapsed=True),
        "terminated",
        False,
        "未在规定日期前签署",
    ),
    marked("Q80.4", Facts(suspended=True, request="agreed", on_time=True), "terminated", False, "处于中止"),
    marked("Q80.4", Facts(suspended=True, campaign_open=True), "terminated", False, "处于中止"),
    marked("Q83.2", Facts(request="returned", on_time=True), "continued", True, "待甲方写明"),
    marked("Q83.2", Facts(request="returned"), "continued", True, "待甲方写明"),
    marked("Q83.2", Facts(unclear=True), "continued", True, "待甲方写明"),
    marked(
        "Q80.4", Facts(request="withdrawn", on_time=True, campaign_open=True), "terminated", False, "撤回"
    ),
    marked(
        "Q78.3", Facts(request="submitted", on_time=True, holds_over=False), "terminated", False, "期满未续签"
    ),
]


@pytest.mark.parametrize("facts, kind, urgent, reason", TABLE)
def test_the_table_of_the_last_day(facts, kind, urgent, reason):
    outcome = outcome_at_expiry(facts)
    assert (outcome.kind, outcome.urgent) == (kind, urgent)
    assert reason in outcome.reason


# ── the same rows, reached by real acts ──


def applied(desk, agreement, on=IN_TIME):
    return apply_for_renewal(agreement, by=desk.operator, self_assessment="考核合格", on=on)


def nothing(desk, agreement):
    """Neither side did anything."""


def signed_successor(desk, agreement):
    desk.signed(starts_on=AFTER, ends_on=AFTER + timedelta(days=364), predecessor=agreement)


def suspended_with_successor(desk, agreement):
    signed_successor(desk, suspended(desk, agreement))


def successor_with_a_gap(desk, agreement):
    desk.signed(starts_on=TODAY + timedelta(days=9), ends_on=TODAY + timedelta(days=300))


def accepted_late(desk, agreement):
    perform(applied(desk, agreement, LATE).accept_late, by=desk.reviewer, on=ENDS)


def campaign(desk, agreement):
    return announce_campaign(ENDS, ENDS, by=desk.leader, on=ENDS - timedelta(days=30))


def finished_campaign(desk, agreement):
    close_campaign(campaign(desk, agreement), by=desk.leader, on=ENDS)


def campaign_finished_afterwards(desk, agreement):
    close_campaign(campaign(desk, agreement), by=desk.leader, on=AFTER)


def failed(desk, agreement):
    perform(applied(desk, agreement).fail, by=desk.leader, reason="支付方式谈不拢", on=ENDS)


def offered(desk, agreement, sign_by=ENDS):
    request = perform(applied(desk, agreement).start_talks, by=desk.clerk, on=IN_TIME)
    new = desk.to_sign(starts_on=AFTER, ends_on=AFTER + timedelta(days=364), predecessor=agreement)
    perform(request.offer_text, by=desk.clerk, sign_by=sign_by, on=ENDS - timedelta(days=20))
    return new


def offered_for_longer(desk, agreement):
    offered(desk, agreement, sign_by=AFTER)


def returned(desk, agreement):
    perform(applied(desk, agreement).return_for_completion, by=desk.reviewer, reason="缺材料", on=IN_TIME)


def suspended(desk, agreement):
    return desk.suspended(agreement, on=TODAY - timedelta(days=30), days=min(60, desk.longest_stop))


def suspended_after_applying(desk, agreement):
    applied(desk, agreement)
    suspended(desk, agreement)


def settled(desk, history):
    """The agreement after its last day, with this history, and the day from which it is what it now is."""
    agreement = desk.signed(**OVER)
    history(desk, agreement)
    done, refused = settle_expired(TODAY)
    assert (done, refused) == ([agreement], {})
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert first_fault(agreement) is None
    assert settle_expired(TODAY) == ([], {})
    return agreement


@pytest.mark.own_days
@pytest.mark.rule("Q78.3")
@pytest.mark.parametrize("history", [signed_successor, suspended_with_successor])
def test_a_signed_successor_goes_before_all_else(desk, history):
    agreement = settled(desk, history)
    assert (agreement.status, agreement.ending.effective_on) == (Status.RENEWED, AFTER)


@HOLDS_OVER
@pytest.mark.rule("Q78.1")
@pytest.mark.rule("Q78.3")
@pytest.mark.rule("Q80.4")
@pytest.mark.rule("Q83.2")
@pytest.mark.parametrize("history, status", [
    (applied, "continued"), (campaign, "continued"), (campaign_finished_afterwards, "continued"),
    (finished_campaign, "terminated"), (accepted_late, "continued"), (nothing, "terminated"), (failed, "terminated"),
    (lambda desk, a: applied(desk, a, LATE), "terminated"), (offered, "terminated"), (offered_for_longer, "continued"),
    (suspended, "terminated"), (suspended_after_applying, "terminated"), (returned, "continued"),
    (successor_with_a_gap, "continued"),
])  # fmt: skip
def test_what_is_on_file_decides(desk, history, status):
    agreement = settled(desk, history)
    assert agreement.status == status
    day = agreement.holdover.started_on if status == "continued" else agreement.ending.effective_on
    assert day == AFTER


@HOLDS_OVER
@pytest.mark.rule("Q80.4")
def test_an_automatic_end_names_its_ground(desk):
    agreement = desk.signed(**OVER)
    settle_expired(TODAY)
    ending = Agreement.objects.get(pk=agreement.pk).ending
    assert (ending.kind, ending.article) == ("terminated", "第八十条（四）")
    assert "没有申请续签" in ending.reason


@pytest.mark.own_days
@pytest.mark.rule("Q83.1")
def test_the_last_day_itself_still_belongs_to_the_term(desk):
    agreement = desk.signed(**OVER)
    assert settle_expired(ENDS) == ([], {})
    assert Agreement.objects.get(pk=agreement.pk).status == Status.ACTIVE


@HOLDS_OVER
@pytest.mark.rule("Q83.2")
def test_an_application_in_september_and_a_silent_agency(desk):
    """E23."""
    last = TODAY.year - 1
    agreement = desk.signed(starts_on=date(last, 1, 1), ends_on=date(last, 12, 31))
    applied(desk, agreement, date(last, 9, 29))
    settle_expired(date(last + 1, 1, 1))
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert (agreement.status, agreement.holdover.started_on) == (Status.CONTINUED, date(last + 1, 1, 1))


@HOLDS_OVER
def test_an_agreement_suspended_while_it_holds_over_is_not_at_its_end(desk):
    agreement = desk.signed(**OVER)
    applied(desk, agreement)
    settle_expired(TODAY)
    desk.suspended(Agreement.objects.get(pk=agreement.pk), on=TODAY, days=30)
    assert settle_expired(TODAY + timedelta(days=9)) == ([], {})
    assert Agreement.objects.get(pk=agreement.pk).status == Status.SUSPENDED


# ── while it holds over ──


def held_over(desk, history):
    agreement = desk.signed(**OVER)
    history(desk, agreement)
    settle_expired(TODAY)
    return Agreement.objects.get(pk=agreement.pk)


@HOLDS_OVER
@pytest.mark.rule("Q83.2")
def test_an_unclear_case_goes_on_and_the_leader_says_why_within_five_working_days(desk):
    agreement = held_over(desk, returned)
    assert agreement.holdover.awaits_cause
    assert agreement.holdover.cause_due_on == calendar_for().add_working_days(AFTER, 5)
    with pytest.raises(RuleBroken, match="属于甲方的原因"):
        perform(agreement.set_holdover_cause, by=desk.leader, cause=" ", on=TODAY)
    perform(agreement.set_holdover_cause, by=desk.leader, cause="补正通知没有送达", on=TODAY)
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert (agreement.holdover.cause, agreement.holdover.cause_set_by) == ("补正通知没有送达", desk.leader)
    with pytest.raises(RuleBroken, match="原因已经写明"):
        perform(agreement.set_holdover_cause, by=desk.leader, cause="再写一次", on=TODAY)


def ended(desk, agreement):
    return desk.decided(agreement, "end_continuation", reason="续签未成", on=TODAY, aftercare=AFTERCARE)


@HOLDS_OVER
@pytest.mark.rule("Q80.4")
def test_what_holds_over_ends_only_on_a_record_that_renewal_failed(desk):
    agreement = held_over(desk, applied)
    with pytest.raises(RuleBroken, match="没有协商不一致、乙方撤回申请或表明不续签"):
        ended(desk, agreement)
    perform(agreement.renewal_requests.get().fail, by=desk.leader, reason="未达成一致", on=TODAY)
    agreement = ended(desk, agreement)
    assert (agreement.status, agreement.ending.article) == (Status.TERMINATED, "第八十条（四）")
    assert agreement.aftercare_plans.exists()


@HOLDS_OVER
@pytest.mark.rule("Q80.4")
def test_a_hospital_that_declines_lets_the_agency_end_it(desk):
    agreement = held_over(desk, campaign)
    agreement = perform(agreement.decline_renewal, by=desk.signatory, reason="转为自费医院", on=TODAY)
    with pytest.raises(RuleBroken, match="表明不再续签"):
        perform(agreement.decline_renewal, by=desk.signatory, reason="再说一次", on=TODAY)
    assert ended(desk, agreement).status == Status.TERMINATED


@HOLDS_OVER
@pytest.mark.rule("Q80.4")
def test_an_offer_that_ran_out_while_it_holds_over_lets_the_agency_end_it(desk):
    agreement = held_over(desk, offered_for_longer)
    assert ended(desk, agreement).status == Status.TERMINATED


@HOLDS_OVER
@pytest.mark.rule("Q78.3")
def test_what_holds_over_ends_as_renewed_when_the_next_agreement_begins(desk):
    agreement = held_over(desk, applied)
    new = desk.signed(starts_on=TODAY, ends_on=TODAY + timedelta(days=300), predecessor=agreement)
    assert new.status == Status.SIGNED
    perform(agreement.close_as_renewed, by=SYSTEM, on=TODAY)
    assert Agreement.objects.get(pk=agreement.pk).status == Status.RENEWED


@HOLDS_OVER
def test_facts_are_those_of_the_last_day(desk):
    agreement = desk.signed(**OVER)
    assert facts_at_expiry(agreement) == Facts()
    applied(desk, agreement)
    assert facts_at_expiry(agreement) == Facts(request="submitted", on_time=True)


@pytest.mark.own_days
def test_facts_say_what_the_text_lets_a_term_do(desk):
    agreement = desk.signed(**OVER)
    facts = facts_at_expiry(agreement)
    assert (facts.holds_over, facts.blocked) == (agreement.terms.expiry.holds_over, None)
    extended = [add_months(AFTER, months) for months in agreement.terms.expiry.extension_months[:1]]
    assert facts.extends_to == (extended[0] - timedelta(days=1) if extended else None)
