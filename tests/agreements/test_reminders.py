"""时限提醒：到期前几日提醒一次，漏掉的合成一次，办结的不再提醒；邮件每人每次一封，发不出的下次再发。"""

import threading
from datetime import date, timedelta
from smtplib import SMTPDataError

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements import daily
from agreements.clocks import actions as clocks
from agreements.messages import reminders
from agreements.messages.reminders import remind, send_waiting, write_due
from agreements.models import Deadline, Message

from ..desk import TODAY

pytestmark = pytest.mark.each_text

ONE_DAY = timedelta(days=1)
LONG = {"starts_on": date(TODAY.year, 1, 1), "ends_on": date(TODAY.year + 2, 12, 31)}


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)


@pytest.fixture
def suspended(desk, calendar):
    """A requested suspension in a term that outlasts it, without what its acts have told."""
    agreement = desk.suspended(desk.signed(**LONG))
    agreement.deadlines.open().exclude(rule__in=["T-08", "T-09"]).update(due_on=date(2090, 1, 1))
    Message.objects.all().delete()
    return agreement


@pytest.fixture
def served(settings):
    """A mail server, and everybody with an address."""
    from institutions.models import User

    settings.MAIL_WORKS = True
    for person in User.objects.all():
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@example.org")


def reminded(**filters):
    rows = Message.objects.filter(deadline__isnull=False, **filters).order_by("pk")
    return [(row.recipient.username, row.deadline.rule, row.days) for row in rows]


EVERYBODY = ["clerk", "reviewer", "leader", "operator", "signatory"]


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_both_sides_are_reminded_30_15_7_and_1_days_before_the_agreement_would_end(suspended):
    last = suspended.deadlines.get(rule="T-09").due_on
    for before in range(32, -3, -1):
        remind(last - timedelta(days=before))
    for name in EVERYBODY:
        assert [days for who, _, days in reminded() if who == name] == [30, 15, 7, 1], name


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("before, written", [(31, 0), (30, 5), (16, 5), (15, 5)])
def test_the_first_reminder_is_on_its_day_and_not_before(suspended, before, written):
    last = suspended.deadlines.get(rule="T-09").due_on
    assert write_due(last - timedelta(days=before)) == written
    stage = {31: [], 30: [30], 16: [30], 15: [15]}[before]
    assert sorted({days for _, _, days in reminded()}) == stage


@pytest.mark.only_text("qinghai", "shanghai")
def test_reminders_missed_while_the_portal_was_off_are_folded_into_the_latest(suspended):
    last = suspended.deadlines.get(rule="T-09").due_on
    assert write_due(last - timedelta(days=5)) == 5
    assert {days for _, _, days in reminded()} == {7}
    assert write_due(last - timedelta(days=20)) == write_due(last - timedelta(days=5)) == 0


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_portals_own_clock_speaks_for_the_agencys_on_the_same_suspension(suspended):
    last = suspended.deadlines.get(rule="T-09").due_on
    for day in (last - timedelta(days=30), last - timedelta(days=29), last):
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
    write_due(agreement.deadlines.get(rule="T-07").due_on)
    clock = agreement.deadlines.get(rule="T-07")
    assert reminded(deadline=clock) == [(who, "T-07", 0) for who in ("operator", "signatory")]


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


@pytest.mark.only_text("qinghai", "shanghai")
def test_a_newcomer_is_reminded_from_the_next_day_on(suspended, desk):
    from institutions.models import Role, User

    last = suspended.deadlines.get(rule="T-09").due_on
    write_due(last - timedelta(days=30))
    User.objects.create_user("new", "新来的", Role.CLERK, agency=desk.clerk.agency)
    User.objects.filter(pk=desk.reviewer.pk).update(is_active=False)
    assert write_due(last - timedelta(days=29)) == 0
    write_due(last - timedelta(days=15))
    assert {who for who, _, days in reminded() if days == 15} == {
        "clerk",
        "leader",
        "operator",
        "signatory",
        "new",
    }


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_work_follows_what_is_due_and_not_what_there_is(suspended):
    with CaptureQueriesContext(connection) as few:
        write_due(TODAY)
    clock = suspended.deadlines.get(rule="T-09")
    rows = [
        Deadline(**{f.attname: getattr(clock, f.attname) for f in Deadline._meta.fields if f.name not in ("id", "about")},
                 about=f"中止 {n}") for n in range(1000, 1040)
    ]  # fmt: skip
    Deadline.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as many:
        write_due(TODAY)
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as due:
        assert write_due(clock.due_on) == 41 * 5
    assert len(due) <= len(few) + 10


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
def test_of_two_runs_at_once_one_writes_and_one_mails(suspended, served):
    last, start = suspended.deadlines.get(rule="T-09").due_on, threading.Barrier(2)

    def run():
        start.wait()
        try:
            remind(last)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(who for who, _, _ in reminded()) == sorted(EVERYBODY)
    assert sorted(one.to[0] for one in mail.outbox) == sorted(f"{name}@example.org" for name in EVERYBODY)


# ── mail ──


@pytest.mark.only_text("qinghai", "shanghai")
def test_one_mail_a_person_lists_everything_and_goes_once(suspended, served):
    last = suspended.deadlines.get(rule="T-09").due_on
    Message.objects.all().delete()
    clocks.start_clocks(suspended, "status_changed", TODAY, "又一次")
    suspended.deadlines.filter(rule="T-29", about="又一次").update(due_on=last - timedelta(days=1))
    assert remind(last)[1] == 5
    letter = next(one for one in mail.outbox if one.to == ["operator@example.org"])
    assert "公告并交证明" in letter.body and "提出继续履行申请" in letter.body
    assert suspended.number in letter.body and "http://127.0.0.1:8000/agreements/" in letter.body
    assert "停业装修" not in letter.body
    assert len(mail.outbox) == 5
    assert remind(last)[1] == 0 and len(mail.outbox) == 5
    assert not Message.objects.filter(deadline__isnull=False, sent_at=None).exists()


