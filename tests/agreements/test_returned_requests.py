"""第七十九条：a request that was sent back for completion holds the automatic end off for some working days, and no longer."""

from datetime import date, timedelta

import pytest

from agreements import actions
from agreements.applications import actions as applications
from agreements.daily import run
from agreements.gate import RuleBroken, perform
from agreements.models import Status
from agreements.standing import standing

from ..desk import TODAY
from .test_stop_requests import (  # noqa: F401
    RESUME,
    SUSPEND,
    clock,
    drafted,
    filed,
    fresh,
    put_forward,
    stop,
    suspended,
    verified,
)

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

# When it was sent back and so many working days after (ten; five), by the longest suspension (`STOPS`, E11).
RETURNED = {180: (date(2026, 8, 31), date(2026, 9, 14)), 45: (date(2026, 4, 16), date(2026, 4, 23))}
ONE_DAY = timedelta(days=1)


@pytest.fixture
def last_to_refile(desk):
    return RETURNED[desk.longest_stop][1]


@pytest.fixture
def returned(desk, clock, calendar, stop):  # noqa: F811
    (start, last), (day, _) = stop, RETURNED[desk.longest_stop]
    agreement = suspended(desk, clock, start)
    clock(last)
    request = filed(desk, agreement, RESUME, on=last)
    clock(day)
    return perform(request.return_for_completion, by=desk.clerk, reason="缺复工证明", on=day)


@pytest.mark.rule("Q79.3")
def test_a_returned_request_stops_the_end_until_its_last_day_and_the_page_says_so(returned, last_to_refile):
    assert returned.refile_by == last_to_refile
    assert f"最迟 {last_to_refile} 补正" in standing(returned.agreement).sentence
    assert run(last_to_refile).done == []
    assert fresh(returned.agreement).status == Status.SUSPENDED


@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("days", [1, 30])
def test_what_does_not_come_back_ends_it_the_day_after_however_late_the_run(returned, last_to_refile, days):
    run(last_to_refile + timedelta(days=days))
    agreement = fresh(returned.agreement)
    assert (agreement.status, agreement.ending.effective_on) == (
        Status.TERMINATED,
        last_to_refile + ONE_DAY,
    )


@pytest.mark.rule("Q79.3")
def test_completed_on_the_last_day_it_stops_the_end_again(desk, clock, returned, last_to_refile):  # noqa: F811
    clock(last_to_refile)
    applications.submit(returned, by=desk.operator, on=last_to_refile)
    assert run(last_to_refile + timedelta(days=30)).done == []


@pytest.mark.rule("Q79.3")
def test_completed_a_day_later_it_is_refused_also_before_the_run(desk, clock, returned, last_to_refile):  # noqa: F811
    day = last_to_refile + ONE_DAY
    clock(day)
    with pytest.raises(RuleBroken, match=desk.words(f"补正期限到{last_to_refile}为止.*第七十九条")):
        applications.submit(returned, by=desk.operator, on=day)


def test_returned_early_it_may_come_back_until_the_suspension_is_over(desk, clock, calendar, stop):  # noqa: F811
    start, last = stop
    agreement = suspended(desk, clock, start)
    request = filed(desk, agreement, RESUME, on=start)
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺材料", on=start)
    assert request.refile_by == last
    run(last + timedelta(days=9))
    assert fresh(agreement).ending.effective_on == last + ONE_DAY


@pytest.mark.each_text("lean")
@pytest.mark.only_text("lean", reason="every other text sets the time to complete it in")
def test_where_the_text_sets_no_time_it_waits_for_a_decision(desk, clock, returned):  # noqa: F811
    day = date(2026, 6, 1)
    clock(day)
    assert returned.refile_by is None and run(day).done == []
    perform(returned.refuse, by=desk.reviewer, reason="不具备复工条件", on=day)
    run(day + ONE_DAY)
    assert fresh(returned.agreement).status == Status.TERMINATED


def test_other_requests_have_no_such_day(desk):
    request = filed(desk, desk.signed(), SUSPEND)
    assert perform(request.return_for_completion, by=desk.clerk, reason="缺材料", on=TODAY).refile_by is None


# ── while it is put forward ──


def test_what_is_put_forward_is_not_sent_back(desk):
    request = verified(desk, desk.signed(), SUSPEND)
    proposal = put_forward(desk, request)
    with pytest.raises(RuleBroken, match="正按这一申请呈批"):
        perform(request.return_for_completion, by=desk.clerk, reason="缺材料", on=TODAY)
    actions.decide(proposal, by=desk.leader)
    assert fresh(request).status == "granted"


def test_what_is_put_forward_while_it_is_with_the_hospital_is_not_reworded(desk):
    request = filed(desk, desk.signed(), SUSPEND)
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺材料", on=TODAY)
    put_forward(desk, request)
    with pytest.raises(RuleBroken, match="正按这一申请呈批"):
        perform(
            request.reword, by=desk.operator, planned_from=TODAY, planned_until=TODAY + ONE_DAY, reason="改",
            inpatients=0, unsettled=0, files=[],
        )  # fmt: skip


def test_a_draft_is_meant_by_no_proposal(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    request = drafted(desk, agreement, RESUME)
    desk.proposal(
        agreement,
        "resume",
        suspension=agreement.suspensions.get(),
        reason="期满",
        requested_on=None,
        on=TODAY,
    )
    assert request.open_proposals == []
