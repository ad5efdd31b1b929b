"""时限提醒：到期前几日提醒一次，漏掉的合成一次，办结的不再提醒；邮件每人每次一封，发不出的下次再发。"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements import daily
from agreements.clocks import actions as clocks
from agreements.messages.reminders import remind, write_due
from agreements.models import Deadline, Message
from institutions.models import Role, User

from ..desk import TODAY
from .reminding import FAR, LAST

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

ONE_DAY = timedelta(days=1)
LONG = {"starts_on": date(TODAY.year, 1, 1), "ends_on": date(TODAY.year + 1, 12, 30)}


@pytest.fixture
def suspended(desk, calendar):
    """A requested suspension in a term that outlasts it, without what its acts have told."""
    agreement = desk.suspended(desk.signed(**LONG))
    agreement.deadlines.open().exclude(rule__in=["T-08", "T-09"]).update(due_on=FAR)
    Message.objects.all().delete()
    return agreement


@pytest.fixture
def demanded(owing):
    """Only the hospital has a clock that comes to its days."""
    owing.deadlines.filter(rule="T-03").update(due_on=FAR)
    return owing


def reminded(**filters):
    rows = Message.objects.filter(deadline__isnull=False, **filters).order_by("pk")
    return [(row.recipient.role, row.deadline.rule, row.days) for row in rows]


EVERYBODY = ["clerk", "reviewer", "leader", "operator", "signatory"]


@pytest.fixture
def stages(desk):
    """How many days before a suspension ends the agreement both sides are reminded, the earliest first."""
    return list(desk.terms.suspension.reminder_days_before)


@pytest.mark.only_text("qinghai", reason="the numbers of the reference text; the next test has those of each")
@pytest.mark.rule("Q79.3")
def test_the_reference_text_reminds_30_15_7_and_1_days_before(stages):
    assert stages == [30, 15, 7, 1]


@pytest.mark.rule("Q79.3")
def test_both_sides_are_reminded_on_each_of_the_days_before_the_agreement_would_end(suspended, stages):
    last = suspended.deadlines.get(rule="T-09").due_on
    for before in range(32, -3, -1):
        remind(last - timedelta(days=before))
    for role in EVERYBODY:
        assert [days for who, _, days in reminded() if who == role] == stages, role


@pytest.mark.rule("Q79.3")
def test_the_first_reminder_is_on_its_day_and_not_before(suspended, stages):
    last = suspended.deadlines.get(rule="T-09").due_on
    assert write_due(last - timedelta(days=stages[0] + 1)) == 0
    assert write_due(last - timedelta(days=stages[0])) == 5
    assert write_due(last - timedelta(days=stages[1] + 1)) == 0
    assert {days for _, _, days in reminded()} == {stages[0]}


@pytest.mark.rule("Q79.3")
def test_reminders_missed_while_the_portal_was_off_are_folded_into_the_latest(suspended, stages):
    last = suspended.deadlines.get(rule="T-09").due_on
    assert write_due(last - timedelta(days=stages[-2] - 2)) == 5
    assert {days for _, _, days in reminded()} == {stages[-2]}
    assert write_due(last - timedelta(days=20)) == write_due(last - timedelta(days=stages[-2] - 2)) == 0


def test_the_portals_own_clock_speaks_for_the_agencys_on_the_same_suspension(suspended, stages):
    last = suspended.deadlines.get(rule="T-09").due_on
    for day in (last - timedelta(days=stages[0]), last - timedelta(days=stages[0] - 1), last):
        write_due(day)
    assert {rule for _, rule, _ in reminded()} == {"T-09"}


@pytest.mark.rule("Q79.2")
def test_the_agency_alone_is_reminded_of_the_last_day_of_a_breach_suspension(desk, calendar):
    agreement = desk.suspended_for_breach(desk.signed(**LONG))
    clock = agreement.deadlines.get(rule="T-08")
    write_due(clock.due_on - timedelta(days=30))
    assert reminded(deadline=clock) == [(who, "T-08", 30) for who in ("clerk", "reviewer", "leader")]


def test_a_clock_of_one_side_is_nothing_to_the_other(desk, calendar):
    agreement = desk.signed(**LONG)
    clock = agreement.deadlines.get(rule=desk.renewal_clock)
    write_due(clock.due_on)
    assert reminded(deadline=clock) == [(who, clock.rule, 0) for who in ("operator", "signatory")]


def test_a_clock_of_working_days_is_reminded_of_by_working_days(desk, calendar):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "status_changed", date(2026, 4, 27), "中止 1")
    clock = agreement.deadlines.get(rule="T-29")
    assert clock.due_on == date(2026, 4, 30)
    assert write_due(date(2026, 4, 28)) == 0
    write_due(date(2026, 4, 29))
    assert {days for _, _, days in reminded(deadline=clock)} == {1}


def test_on_the_friday_before_a_monday_one_working_day_is_left(desk, calendar):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "status_changed", date(2026, 6, 3), "中止 1")
    clock = agreement.deadlines.get(rule="T-29")
    assert clock.due_on == date(2026, 6, 8)  # a Monday
    write_due(date(2026, 6, 4))
    assert reminded(deadline=clock) == []
    write_due(date(2026, 6, 5))
    assert {days for _, _, days in reminded(deadline=clock)} == {1}


def test_a_clock_that_is_closed_or_stands_still_sends_nothing(suspended):
    clock = suspended.deadlines.get(rule="T-09")
    suspended.deadlines.update(paused_since=TODAY)
    assert write_due(clock.due_on) == 0
    suspended.deadlines.update(paused_since=None)
    clocks.stop_clocks(suspended, "suspension_start", TODAY, about=[clock.about])
    assert write_due(clock.due_on) == 0


@pytest.mark.rule("Q83.2")
def test_the_agency_is_reminded_every_month_while_the_agreement_holds_over(desk, calendar):
    agreement = desk.continued()
    clocks.drop_clocks(agreement, TODAY, events=["status_changed", "agreement_start", "agreement_end"])
    first = agreement.deadlines.open().get(rule="T-36").due_on
    Message.objects.all().delete()
    for day in range(0, 65, 4):
        daily.run(first + timedelta(days=day))
    months = [who for who, rule, days in reminded() if rule == "T-36" and days == 0]
    assert [months.count(name) for name in EVERYBODY] == [3, 3, 3, 0, 0]


@pytest.mark.rule("Q83.2")
def test_a_month_that_passed_while_the_portal_was_off_is_reminded_of_late(desk, calendar):
    agreement = desk.continued()
    clock = agreement.deadlines.open().get(rule="T-36")
    Message.objects.all().delete()
    for day in (clock.due_on + ONE_DAY, clock.due_on + 2 * ONE_DAY):
        daily.run(day)
    assert [who for who, rule, _ in reminded() if rule == "T-36"] == ["clerk", "reviewer", "leader"]


def test_a_newcomer_is_reminded_from_the_next_day_on(demanded, desk):
    write_due(LAST - timedelta(days=7))
    assert {row.recipient for row in Message.objects.all()} == {desk.operator, desk.signatory}
    new = User.objects.create_user("new", "新来的", Role.OPERATOR, institution=desk.hospital)
    User.objects.filter(pk=desk.signatory.pk).update(is_active=False)
    assert write_due(LAST - timedelta(days=6)) == 0
    write_due(LAST - timedelta(days=3))
    assert {row.recipient for row in Message.objects.filter(days=3)} == {desk.operator, new}


def test_the_work_follows_what_is_due_and_not_what_there_is(demanded):
    with CaptureQueriesContext(connection) as few:
        write_due(TODAY)
    clock = demanded.deadlines.get(rule="T-05")
    rows = [
        Deadline(**{f.attname: getattr(clock, f.attname) for f in Deadline._meta.fields if f.name not in ("id", "about")},
                 about=f"缴款通知书 {n}") for n in range(1000, 1040)
    ]  # fmt: skip
    Deadline.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as many:
        write_due(TODAY)
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as due:
        assert write_due(LAST) == 41 * 2
    assert len(due) <= len(few) + 10


@pytest.mark.rule("Q83.2")
def test_months_missed_in_a_row_make_one_message(desk, calendar):
    agreement = desk.continued()
    clock = agreement.deadlines.open().get(rule="T-36")
    Message.objects.all().delete()
    daily.run(clock.due_on + timedelta(days=310))
    assert agreement.deadlines.filter(rule="T-36", status="missed").count() >= 10
    assert [who for who, rule, _ in reminded() if rule == "T-36"] == ["clerk", "reviewer", "leader"]


def test_once_the_due_day_has_moved_the_reminders_begin_anew_and_none_comes_twice(demanded):
    day = LAST - timedelta(days=3)
    assert write_due(day) == 2
    demanded.deadlines.filter(rule="T-05").update(due_on=LAST + timedelta(days=40))
    assert write_due(day) == write_due(day + timedelta(days=35)) == 0
    assert write_due(day + timedelta(days=36)) == 2  # seven days before the new day
    assert write_due(day + timedelta(days=40)) == 2
    assert write_due(day + timedelta(days=40)) == 0
    assert [days for who, _, days in reminded() if who == "operator"] == [3, 7, 3]
