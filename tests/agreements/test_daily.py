"""每日办理：超期的中止、生效、期满；补办与逐日办理结果相同，一份出错不误其余。"""

import threading
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from agreements import actions, daily
from agreements.clocks import actions as clocks
from agreements.daily import run
from agreements.gate import RuleBroken, perform
from agreements.messages import reminders
from agreements.models import Agreement, DailyFailure, Deadline, Event, Job, Message, Status
from agreements.models.event import first_fault
from agreements.renewals.actions import apply_for_renewal
from institutions.actions import register_institution
from institutions.holidays import Day, publish_notice
from institutions.models import Role, User

from ..conftest import PASSWORD, _person, facts
from ..desk import SCOPE, Desk, signature

YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    """Sets the day on which people act, wherever an act or a check asks for it."""

    def at(day):
        for module in ("actions", "checks", "models.agreement", "models.stopping", "renewals.actions"):
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
    # One a step to find nothing to do, two to keep its list of failures, some to look whether a clock has to move, and two
    # for each series of reminder days.
    run(LAST_RUN)
    with django_assert_max_num_queries(60):
        run(LAST_RUN)


# ── what could not be done ──


@pytest.fixture
def broken(eventful_week, monkeypatch):
    """The one that goes on cannot be settled; `broken.mend()` puts it right."""
    silent, settle = eventful_week[3], daily.settle
    monkeypatch.setattr(
        daily, "settle", lambda agreement: 1 / 0 if agreement == silent else settle(agreement)
    )
    silent.mend = lambda: monkeypatch.setattr(daily, "settle", settle)
    return silent


def failures():
    rows = DailyFailure.objects.order_by("pk")
    return list(
        rows.values_list("agreement__number", "step", "due_on", "first_failed_on", "times", "resolved_on")
    )


def test_what_fails_is_one_row_until_it_is_done(broken):
    run(LAST_RUN)
    run(LAST_RUN + ONE_DAY)
    entry = (broken.number, "settle", date(2026, 9, 1), LAST_RUN)
    assert failures() == [(*entry, 2, None)]
    assert "已记入运行日志" in DailyFailure.objects.get().reason
    broken.mend()
    run(LAST_RUN + 2 * ONE_DAY)
    assert failures() == [(*entry, 2, LAST_RUN + 2 * ONE_DAY)]
    run(LAST_RUN + 3 * ONE_DAY)
    assert failures() == [(*entry, 2, LAST_RUN + 2 * ONE_DAY)]


def test_what_fails_anew_after_it_was_settled_is_a_new_row(broken):
    run(LAST_RUN)
    DailyFailure.objects.update(resolved_on=LAST_RUN)
    run(LAST_RUN + ONE_DAY)
    assert [row[-1] for row in failures()] == [LAST_RUN, None]


def test_what_need_not_be_done_any_more_leaves_the_list(desk, clock):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    run(date(2026, 11, 1))  # without the year's holidays the last day cannot be told
    assert [row[:3] for row in failures()] == [(agreement.number, "lapse", date(2026, 10, 4))]
    clock(date(2026, 11, 2))
    desk.terminated(fresh(agreement), on=date(2026, 11, 2), requested_on=date(2026, 11, 2))
    run(date(2026, 11, 3))
    assert failures()[0][-1] == date(2026, 11, 3)


def test_a_run_for_an_earlier_day_settles_nothing_that_was_due_later(broken):
    run(LAST_RUN)
    run(date(2026, 8, 1))
    assert failures()[0][-1] is None


def test_catching_up_leaves_the_same_failures_as_daily_runs(eventful_week, broken):
    def left():
        run(LAST_RUN + ONE_DAY)
        rows = DailyFailure.objects.open().values_list("agreement", "step", "due_on", "reason")
        return [list(rows), [records(agreement) for agreement in eventful_week]]

    here = transaction.savepoint()
    for n in range(7):
        run(LAST_RUN - timedelta(days=6 - n))
    daily_runs = left()
    transaction.savepoint_rollback(here)
    assert left() == daily_runs and len(daily_runs[0]) == 1
    broken.mend()
    run(LAST_RUN + 2 * ONE_DAY)
    assert not DailyFailure.objects.open().exists()
    assert fresh(broken).holdover.started_on == date(2026, 9, 1)


def test_two_runs_in_a_row_leave_the_same_failures(broken):
    run(LAST_RUN)
    events = Event.objects.count()
    run(LAST_RUN)
    assert len(failures()) == 1 and Event.objects.count() == events


