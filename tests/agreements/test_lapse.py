"""第七十九条：依申请的中止超过最长时间的，协议自动终止；因违约中止的不自动终止。"""

from datetime import date

import pytest

from agreements.daily import run
from agreements.gate import RuleBroken, perform
from agreements.models import Status

from .daily_world import ONE_DAY, fresh, in_force, suspended

pytestmark = pytest.mark.each_text

# ── too long a suspension ──


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("start, last", [
    (date(2026, 4, 6), date(2026, 10, 8)),  # day 180 is a Saturday, followed by the National Day holidays
    (date(2026, 3, 1), date(2026, 8, 28)),  # day 180 is a Friday
])  # fmt: skip
def test_a_requested_suspension_ends_the_agreement_after_day_180(desk, clock, calendar, start, last):
    agreement = suspended(desk, clock, start)
    assert run(last).done == []
    assert run(last + ONE_DAY).done == [("超期终止", agreement)]
    agreement = fresh(agreement)
    assert (agreement.status, agreement.ending.effective_on) == (Status.TERMINATED, last + ONE_DAY)
    assert agreement.ending.article == "第七十九条"
    assert agreement.suspensions.get().closed_on == last + ONE_DAY


def asked_to_go_on(desk, agreement, requested_on):
    details = {"suspension": agreement.open_suspensions.get(), "reason": "装修完工", "requested_on": requested_on,
               "on": requested_on}  # fmt: skip
    return desk.proposal(agreement, "resume", **details)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_an_open_application_to_go_on_stops_it_and_its_refusal_ends_it_on_that_day(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    clock(date(2026, 10, 8))
    proposal = asked_to_go_on(desk, agreement, date(2026, 10, 8))  # the last day, after the holidays
    assert run(date(2026, 10, 20)).done == []
    clock(date(2026, 10, 21))
    perform(proposal.turn_down, by=desk.leader, reason="消防未验收")
    run(date(2026, 10, 30))
    assert fresh(agreement).ending.effective_on == date(2026, 10, 21)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_a_refusal_before_the_last_day_changes_nothing_about_it(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 3, 1))
    clock(date(2026, 6, 1))
    perform(asked_to_go_on(desk, agreement, date(2026, 6, 1)).turn_down, by=desk.leader, reason="未完工")
    run(date(2026, 9, 30))
    assert fresh(agreement).ending.effective_on == date(2026, 8, 29)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_an_application_after_the_last_day_is_too_late(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    clock(date(2026, 10, 9))
    with pytest.raises(RuleBroken, match="2026-04-06至2026-10-08"):
        asked_to_go_on(desk, agreement, date(2026, 10, 9))


def excepted(desk, agreement, on):
    details = {"suspension": agreement.open_suspensions.get(), "reason": "灾后重建，十一月完工", "on": on}
    return desk.decided(agreement, "grant_suspension_exception", **details)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_a_leaders_exception_before_the_last_day_stops_it(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 3, 1))
    clock(date(2026, 8, 28))
    excepted(desk, agreement, date(2026, 8, 28))
    suspension = agreement.suspensions.get()
    assert (suspension.exception_on, suspension.exception_reason) == (
        date(2026, 8, 28),
        "灾后重建，十一月完工",
    )
    assert run(date(2026, 11, 30)).done == []
    clock(date(2026, 11, 2))
    agreement = desk.resumed(fresh(agreement), requested_on=date(2026, 11, 1), on=date(2026, 11, 2))
    assert agreement.status == Status.ACTIVE


@pytest.mark.only_text("qinghai", "shanghai")
def test_an_exception_after_the_last_day_is_refused(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 3, 1))
    clock(date(2026, 8, 29))
    with pytest.raises(
        RuleBroken, match=desk.words("中止至2026-08-28届满，须在届满前写明例外（第七十九条）")
    ):
        excepted(desk, agreement, date(2026, 8, 29))


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_a_suspension_for_breach_never_ends_an_agreement_by_itself(desk, clock, calendar):
    agreement = in_force(desk, clock)
    clock(date(2026, 3, 1))
    desk.suspended_for_breach(agreement, on=date(2026, 3, 1), until=date(2026, 8, 28))
    assert run(date(2026, 11, 1)).done == []


def test_without_the_years_calendar_nothing_ends_and_the_reason_is_told(desk, clock):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    report = run(date(2026, 11, 1))
    assert "2026年放假安排未公布" in report.refused[agreement.number]
    assert fresh(agreement).status == Status.SUSPENDED


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q78.3")
def test_when_the_term_is_over_first_the_table_of_expiry_decides(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 4, 6), ends_on=date(2026, 8, 31))
    run(date(2026, 12, 1))
    ending = fresh(agreement).ending
    assert (ending.article, ending.effective_on) == ("第八十条（四）", date(2026, 9, 1))


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q78.3")
def test_a_signed_successor_takes_over_from_a_suspended_agreement_too(desk, clock, calendar):
    new_term = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 8, 31)}
    old = suspended(desk, clock, date(2026, 4, 6), ends_on=date(2026, 8, 31))
    new = in_force(desk, clock, signed_on=date(2026, 8, 20), **new_term)
    assert [label for label, _ in run(date(2026, 9, 1)).done] == ["期满处理", "生效"]
    assert (fresh(old).status, fresh(new).status) == (Status.RENEWED, Status.ACTIVE)
    assert fresh(old).ending.effective_on == date(2026, 9, 1)