@pytest.mark.only_text("qinghai", "shanghai")
def test_without_a_server_or_an_address_or_the_wish_nothing_waits_to_be_mailed(
    suspended, settings, served, desk
):
    from institutions.models import User

    last = suspended.deadlines.get(rule="T-09").due_on
    User.objects.filter(pk=desk.operator.pk).update(email="")
    User.objects.filter(pk=desk.signatory.pk).update(mail_wanted=False)
    assert remind(last)[1] == 3
    settings.MAIL_WORKS = False
    Message.objects.all().delete()
    assert remind(last) == (5, 0)
    settings.MAIL_WORKS = True
    assert send_waiting() == 0


@pytest.mark.only_text("qinghai", "shanghai")
def test_what_has_been_read_in_the_portal_is_not_mailed(suspended, served):
    last = suspended.deadlines.get(rule="T-09").due_on
    write_due(last)
    Message.objects.filter(recipient__username="clerk").update(read_at=Message.objects.first().created_at)
    assert send_waiting() == 4


class Down(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("no mail server")


class FallsSilent(EmailBackend):
    """Takes two mails, then breaks off."""

    def send_messages(self, letters):
        if len(mail.outbox) == 2:
            raise ConnectionResetError("gone")
        return super().send_messages(letters)


class KnowsNot(EmailBackend):
    def send_messages(self, letters):
        if letters[0].to == ["clerk@example.org"]:
            raise reminders.SMTPRecipientsRefused({})
        return super().send_messages(letters)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.parametrize("broken, sent", [(Down, 0), (FallsSilent, 2), (KnowsNot, 4)])
def test_a_server_that_is_down_loses_nothing_and_is_tried_again(suspended, served, settings, broken, sent):
    last, works = suspended.deadlines.get(rule="T-09").due_on, settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.{broken.__name__}"
    assert remind(last) == (5, sent)
    assert Message.objects.exclude(sent_at=None).count() == sent
    settings.EMAIL_BACKEND = works
    assert remind(last) == (0, 5 - sent)
    assert sorted(one.to[0] for one in mail.outbox) == sorted(f"{name}@example.org" for name in EVERYBODY)


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_daily_run_says_how_many(suspended, served):
    report = daily.run(suspended.deadlines.get(rule="T-09").due_on)
    assert report.reminded >= 5 and report.mailed == 5


class RefusesThe(EmailBackend):
    """Answers the mail to one person with an error of its own, every time."""

    why = reminders.SMTPException("strange")

    def send_messages(self, letters):
        if letters[0].to == ["clerk@example.org"]:
            raise self.why
        return super().send_messages(letters)


class BoxIsFull(RefusesThe):
    why = SMTPDataError(552, b"mailbox full")


class HangsUp(RefusesThe):
    why = reminders.SMTPServerDisconnected("closed")


class BadAddress(RefusesThe):
    why = ValueError("no such header")


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.parametrize("broken", [RefusesThe, BoxIsFull, HangsUp, BadAddress])
def test_one_persons_mail_that_cannot_go_keeps_nobody_elses_back(suspended, served, settings, broken):
    last = suspended.deadlines.get(rule="T-09").due_on
    settings.EMAIL_BACKEND = f"{__name__}.{broken.__name__}"
    assert remind(last) == (5, 4)
    left = Message.objects.to_mail()
    assert [(one.recipient.username, one.mail_failures) for one in left] == [("clerk", 1)]


@pytest.mark.only_text("qinghai", "shanghai")
def test_what_failed_is_tried_again_after_all_others(suspended, served, settings):
    last, works = suspended.deadlines.get(rule="T-09").due_on, settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BoxIsFull"
    remind(last)
    Message.objects.exclude(recipient__username="clerk").update(sent_at=None)
    mail.outbox.clear()
    settings.EMAIL_BACKEND = works
    assert send_waiting() == 5
    assert mail.outbox[-1].to == ["clerk@example.org"]


@pytest.mark.rule("Q83.2")
def test_months_missed_in_a_row_make_one_message(desk, calendar):
    agreement = desk.continued()
    clock = agreement.deadlines.open().get(rule="T-36")
    Message.objects.all().delete()
    daily.run(clock.due_on + timedelta(days=310))
    assert agreement.deadlines.filter(rule="T-36", status="missed").count() >= 10
    assert [who for who, rule, _ in reminded() if rule == "T-36"] == ["clerk", "reviewer", "leader"]


@pytest.mark.only_text("qinghai", "shanghai")
def test_once_the_due_day_has_moved_the_reminders_begin_anew_and_none_comes_twice(suspended):
    clock = suspended.deadlines.get(rule="T-09")
    day = clock.due_on - timedelta(days=7)
    assert write_due(day) == 5
    moved = clock.due_on + timedelta(days=40)
    suspended.deadlines.filter(rule__in=["T-08", "T-09"]).update(due_on=moved)
    assert write_due(day) == write_due(day + timedelta(days=9)) == 0
    assert write_due(day + timedelta(days=17)) == 5  # 30 days before the new day
    assert write_due(day + timedelta(days=40)) == 5
    assert write_due(day + timedelta(days=40)) == 0
    assert [days for who, _, days in reminded() if who == "clerk"] == [7, 30, 7]
