"""第七十八条：申请续签、统一组织、协商的各步，谁能办，什么时候不能办。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from agreements.clocks.deadlines import add_months
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, RenewalRequest
from agreements.models.event import first_fault
from agreements.renewals.actions import announce_campaign, apply_for_renewal, close_campaign

from ..desk import TODAY

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

ENDS = TODAY + timedelta(days=20)
RUNNING = {"starts_on": TODAY - timedelta(days=345), "ends_on": ENDS}
NOBODY_LATE = pytest.mark.only_text(
    "qinghai", "made-up", reason="in Shanghai one may apply until the last day (第二十五条)"
)


def opening(desk):
    """The first day to apply: 6 months before the end in the reference text."""
    return add_months(ENDS, -desk.terms.renewal.window_opens_months_before)


def in_time(desk):
    """The last day to apply in time, 3 months before the end in the reference text; today where that is to come."""
    return min(add_months(ENDS, -desk.terms.renewal.apply_months_before), TODAY)


def late(desk):
    return in_time(desk) + timedelta(days=1)


@pytest.fixture
def agreement(desk):
    return desk.signed(**RUNNING)


def applied(desk, agreement, on=None):
    return apply_for_renewal(
        agreement, by=desk.operator, self_assessment="本期无违约，考核合格", on=on or in_time(desk)
    )


@pytest.mark.only_text("qinghai", reason="worked examples of the reference's three months (第七十八条)")
@pytest.mark.rule("Q78.1")
@pytest.mark.parametrize("ends_on, last, first", [
    (date(2026, 12, 31), date(2026, 9, 30), date(2026, 6, 30)),
    (date(2026, 5, 31), date(2026, 2, 28), date(2025, 11, 30)),  # 28 February 2026 is a Saturday: never moved
])  # fmt: skip
def test_the_last_day_to_apply_is_three_months_before_the_end(edition, ends_on, last, first):
    agreement = Agreement(edition=edition, ends_on=ends_on)
    assert (agreement.renewal_due_on, agreement.renewal_opens_on) == (last, first)


@pytest.mark.rule("Q78.1")
@pytest.mark.parametrize("day", [opening, in_time])
def test_an_application_from_the_first_to_the_last_day_is_in_time(desk, agreement, day):
    request = applied(desk, agreement, day(desk))
    assert (request.status, request.filed_on, request.on_time) == ("submitted", day(desk), True)


@NOBODY_LATE
@pytest.mark.rule("Q78.1")
@pytest.mark.parametrize("day", [late, lambda desk: TODAY])
def test_a_late_application_is_taken_and_flagged(desk, agreement, day):
    request = applied(desk, agreement, day(desk))
    assert (request.status, request.filed_on, request.on_time) == ("submitted", day(desk), False)
    assert agreement.events.exclude(act="issue").latest("seq").act == "apply_for_renewal"
    assert first_fault(Agreement.objects.get(pk=agreement.pk)) is None


@pytest.mark.rule("Q78.1")
def test_an_application_before_the_window_is_refused_with_the_first_day(desk, agreement):
    first, months = opening(desk), desk.terms.renewal.window_opens_months_before
    practice = "（通行做法）" if "window_opens_months_before" in desk.terms.renewal.defaults else ""
    refusal = desk.words(f"期满前{months}个月{practice}才开始受理续签，自{first}起申请（第七十八条）")
    with pytest.raises(RuleBroken, match=refusal):
        applied(desk, agreement, first - timedelta(days=1))


def test_a_suspended_hospital_may_apply_too(desk, agreement):
    assert applied(desk, desk.suspended_for_breach(agreement), on=TODAY).status == "submitted"


def test_one_application_at_a_time_and_none_after_failed_talks(desk, agreement):
    request = applied(desk, agreement)
    with pytest.raises(RuleBroken, match="已有未办结的续签申请"):
        applied(desk, agreement)
    perform(request.fail, by=desk.leader, reason="考核不合格", on=TODAY)
    with pytest.raises(RuleBroken, match="“不一致”的记录"):
        applied(desk, agreement)


def test_a_withdrawn_application_may_be_made_again(desk, agreement):
    perform(applied(desk, agreement).withdraw, by=desk.signatory, on=in_time(desk))
    assert applied(desk, agreement).status == "submitted"


@NOBODY_LATE
def test_made_again_too_late_it_is_late(desk, agreement):
    perform(applied(desk, agreement).withdraw, by=desk.signatory, on=in_time(desk))
    assert applied(desk, agreement, late(desk)).on_time is False


def test_an_application_says_how_the_hospital_sees_its_own_work(desk, agreement):
    with pytest.raises(RuleBroken, match="自评"):
        apply_for_renewal(agreement, by=desk.operator, self_assessment=" ", on=TODAY)


def test_nobody_applies_for_another_hospital(desk, agreement, other_operator):
    for stranger in (other_operator, desk.clerk, desk.leader):
        with pytest.raises(PermissionDenied):
            apply_for_renewal(agreement, by=stranger, self_assessment="合格", on=TODAY)


@NOBODY_LATE
@pytest.mark.rule("Q78.1")
def test_talks_on_a_late_application_begin_only_when_a_reviewer_took_it_on(desk, agreement):
    request = applied(desk, agreement, late(desk))
    with pytest.raises(RuleBroken, match=f"申请逾期（最迟{in_time(desk)}），先由复核人决定是否受理"):
        perform(request.start_talks, by=desk.clerk, on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(request.accept_late, by=desk.clerk, on=TODAY)
    request = perform(request.accept_late, by=desk.reviewer, on=TODAY)
    assert (request.late_accepted_on, request.late_accepted_by) == (TODAY, desk.reviewer)
    assert perform(request.start_talks, by=desk.clerk, on=TODAY).status == "negotiating"


def test_an_application_in_time_needs_no_acceptance(desk, agreement):
    with pytest.raises(RuleBroken, match="不需要受理逾期"):
        perform(applied(desk, agreement).accept_late, by=desk.reviewer, on=TODAY)


def test_a_returned_application_keeps_the_day_on_which_it_was_first_filed(desk, agreement):
    request = applied(desk, agreement)
    request = perform(request.return_for_completion, by=desk.reviewer, reason="缺考核结果", on=TODAY)
    assert (request.status, request.returning_reason) == ("returned", "缺考核结果")
    request = perform(request.refile, by=desk.operator, self_assessment="附考核结果", on=TODAY)
    assert (request.status, request.filed_on, request.on_time) == ("submitted", in_time(desk), True)


@pytest.mark.rule("Q78.2")
@pytest.mark.rule("Q78.3")
def test_talks_end_in_an_agreement_or_on_record_without_one(desk, agreement):
    request = perform(applied(desk, agreement).start_talks, by=desk.clerk, on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(request.agree, by=desk.clerk, on=TODAY)
    request = perform(request.agree, by=desk.reviewer, on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(request.fail, by=desk.reviewer, reason="乙方不接受支付方式", on=TODAY)
    request = perform(request.fail, by=desk.leader, reason="乙方不接受支付方式", on=TODAY)
    assert (request.status, request.closed_on, request.closing_reason) == (
        "failed",
        TODAY,
        "乙方不接受支付方式",
    )


def test_a_text_can_be_offered_only_when_it_is_fixed(desk, agreement):
    request = perform(applied(desk, agreement).start_talks, by=desk.clerk, on=TODAY)
    with pytest.raises(RuleBroken, match="还没有定稿的续签文本"):
        perform(request.offer_text, by=desk.clerk, sign_by=ENDS, on=TODAY)
    after = ENDS + timedelta(days=1)
    desk.to_sign(starts_on=after, ends_on=after + timedelta(days=364), predecessor=agreement)
    with pytest.raises(RuleBroken, match="早于通知日"):
        perform(request.offer_text, by=desk.clerk, sign_by=TODAY - timedelta(days=1), on=TODAY)
    request = perform(request.offer_text, by=desk.clerk, sign_by=ENDS, on=TODAY)
    assert (request.offered_on, request.sign_by) == (TODAY, ENDS)


def test_dates_that_cannot_be_are_refused(desk, agreement):
    request = applied(desk, agreement)
    with pytest.raises(RuleBroken, match="还没有到"):
        perform(request.start_talks, by=desk.clerk, on=TODAY + timedelta(days=1))
    with pytest.raises(RuleBroken, match="早于申请日期"):
        perform(request.start_talks, by=desk.clerk, on=in_time(desk) - timedelta(days=1))


def test_after_the_last_day_nothing_is_done_before_the_expiry_is_settled(desk):
    over = desk.signed(starts_on=TODAY - timedelta(days=360), ends_on=TODAY - timedelta(days=1))
    with pytest.raises(RuleBroken, match="先由每日办理作出期满处理"):
        applied(desk, over, on=TODAY)


def test_an_ended_agreement_has_no_renewal_to_go_on_with(desk, agreement):
    request = applied(desk, agreement)
    desk.rescinded(agreement)
    with pytest.raises(RuleBroken, match="现为“解除”，续签事项已随之了结"):
        perform(RenewalRequest.objects.get(pk=request.pk).start_talks, by=desk.clerk, on=TODAY)


# ── the agency organises it for all ──


@NOBODY_LATE
@pytest.mark.rule("Q78.1")
def test_a_campaign_makes_every_application_it_covers_timely(desk, agreement):
    request = applied(desk, agreement, late(desk))
    assert not request.counts_as_on_time
    announce_campaign(ENDS - timedelta(days=5), ENDS, by=desk.leader)
    assert request.counts_as_on_time
    assert perform(request.start_talks, by=desk.clerk, on=TODAY).status == "negotiating"


def test_a_campaign_does_not_cover_what_ends_outside_its_range(desk, agreement):
    announce_campaign(ENDS + timedelta(days=1), ENDS + timedelta(days=9), by=desk.leader)
    assert not agreement.renewal_campaigns.exists()


def test_open_campaigns_of_an_agency_do_not_overlap(desk):
    first = announce_campaign(TODAY, ENDS, by=desk.leader)
    with pytest.raises(RuleBroken, match=f"（{TODAY}至{ENDS}）重叠"):
        announce_campaign(ENDS, ENDS + timedelta(days=9), by=desk.leader)
    close_campaign(first, by=desk.leader)
    with pytest.raises(RuleBroken, match="已于.*办结"):
        close_campaign(first, by=desk.leader)
    assert announce_campaign(ENDS, ENDS + timedelta(days=9), by=desk.leader).pk


@pytest.mark.parametrize("first, last, why", [
    (ENDS, ENDS - timedelta(days=1), "止不能早于起"),
    (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "已经过去"),
])  # fmt: skip
def test_a_campaign_needs_a_range_that_can_be(desk, first, last, why):
    with pytest.raises(RuleBroken, match=why):
        announce_campaign(first, last, by=desk.leader)


def test_only_a_leader_announces_and_only_its_own_agency_closes(desk, other_agency, django_user_model):
    for person in (desk.clerk, desk.reviewer, desk.signatory):
        with pytest.raises(PermissionDenied):
            announce_campaign(TODAY, ENDS, by=person)
    campaign = announce_campaign(TODAY, ENDS, by=desk.leader)
    stranger = django_user_model.objects.create_user(
        "other_leader", "孙海东", "leader", "xieyi-2026-test", agency=other_agency
    )
    with pytest.raises(PermissionDenied):
        close_campaign(campaign, by=stranger)
