"""时限提醒的邮件：每人每次一封，发不出的下次再发，一个人的发不出不耽误别人的。"""

import threading
from datetime import timedelta
from smtplib import SMTPDataError

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from agreements import daily
from agreements.clocks import actions as clocks
from agreements.messages import reminders
from agreements.messages.reminders import remind, send_waiting, write_due
from agreements.models import Message
from institutions.models import User

from ..desk import FACTS, TODAY
from .reminding import LAST

pytestmark = pytest.mark.each_text
EVERYBODY = ["clerk", "reviewer", "leader", "operator", "signatory"]


@pytest.fixture
def served(settings):
    """A mail server, and everybody with an address."""
    settings.MAIL_WORKS = True
    for person in User.objects.all():
        User.objects.filter(pk=person.pk).update(email=f"{person.role}@example.org")


def told():
    return Message.objects.filter(deadline__isnull=False).values_list("recipient__role", flat=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
def test_of_two_runs_at_once_one_writes_and_one_mails(owing, served):
    start = threading.Barrier(2)

    def run():
        start.wait()
        try:
            remind(LAST)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(who for who in told()) == sorted(EVERYBODY)
    assert sorted(one.to[0] for one in mail.outbox) == sorted(f"{name}@example.org" for name in EVERYBODY)


def test_one_mail_a_person_lists_everything_and_goes_once(owing, served):
    clocks.start_clocks(owing, "demand_received", TODAY, "缴款通知书 2")
    owing.deadlines.filter(rule="T-05", about="缴款通知书 2").update(due_on=LAST - timedelta(days=1))
    assert remind(LAST)[1] == 5
    letter = next(one for one in mail.outbox if one.to == ["operator@example.org"])
    assert letter.body.count(owing.terms.deadlines["T-05"].title) == 2
    assert owing.number in letter.body and "http://127.0.0.1:8000/agreements/" in letter.body
    assert len(mail.outbox) == 5
    assert remind(LAST)[1] == 0 and len(mail.outbox) == 5
    assert not Message.objects.filter(deadline__isnull=False, sent_at=None).exists()


def test_no_mail_tells_why(desk, served):
    desk.suspended_for_breach(desk.signed())
    assert Message.objects.exists() and send_waiting()
    assert mail.outbox and not any(FACTS in one.body + one.subject for one in mail.outbox)


def test_without_a_server_or_an_address_or_the_wish_nothing_waits_to_be_mailed(owing, settings, served, desk):
    User.objects.filter(pk=desk.operator.pk).update(email="")
    User.objects.filter(pk=desk.signatory.pk).update(mail_wanted=False)
    assert remind(LAST)[1] == 3
    settings.MAIL_WORKS = False
    Message.objects.all().delete()
    assert remind(LAST) == (5, 0)
    settings.MAIL_WORKS = True
    assert send_waiting() == 0


def test_what_has_been_read_in_the_portal_is_not_mailed(owing, served):
    write_due(LAST)
    Message.objects.filter(recipient__role="clerk").update(read_at=Message.objects.first().created_at)
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


@pytest.mark.parametrize("broken, sent", [(Down, 0), (FallsSilent, 2), (KnowsNot, 4)])
def test_a_server_that_is_down_loses_nothing_and_is_tried_again(owing, served, settings, broken, sent):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.{broken.__name__}"
    assert remind(LAST) == (5, sent)
    assert Message.objects.exclude(sent_at=None).count() == sent
    settings.EMAIL_BACKEND = works
    assert remind(LAST) == (0, 5 - sent)
    assert sorted(one.to[0] for one in mail.outbox) == sorted(f"{name}@example.org" for name in EVERYBODY)


def test_the_daily_run_says_how_many(owing, served):
    report = daily.run(LAST)
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


@pytest.mark.parametrize("broken", [RefusesThe, BoxIsFull, HangsUp, BadAddress])
def test_one_persons_mail_that_cannot_go_keeps_nobody_elses_back(owing, served, settings, broken):
    settings.EMAIL_BACKEND = f"{__name__}.{broken.__name__}"
    assert remind(LAST) == (5, 4)
    left = Message.objects.to_mail()
    assert [(one.recipient.role, one.mail_failures) for one in left] == [("clerk", 1)]


def test_what_failed_is_tried_again_after_all_others(owing, served, settings):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BoxIsFull"
    remind(LAST)
    Message.objects.exclude(recipient__role="clerk").update(sent_at=None)
    mail.outbox.clear()
    settings.EMAIL_BACKEND = works
    assert send_waiting() == 5
    assert mail.outbox[-1].to == ["clerk@example.org"]
