"""每日办理：超期的中止、生效、期满；补办与逐日办理结果相同，一份出错不误其余。"""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from agreements import actions, daily
from agreements.daily import run
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Event, Status
from agreements.models.event import first_fault
from agreements.renewals import apply_for_renewal
from institutions.actions import register_institution

from ..conftest import _person, facts
from ..desk import SCOPE, Desk, signature

YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    """Sets the day on which people act, wherever an act or a check asks for it."""

    def at(day):
        for module in ("actions", "checks", "models.agreement", "models.stopping", "renewals"):
            monkeypatch.setattr(f"agreements.{module}.localdate", lambda: day)

    return at


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)


def in_force(desk, clock, signed_on=None, **term):
    """Signed on the first day of its term, and so in force from it, or earlier and still to come."""
    term = {**YEAR, **term}
    day = signed_on or term["starts_on"]
    clock(day)
    agreement = actions.draft_agreement(desk.hospital, by=desk.clerk, **term, **SCOPE)
    agreement = perform(perform(agreement.negotiate, by=desk.clerk).confirm, by=desk.operator)
    agreement = actions.fix_text(agreement, by=desk.reviewer, today=day)
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        agreement = actions.sign(agreement, side, by=by, today=day, **signature(name, day))
    return agreement


def suspended(desk, clock, on, days=180, **term):
    agreement = in_force(desk, clock, **term)
    clock(on)
    return desk.suspended(agreement, on=on, days=days)


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def records(agreement):
    """What is kept about an agreement, save when it was written down: the moment, and the day of the run."""
    agreement = fresh(agreement)
    rows = agreement.events.values_list("act", "effective_on", "before", "after", "details")
    for *_, details in rows:
        details.pop("today", None)
    ending = getattr(agreement, "ending", None)
    stops = agreement.suspensions.values_list("cause", "started_on", "closed_on", "closing_reason")
    return (
        agreement.status,
        list(rows),
        ending and (ending.kind, ending.reason, ending.effective_on),
        list(stops),
    )


# ── too long a suspension ──


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


@pytest.mark.rule("Q79.3")
def test_a_refusal_before_the_last_day_changes_nothing_about_it(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 3, 1))
    clock(date(2026, 6, 1))
    perform(asked_to_go_on(desk, agreement, date(2026, 6, 1)).turn_down, by=desk.leader, reason="未完工")
    run(date(2026, 9, 30))
    assert fresh(agreement).ending.effective_on == date(2026, 8, 29)


@pytest.mark.rule("Q79.3")
def test_an_application_after_the_last_day_is_too_late(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    clock(date(2026, 10, 9))
    with pytest.raises(RuleBroken, match="2026-04-06至2026-10-08"):
        asked_to_go_on(desk, agreement, date(2026, 10, 9))


def excepted(desk, agreement, on):
    details = {"suspension": agreement.open_suspensions.get(), "reason": "灾后重建，十一月完工", "on": on}
    return desk.decided(agreement, "grant_suspension_exception", **details)


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


def test_an_exception_after_the_last_day_is_refused(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 3, 1))
    clock(date(2026, 8, 29))
    with pytest.raises(RuleBroken, match="中止至2026-08-28届满，须在届满前写明例外（第七十九条）"):
        excepted(desk, agreement, date(2026, 8, 29))


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


@pytest.mark.rule("Q78.3")
def test_when_the_term_is_over_first_the_table_of_expiry_decides(desk, clock, calendar):
    agreement = suspended(desk, clock, date(2026, 4, 6), ends_on=date(2026, 8, 31))
    run(date(2026, 12, 1))
    ending = fresh(agreement).ending
    assert (ending.article, ending.effective_on) == ("第八十条（四）", date(2026, 9, 1))


@pytest.mark.rule("Q78.3")
def test_a_signed_successor_takes_over_from_a_suspended_agreement_too(desk, clock, calendar):
    new_term = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 8, 31)}
    old = suspended(desk, clock, date(2026, 4, 6), ends_on=date(2026, 8, 31))
    new = in_force(desk, clock, signed_on=date(2026, 8, 20), **new_term)
    assert [label for label, _ in run(date(2026, 9, 1)).done] == ["期满处理", "生效"]
    assert (fresh(old).status, fresh(new).status) == (Status.RENEWED, Status.ACTIVE)
    assert fresh(old).ending.effective_on == date(2026, 9, 1)


# ── catching up ──


