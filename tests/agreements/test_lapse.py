"""第七十九条：依申请的中止超过最长时间的，协议自动终止；因违约中止的不自动终止。"""

from datetime import date, timedelta

import pytest

from agreements.daily import run
from agreements.gate import RuleBroken, perform
from agreements.models import Status

from .daily_world import ONE_DAY, fresh, in_force, suspended

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

SATURDAY, AFTER_THE_HOLIDAYS = date(2026, 10, 3), date(2026, 10, 8)  # in the National Day holidays
FRIDAY = date(2026, 8, 28)


def started(desk, last):
    """The first day of the longest suspension whose days end on this one: 180 before it in the reference text."""
    return last - timedelta(days=desk.longest_stop)


# ── too long a suspension ──


@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("day_180, last", [(SATURDAY, AFTER_THE_HOLIDAYS), (FRIDAY, FRIDAY)])
def test_a_requested_suspension_ends_the_agreement_after_day_180(desk, clock, calendar, day_180, last):
    agreement = suspended(desk, clock, started(desk, day_180))
    assert run(last).done == []
    assert run(last + ONE_DAY).done == [("超期终止", agreement)]
    agreement = fresh(agreement)
    assert (agreement.status, agreement.ending.effective_on) == (Status.TERMINATED, last + ONE_DAY)
    assert agreement.ending.article == desk.words("第七十九条")
    assert agreement.suspensions.get().closed_on == last + ONE_DAY


def asked_to_go_on(desk, agreement, requested_on):
    details = {"suspension": agreement.open_suspensions.get(), "reason": "装修完工", "requested_on": requested_on,
               "on": requested_on}  # fmt: skip
    return desk.proposal(agreement, "resume", **details)


@pytest.mark.rule("Q79.3")
def test_an_open_application_to_go_on_stops_it_and_its_refusal_ends_it_on_that_day(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, SATURDAY))
    clock(AFTER_THE_HOLIDAYS)
    proposal = asked_to_go_on(desk, agreement, AFTER_THE_HOLIDAYS)
    assert run(date(2026, 10, 20)).done == []
    clock(date(2026, 10, 21))
    perform(proposal.turn_down, by=desk.leader, reason="消防未验收")
    run(date(2026, 10, 30))
    assert fresh(agreement).ending.effective_on == date(2026, 10, 21)


@pytest.mark.rule("Q79.3")
def test_a_refusal_before_the_last_day_changes_nothing_about_it(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, FRIDAY))
    clock(date(2026, 8, 3))
    perform(asked_to_go_on(desk, agreement, date(2026, 8, 3)).turn_down, by=desk.leader, reason="未完工")
    run(date(2026, 9, 30))
    assert fresh(agreement).ending.effective_on == date(2026, 8, 29)


@pytest.mark.rule("Q79.3")
def test_an_application_after_the_last_day_is_too_late(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, SATURDAY))
    clock(date(2026, 10, 9))
    with pytest.raises(RuleBroken, match=f"{started(desk, SATURDAY)}至2026-10-08"):
        asked_to_go_on(desk, agreement, date(2026, 10, 9))


def excepted(desk, agreement, on):
    details = {"suspension": agreement.open_suspensions.get(), "reason": "灾后重建，十一月完工", "on": on}
    return desk.decided(agreement, "grant_suspension_exception", **details)


@pytest.mark.rule("Q79.3")
def test_a_leaders_exception_before_the_last_day_stops_it(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, FRIDAY))
    clock(FRIDAY)
    excepted(desk, agreement, FRIDAY)
    suspension = agreement.suspensions.get()
    assert (suspension.exception_on, suspension.exception_reason) == (
        FRIDAY,
        "灾后重建，十一月完工",
    )
    assert run(date(2026, 11, 30)).done == []
    clock(date(2026, 11, 2))
    agreement = desk.resumed(fresh(agreement), requested_on=date(2026, 11, 1), on=date(2026, 11, 2))
    assert agreement.status == Status.ACTIVE


def test_an_exception_after_the_last_day_is_refused(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, FRIDAY))
    clock(date(2026, 8, 29))
    with pytest.raises(
        RuleBroken, match=desk.words("中止至2026-08-28届满，须在届满前写明例外（第七十九条）")
    ):
        excepted(desk, agreement, date(2026, 8, 29))


@pytest.mark.rule("Q79.3")
def test_a_suspension_for_breach_never_ends_an_agreement_by_itself(desk, clock, calendar):
    agreement = in_force(desk, clock)
    clock(started(desk, FRIDAY))
    desk.suspended_for_breach(agreement, on=started(desk, FRIDAY), until=FRIDAY)
    assert run(date(2026, 11, 1)).done == []


def test_without_the_years_calendar_nothing_ends_and_the_reason_is_told(desk, clock):
    agreement = suspended(desk, clock, started(desk, SATURDAY))
    report = run(date(2026, 11, 1))
    assert "2026年放假安排未公布" in report.refused[agreement.number]
    assert fresh(agreement).status == Status.SUSPENDED


@pytest.mark.only_text(
    "qinghai", reason="elsewhere the term goes on by itself, or nothing lapses (第三条、第二十五条)"
)
@pytest.mark.rule("Q78.3")
def test_when_the_term_is_over_first_the_table_of_expiry_decides(desk, clock, calendar):
    agreement = suspended(desk, clock, started(desk, SATURDAY), ends_on=date(2026, 8, 31))
    run(date(2026, 12, 1))
    ending = fresh(agreement).ending
    assert (ending.article, ending.effective_on) == ("第八十条（四）", date(2026, 9, 1))


@pytest.mark.only_text(
    "made-up", reason="where the term goes on by itself and a suspension lapses (第三条、第四条)"
)
@pytest.mark.parametrize("days", [[AFTER_THE_HOLIDAYS + ONE_DAY], [date(2026, 12, 1)], [date(2028, 12, 1)],
                                  [date(2026, 9, 1), AFTER_THE_HOLIDAYS, AFTER_THE_HOLIDAYS + ONE_DAY]])  # fmt: skip
def test_in_a_term_that_went_on_by_itself_it_lapses_on_its_own_day(desk, clock, calendar, days):
    agreement = suspended(desk, clock, started(desk, SATURDAY), ends_on=date(2026, 8, 31))
    for day in days:
        run(day)
    ending = fresh(agreement).ending
    assert (ending.article, ending.effective_on) == ("第四条", AFTER_THE_HOLIDAYS + ONE_DAY)


@pytest.mark.rule("Q78.3")
def test_a_signed_successor_takes_over_from_a_suspended_agreement_too(desk, clock, calendar):
    new_term = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 8, 31)}
    old = suspended(desk, clock, started(desk, SATURDAY), ends_on=date(2026, 8, 31))
    new = in_force(desk, clock, signed_on=date(2026, 8, 20), **new_term)
    assert [label for label, _ in run(date(2026, 9, 1)).done] == ["期满处理", "生效"]
    assert (fresh(old).status, fresh(new).status) == (Status.RENEWED, Status.ACTIVE)
    assert fresh(old).ending.effective_on == date(2026, 9, 1)