# ── the button ──


def browser(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def listed(broken):
    run(LAST_RUN)
    return DailyFailure.objects.get()


@pytest.fixture
def today_is(monkeypatch):
    monkeypatch.setattr("agreements.daily.localdate", lambda: LAST_RUN)


@pytest.mark.parametrize("who", ["clerk", "reviewer", "leader", "admin"])
def test_the_agency_and_the_system_administrator_have_it_done_again(
    who, desk, listed, broken, client, today_is
):
    admin = User.objects.create_user("admin", "管理员", Role.SYSTEM_ADMIN, PASSWORD)
    person = admin if who == "admin" else getattr(desk, who)
    page = browser(client, person).get(reverse("daily"))
    assert broken.number in page.text and reverse("daily-again", args=[listed.pk]) in page.text
    page = client.post(reverse("daily-again", args=[listed.pk]), follow=True)
    assert "仍未办成：办理出错" in page.text
    broken.mend()
    page = client.post(reverse("daily-again", args=[listed.pk]), follow=True)
    assert "已办结" in page.text and "没有办不成的" in page.text
    listed.refresh_from_db()
    assert (listed.times, listed.resolved_on, listed.asked_by) == (2, LAST_RUN, person)
    assert fresh(broken).events.last().actor_role == "system"


def test_others_may_look_or_may_not_even_that(desk, listed, client, other_clerk):
    other_operator = User.objects.get(username="operator2")
    owner = _person("finance", "财务", Role.FINANCE, agency=desk.clerk.agency)
    page = browser(client, owner).get(reverse("daily"))
    assert listed.agreement.number in page.text and "重新办理</button>" not in page.text
    assert client.post(reverse("daily-again", args=[listed.pk])).status_code == 403
    for stranger in (other_clerk, other_operator):
        assert listed.agreement.number not in browser(client, stranger).get(reverse("daily")).text
        assert client.post(reverse("daily-again", args=[listed.pk])).status_code == 404
    assert DailyFailure.objects.get().asked_by is None


def test_it_stands_on_the_desk_of_clerk_and_leader(desk, listed, client):
    for person in (desk.clerk, desk.leader):
        page = browser(client, person).get("/")
        assert "每日办理没有办成的" in page.text and "期满处理没有办成" in page.text
    assert "每日办理没有办成的" not in browser(client, desk.reviewer).get("/").text


def test_only_that_record_is_touched(listed, broken, monkeypatch):
    broken.mend()
    monkeypatch.setattr(daily, "begin", lambda *args: pytest.fail("another step"))
    others = Event.objects.exclude(agreement=broken).count()
    assert daily.carry_out_again(listed, by=None, today=LAST_RUN) is None
    assert Event.objects.exclude(agreement=broken).count() == others


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
def test_any_change_of_the_calendar_moves_the_rows_the_next_day(
    desk, regions, clock, calendar, monkeypatch, change
):
    agreement = suspended(desk, clock, date(2026, 3, 2), days=20)
    row = agreement.deadlines.get(rule="T-29", bound="乙")
    run(date(2026, 3, 3))
    before, notice = row.due_on, None
    lost = Day(before, False, "临时放假")
    if change == "region":
        publish_notice(2026, [lost], number="青政办〔2026〕1号", region=regions["630100"])
    else:
        notice = publish_notice(2026, [lost], number="国办〔2026〕2号", replace=True)
    if change == "correction":  # in the admin site, in place
        run(date(2026, 3, 3))
        day = notice.days.get()
        day.name, day.is_working, day.date = "改期", False, before + ONE_DAY
        day.save()
    report = run(date(2026, 3, 4))
    row.refresh_from_db()
    assert report.moved >= 1 and (row.due_on == before) == (change == "correction")
    assert run(date(2026, 3, 5)).moved == 0
    assert not Deadline.objects.open().exclude(counted_with=row.counted_with).exists()


def test_a_stopped_recount_goes_on_where_it_stopped(desk, clock, calendar, monkeypatch):
    suspended(desk, clock, date(2026, 3, 2), days=20)
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
def test_two_runs_at_once_do_the_work_once(eventful_week):
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
    assert len(done) == len(set(done)) == 5
    states = ["terminated", "renewed", "active", "continued", "terminated", "active"]
    assert [fresh(agreement).status for agreement in eventful_week] == states
    for act in ("lapse", "expire", "carry_on", "close_as_renewed"):
        assert Event.objects.filter(act=act).count() == 1, act
    assert not DailyFailure.objects.exists()
    assert all(first_fault(fresh(agreement)) is None for agreement in eventful_week)


# ── one broken clock ──


@pytest.fixture
def two(desk, clock, calendar, regions, agency):
    """Two agreements in force; the first clock of the year's second half is broken in the one."""
    agreement = in_force(desk, clock)
    other = register_institution("H63010500009", regions["630105"], by=None, **facts("西宁南山医院", 9))
    people = [
        _person(f"{role}9", "祁雪原", role, institution=other) for role in (Role.OPERATOR, Role.SIGNATORY)
    ]
    return agreement, in_force(Desk(desk.clerk, desk.reviewer, desk.leader, *people, other), clock)


def open_failures():
    rows = DailyFailure.objects.open().order_by("step")
    return [(row.agreement, row.step) for row in rows]


def test_a_clock_whose_pauses_are_broken_stops_no_other_and_is_seen(two, today_is, client, desk):
    broken, whole = two
    row = broken.deadlines.open().filter(rule="T-27").first()
    Deadline.objects.filter(pk=row.pk).update(pauses=[["昨天", "今天", ""]])
    Deadline.objects.open().update(counted_with=0)
    report = run(LAST_RUN)
    assert open_failures() == [(broken, "calendar")] and broken.number in report.refused
    assert not whole.deadlines.open().filter(counted_with=0).exists()
    Deadline.objects.filter(pk=row.pk).update(pauses=[])
    failure = DailyFailure.objects.get()
    assert "时限重算" in browser(client, desk.clerk).get(reverse("daily")).text
    assert daily.carry_out_again(failure, by=desk.clerk) is None
    assert open_failures() == []


def test_a_round_that_cannot_begin_stops_no_other(two, monkeypatch):
    broken, whole = two
    day = max(row.due_on for row in Deadline.objects.open().filter(rule="T-27")) + ONE_DAY
    begin = clocks._rounds

    def fails(row, *args):
        if row.agreement == broken:
            raise ValueError("broken")
        return begin(row, *args)

    monkeypatch.setattr(clocks, "_rounds", fails)
    run(day)
    assert (broken, "round") in open_failures() and (whole, "round") not in open_failures()
    assert whole.deadlines.filter(rule="T-27", round=2).exists()
    monkeypatch.undo()
    run(day)
    assert "round" not in [step for _, step in open_failures()]


def test_a_reminder_that_cannot_be_written_stops_no_other(two, monkeypatch):
    broken, whole = two
    say = reminders._sentence

    def fails(clock, *args):
        if clock.agreement == broken:
            raise ValueError("broken")
        return say(clock, *args)

    monkeypatch.setattr(reminders, "_sentence", fails)
    day = max(row.due_on for row in Deadline.objects.open().filter(rule="T-27"))
    run(day)
    assert (broken, "remind") in open_failures()
    assert Message.objects.filter(deadline__agreement=whole).exists()
    assert not Message.objects.filter(deadline__agreement=broken).exists()


def test_work_on_clocks_and_mail_is_heard_of_too(two, settings):
    settings.MAIL_WORKS = True
    User.objects.update(email="a@example.org")
    told, done = [], []
    Deadline.objects.open().update(counted_with=0)
    day = max(row.due_on for row in Deadline.objects.open().filter(rule="T-27")) + ONE_DAY
    run(day, lambda *figures: told.append(figures))
    done = [figures[0] for figures in told]
    assert len(told) > len(set(done)) + 3 and done == sorted(done)


def test_rounds_from_before_the_agreement_leave_no_rows(two):
    agreement, _ = two
    row = agreement.deadlines.open().get(rule="T-27")
    Deadline.objects.filter(pk=row.pk).update(started_on=date(2000, 1, 1), due_on=date(2000, 7, 3))
    clocks.advance(date(2026, 9, 1))
    rounds = agreement.deadlines.filter(rule="T-27").order_by("round")
    assert [(one.status, one.due_on.year) for one in rounds] == [
        ("missed", 2000),
        ("missed", 2026),
        ("missed", 2026),
        ("open", 2027),
    ]


def test_no_day_is_carried_out_before_it_has_come(db):
    from django.core.management import CommandError
    from django.utils.timezone import localdate

    with pytest.raises(CommandError, match="还没有到"):
        call_command("daily", on=localdate() + ONE_DAY)
    assert not Job.objects.exists()