def other_desk(desk, regions, number):
    name = f"西宁海湖第{number}医院"
    hospital = register_institution(f"H6301050000{number}", regions["630105"], by=None, **facts(name, number))
    operator = _person(f"operator{number}", "白海湖", "operator", institution=hospital)
    signatory = _person(f"signatory{number}", "祁雪原", "signatory", institution=hospital)
    return Desk(desk.clerk, desk.reviewer, desk.leader, operator, signatory, hospital)


@pytest.fixture
def eventful_week(desk, regions, clock, calendar):
    """Late August: one lapses, one is renewed, one holds over, one is over; and one that nothing happens to."""
    second, third, fourth, fifth = (other_desk(desk, regions, number) for number in (2, 3, 4, 5))
    lapsing = suspended(desk, clock, date(2026, 3, 1))
    old = in_force(second, clock, ends_on=date(2026, 8, 30))
    new = in_force(
        second, clock, starts_on=date(2026, 8, 31), ends_on=date(2027, 8, 30), signed_on=date(2026, 8, 10)
    )
    silent = in_force(third, clock, ends_on=date(2026, 8, 31))
    clock(date(2026, 5, 20))
    apply_for_renewal(silent, by=third.operator, self_assessment="合格")
    return [
        lapsing,
        old,
        new,
        silent,
        in_force(fourth, clock, ends_on=date(2026, 8, 29)),
        in_force(fifth, clock),
    ]


LAST_RUN = date(2026, 9, 2)


def test_catching_up_after_days_off_gives_the_same_records_as_daily_runs(eventful_week):
    here = transaction.savepoint()
    for n in range(7):
        run(LAST_RUN - timedelta(days=6 - n))
    daily_runs = [records(agreement) for agreement in eventful_week]
    transaction.savepoint_rollback(here)
    run(LAST_RUN)
    assert [records(agreement) for agreement in eventful_week] == daily_runs
    states = ["terminated", "renewed", "active", "continued", "terminated", "active"]
    assert [row[0] for row in daily_runs] == states
    assert all(first_fault(fresh(agreement)) is None for agreement in eventful_week)


@pytest.mark.rule("Q78.3")
def test_catching_up_over_a_gap_before_the_successor_gives_the_same_records(desk, clock, calendar):
    old = in_force(desk, clock, ends_on=date(2026, 8, 28))
    new = in_force(
        desk, clock, starts_on=date(2026, 8, 31), ends_on=date(2027, 8, 30), signed_on=date(2026, 8, 10)
    )
    here = transaction.savepoint()
    for n in range(7):
        run(LAST_RUN - timedelta(days=6 - n))
    daily_runs = [records(old), records(new)]
    transaction.savepoint_rollback(here)
    run(LAST_RUN)
    assert [records(old), records(new)] == daily_runs
    assert [fresh(old).status, fresh(new).status] == ["renewed", "active"]


def test_a_second_run_on_the_same_day_does_nothing(eventful_week):
    assert len(run(LAST_RUN).done) == 5
    events = Event.objects.count()
    assert run(LAST_RUN).done == []
    assert Event.objects.count() == events


def test_what_another_run_has_done_meanwhile_is_no_failure(eventful_week):
    found = [list(daily.unsettled(LAST_RUN)), list(daily.overlong(LAST_RUN))]
    run(LAST_RUN)
    assert [daily.settle(agreement) for agreement in found[0]] == [None] * 3
    assert [daily.end_overlong(suspension, LAST_RUN) for suspension in found[1]] == [None]


@pytest.mark.parametrize("failure, told", [
    (RuleBroken("缺少考核结果（第七十八条）"), "缺少考核结果"), (ZeroDivisionError("x"), "已记入运行日志"),
])  # fmt: skip
def test_a_record_that_fails_is_told_and_stops_nothing(eventful_week, monkeypatch, failure, told):
    lapsing, old, _, silent, over, _ = eventful_week
    settle = daily.settle

    def broken(agreement):
        if agreement == silent:
            raise failure
        return settle(agreement)

    monkeypatch.setattr(daily, "settle", broken)
    report = run(LAST_RUN)
    assert list(report.refused) == [silent.number] and told in report.refused[silent.number]
    states = [fresh(agreement).status for agreement in (lapsing, old, silent, over)]
    assert states == ["terminated", "renewed", "active", "terminated"]
    monkeypatch.undo()
    assert [agreement for _, agreement in run(LAST_RUN + ONE_DAY).done] == [silent]
    assert fresh(silent).holdover.started_on == date(2026, 9, 1)


def test_the_day_looks_only_at_what_is_due(eventful_week, django_assert_max_num_queries):
    # Four to find nothing to do, the rest to look whether the calendar has moved a clock.
    run(LAST_RUN)
    with django_assert_max_num_queries(12):
        run(LAST_RUN)
