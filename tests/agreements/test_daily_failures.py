"""每日办理中没有办成的：各成一行，可以重新办理，不误其余。"""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from agreements import daily
from agreements.clocks import actions as clocks
from agreements.daily import run
from agreements.messages import reminders
from agreements.models import DailyFailure, Deadline, Event, Message
from institutions.models import Role, User

from ..conftest import PASSWORD, _person
from .daily_world import (
    LAST_RUN,
    ONE_DAY,
    failures,
    fresh,
    goes_on_since,
    in_force,
    other_desk,
    records,
    suspended,
)  # fmt: skip

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

# ── what could not be done ──


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


@pytest.mark.only_text("qinghai", "made-up", reason="Shanghai lets no suspension lapse (第七十九条)")
def test_what_need_not_be_done_any_more_leaves_the_list(desk, clock):
    agreement = suspended(desk, clock, date(2026, 4, 6))
    run(date(2026, 11, 1))  # without the year's holidays the last day cannot be told
    days = agreement.terms.suspension.ends_automatically_after_days
    after = date(2026, 4, 6) + timedelta(days=days + 1)
    assert [row[:3] for row in failures()] == [(agreement.number, "lapse", after)]
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
    assert goes_on_since(broken) == date(2026, 9, 1)


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


def test_others_may_look_or_may_not_even_that(desk, listed, eventful_week, client, other_clerk):
    other_operator = User.objects.get(role=Role.OPERATOR, institution=eventful_week[1].institution)
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


# ── one broken clock ──


@pytest.fixture
def two(desk, clock, calendar, regions):
    """Two agreements in force, with a claim to be paid under each; a clock is broken in the one."""
    both = in_force(desk, clock), in_force(other_desk(desk, regions, 9), clock)
    for agreement in both:
        clocks.start_clocks(agreement, "claim_accepted", date(2026, 7, 1), "费用申报 1")
    return both


def open_failures():
    rows = DailyFailure.objects.open().order_by("step")
    return [(row.agreement, row.step) for row in rows]


def test_a_clock_whose_pauses_are_broken_stops_no_other_and_is_seen(two, today_is, client, desk):
    broken, whole = two
    row = broken.deadlines.get(rule="T-03")
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


@pytest.mark.only_text("qinghai", reason="no other text has a clock that begins a new round by itself (T-27)")
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


@pytest.mark.only_text("qinghai", "shanghai", reason="the made-up text reminds nobody of a payment")
def test_a_reminder_that_cannot_be_written_stops_no_other(two, monkeypatch):
    broken, whole = two
    say = reminders._sentence

    def fails(clock, *args):
        if clock.agreement == broken:
            raise ValueError("broken")
        return say(clock, *args)

    monkeypatch.setattr(reminders, "_sentence", fails)
    run(whole.deadlines.get(rule="T-03").due_on)
    assert (broken, "remind") in open_failures()
    assert Message.objects.filter(deadline__agreement=whole).exists()
    assert not Message.objects.filter(deadline__agreement=broken).exists()


def test_work_on_clocks_and_mail_is_heard_of_too(two, settings):
    settings.MAIL_WORKS = True
    User.objects.update(email="a@example.org")
    told, done = [], []
    Deadline.objects.open().update(counted_with=0)
    day = two[0].deadlines.get(rule="T-03").due_on + ONE_DAY
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
