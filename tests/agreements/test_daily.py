"""每日办理：生效、期满、补办；补办与逐日办理结果相同，一份出错不误其余。"""

import threading
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from agreements import daily
from agreements.clocks import actions as clocks
from agreements.daily import run
from agreements.gate import RuleBroken
from agreements.models import DailyFailure, Deadline, Event, Job
from agreements.models.event import first_fault
from institutions.holidays import Day, publish_notice

from .daily_world import LAST_RUN, ONE_DAY, fates, fresh, goes_on_since, in_force, lapses, records

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]


def test_catching_up_after_days_off_gives_the_same_records_as_daily_runs(desk, eventful_week):
    here = transaction.savepoint()
    for n in range(7):
        run(LAST_RUN - timedelta(days=6 - n))
    daily_runs = [records(agreement) for agreement in eventful_week]
    transaction.savepoint_rollback(here)
    run(LAST_RUN)
    assert [records(agreement) for agreement in eventful_week] == daily_runs
    assert [row[0] for row in daily_runs] == fates(desk)
    assert all(first_fault(fresh(agreement)) is None for agreement in eventful_week)


@pytest.mark.only_text("qinghai", reason="the other texts extend the old term over the gap (第八十三条)")
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


def test_a_second_run_on_the_same_day_does_nothing(desk, eventful_week):
    assert len(run(LAST_RUN).done) == 4 + lapses(desk)
    events = Event.objects.count()
    assert run(LAST_RUN).done == []
    assert Event.objects.count() == events


def test_what_another_run_has_done_meanwhile_is_no_failure(desk, eventful_week):
    found = [list(daily.unsettled(LAST_RUN)), list(daily.overlong(LAST_RUN))]
    run(LAST_RUN)
    assert [daily.settle(agreement, LAST_RUN) for agreement in found[0]] == [None] * 3
    assert [daily.end_overlong(suspension, LAST_RUN) for suspension in found[1]] == [None] * lapses(desk)


@pytest.mark.parametrize("failure, told", [
    (RuleBroken("缺少考核结果（第七十八条）"), "缺少考核结果"), (ZeroDivisionError("x"), "已记入运行日志"),
])  # fmt: skip
def test_a_record_that_fails_is_told_and_stops_nothing(desk, eventful_week, monkeypatch, failure, told):
    silent = eventful_week[3]
    settle = daily.settle

    def broken(agreement, today):
        if agreement == silent:
            raise failure
        return settle(agreement, today)

    monkeypatch.setattr(daily, "settle", broken)
    report = run(LAST_RUN)
    assert list(report.refused) == [silent.number] and told in report.refused[silent.number]
    expected = fates(desk)
    expected[3] = "active"
    assert [fresh(agreement).status for agreement in eventful_week] == expected
    monkeypatch.undo()
    assert [agreement for _, agreement in run(LAST_RUN + ONE_DAY).done] == [silent]
    assert goes_on_since(silent) == date(2026, 9, 1)


def test_the_day_looks_only_at_what_is_due(eventful_week, django_assert_max_num_queries):
    # One a step to find nothing to do, two to keep its list of failures, some to look whether a clock has to move, and two
    # for each series of reminder days.
    run(LAST_RUN)
    with django_assert_max_num_queries(60):
        run(LAST_RUN)


# ── the calendar ──


def counted(monkeypatch):
    """The rules of the rows that a run counts again."""
    counted, compute = [], clocks.compute
    monkeypatch.setattr(clocks, "compute", lambda row, *args: counted.append(row.rule) or compute(row, *args))
    return counted


def test_the_day_counts_no_clock_again_while_the_calendar_stays(eventful_week, monkeypatch):
    run(LAST_RUN)
    again = counted(monkeypatch)
    run(LAST_RUN + ONE_DAY)
    assert again == []


@pytest.mark.parametrize("change", ["notice", "correction", "region"])
def test_any_change_of_the_calendar_moves_the_rows_the_next_day(desk, clock, calendar, change):
    agreement = in_force(desk, clock)
    clocks.start_clocks(agreement, "claim_accepted", date(2026, 7, 1), "费用申报 1")
    row = agreement.deadlines.get(rule="T-03")
    run(date(2026, 7, 2))
    before, notice = row.due_on, None
    lost = Day(before, False, "临时放假")
    if change == "region":
        publish_notice(2026, [lost], number="青政办〔2026〕1号", region=agreement.agency.region)
    else:
        notice = publish_notice(2026, [lost], number="国办〔2026〕2号", replace=True)
    if change == "correction":  # in the admin site, in place
        run(date(2026, 7, 2))
        day = notice.days.get()
        day.name, day.is_working, day.date = "改期", False, before + ONE_DAY
        day.save()
    report = run(date(2026, 7, 3))
    row.refresh_from_db()
    assert report.moved >= 1 and (row.due_on == before) == (change == "correction")
    assert run(date(2026, 7, 4)).moved == 0
    assert not Deadline.objects.open().exclude(counted_with=row.counted_with).exists()


def test_a_stopped_recount_goes_on_where_it_stopped(desk, clock, calendar, monkeypatch):
    agreement = in_force(desk, clock)
    for number in (1, 2, 3):
        clocks.start_clocks(agreement, "claim_accepted", date(2026, 3, 2), f"费用申报 {number}")
    publish_notice(2026, [Day(date(2026, 3, 4), False, "临时放假")], number="国办〔2026〕2号", replace=True)
    monkeypatch.setattr(clocks, "AT_ONCE", 1)
    compute, calls = clocks.compute, []

    def stopped(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return compute(*args)

    monkeypatch.setattr(clocks, "compute", stopped)
    with pytest.raises(KeyboardInterrupt):
        clocks.follow_calendar()
    rest = Deadline.objects.open().exclude(counted_with=clocks.stamp()).count()
    assert 0 < rest < Deadline.objects.open().count()
    clocks.follow_calendar()
    assert not Deadline.objects.open().exclude(counted_with=clocks.stamp()).exists()


# ── two at once ──


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
def test_two_runs_at_once_do_the_work_once(desk, eventful_week):
    start, reports = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            reports.append(run(LAST_RUN))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.refused for report in reports] == [{}, {}]
    done = sorted(agreement.number for report in reports for _, agreement in report.done)
    assert len(done) == len(set(done)) == 4 + lapses(desk)
    assert [fresh(agreement).status for agreement in eventful_week] == fates(desk)
    ends = ["lapse", "expire", "carry_on", "extend", "close_as_renewed"]
    of_whom = list(Event.objects.filter(act__in=ends).values_list("agreement", flat=True))
    assert len(of_whom) == len(set(of_whom)) == 3 + lapses(desk)
    assert not DailyFailure.objects.exists()
    assert all(first_fault(fresh(agreement)) is None for agreement in eventful_week)


def test_no_day_is_carried_out_before_it_has_come(db):
    from django.core.management import CommandError
    from django.utils.timezone import localdate

    with pytest.raises(CommandError, match="还没有到"):
        call_command("daily", on=localdate() + ONE_DAY)
    assert not Job.objects.exists()
