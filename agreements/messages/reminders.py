"""Reminders of clocks: written by the daily run as messages, then mailed, one mail a person with all that is new.

A clock is reminded of a number of days before its due day (`reminders` of its term), each time once. What was
missed while the portal was off is folded into the one that is due by now.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import islice
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.timezone import localdate

from institutions.models import User

from ..clocks.actions import Calendars, Straight
from ..clocks.deadlines import UNITS, days_left
from ..models import Deadline, Edition, Message
from ..supplements.variants import terms_under
from .notices import AGENCY, AUTHORITY, INSTITUTION, PARTY, message_for, people_of_all

log = logging.getLogger(__name__)

SIDES = {
    Deadline.Bound.AGENCY: [AGENCY],
    Deadline.Bound.INSTITUTION: [INSTITUTION],
    Deadline.Bound.SYSTEM: [INSTITUTION, AGENCY],
}
# 第七条（六）：the department to which a penalty is reported. Of everything else the agency keeps watch alone.
OVERSEERS = {"penalty_served": [AGENCY, AUTHORITY]}
CHUNK = 500  # clocks whose people and messages are in memory at a time
MOST_LOST = 2  # one recipient's mail may break the connection; twice in a row, the server is down
SERVICE_NOT_AVAILABLE = 421
NO_SERVER = (SMTPServerDisconnected, SMTPConnectError, SMTPHeloError, SMTPAuthenticationError)
# n working days are never more days than twice n and the longest run of days off beside a weekend.
LONGEST_REST = timedelta(days=14)


def remind(today=None, net=None):
    """Write what is due by today, then mail what is still to be mailed. Returns (messages written, mails sent)."""
    net = net or Straight()
    return write_due(today or localdate(), net), send_waiting(net.alive)


# ── what is due ──


def write_due(today, net=None, agreement=None):
    """A message for everybody whom a clock concerns that has come to one of its days. Returns how many."""
    written, calendars, net = 0, Calendars(), net or Straight()
    for edition, variants in terms_under(Edition.objects.all()):
        for found in _candidates(_stages_under(variants), today):
            found = found.filter(agreement=agreement) if agreement else found
            rows = found.with_parties().order_by("rule", "due_on").iterator(chunk_size=CHUNK)
            while clocks := list(islice(rows, CHUNK)):
                own = [one for one in clocks if one.agreement.edition_id == edition.pk]
                for one in own:
                    one.agreement.edition = edition
                due = [(one, net(one, partial(_stage, one, today, calendars))) for one in own]
                written += _written([pair for pair in due if pair[1] is not None], today, calendars, net)
                net.alive()
    return written


def stages(term):
    """The days before the due day on which a clock is reminded of: those of its term; the due day of a recurring one."""
    if term.reminders:
        return tuple(sorted(set(term.reminders)))
    return (0,) if term.recurring else ()


def _stages_under(variants):
    """{rule: every day on which a clock of it may remind}, by the edition or by a supplement."""
    found = {}
    for terms in variants:
        for term in terms.deadlines.values():
            found.setdefault(term.id, set()).update(stages(term))
    return {rule: tuple(sorted(days)) for rule, days in found.items() if days}


def _stage(deadline, today, calendars):
    return stage_of(deadline, stages(deadline.term), today, calendars)


def stage_of(deadline, stages, today, calendars):
    """The latest of a clock's days that has come, in its own unit; None before the first."""
    left = days_left(deadline.due, today, calendars.of(deadline.agreement))
    return next((days for days in stages if left <= days), None)


def _candidates(days, today):
    """The clocks that may be due for a message they have not had. A calendar-day clock among them is due for certain.

    Rounds that passed while the portal was off have no day of their own any more; the last of them is reminded of
    once, late, for all of them, as long as the clock they belong to still runs.

    Several queries, each a range of one index (state, rule, due day): one for all, or one that asks for the
    edition, would look at every clock there is.
    """
    later = Deadline.objects.filter(
        agreement=OuterRef("agreement"), rule=OuterRef("rule"), bound=OuterRef("bound"), about=OuterRef("about"),
        due_on__gt=OuterRef("due_on"),
    )  # fmt: skip
    last_missed = Exists(later.open()) & ~Exists(later.filter(status=Deadline.Status.MISSED))
    # 第七十九条：where the portal's own clock runs to the same day about the same thing, it speaks for both sides.
    louder = Deadline.objects.open().filter(
        agreement=OuterRef("agreement"), event=OuterRef("event"), about=OuterRef("about"),
        due_on=OuterRef("due_on"), bound=Deadline.Bound.SYSTEM, rule__in=days,
    )  # fmt: skip
    speaks = Q(bound=Deadline.Bound.SYSTEM) | ~Q(Exists(louder))
    for stages in sorted(set(days.values())):
        rules = [rule for rule, its in days.items() if its == stages]
        last = today + timedelta(days=2 * max(stages[-1], 0)) + LONGEST_REST  # beyond every window
        near = Deadline.objects.filter(
            _windows(stages, today), speaks, rule__in=rules, due_on__lte=last, paused_since=None
        )
        yield near.open()
        yield near.filter(last_missed, status=Deadline.Status.MISSED)


def _windows(stages, today):
    """Clocks that are past one of these days and have no message for it nor for a later one."""
    found = Q(pk=None)
    for days, later in zip(stages, (None, *stages), strict=False):
        passed = Q(due_on__lte=today + timedelta(days=days))
        if later is not None:
            passed &= Q(due_on__gt=today + timedelta(days=later))
        found |= passed & ~_told(days)
    leaning = Q(unit="working_day", due_on__lte=today + timedelta(days=2 * max(stages[-1], 0)) + LONGEST_REST)
    return (found & ~Q(unit="working_day")) | (leaning & ~_told(stages[0]))


def _told(days):
    same_day = Q(due_on=OuterRef("due_on")) | Q(due_on=None)
    return Q(Exists(Message.objects.filter(same_day, deadline=OuterRef("pk"), days__lte=days)))


@transaction.atomic
def _written(due, today, calendars, net):
    """The messages of these (clock, days) pairs; those that another run wrote in the meantime stay as they are."""
    told = Message.objects.filter(deadline__in=[clock for clock, _ in due]).order_by()
    same_day = Q(due_on=F("deadline__due_on")) | Q(due_on=None)
    latest = dict(told.filter(same_day).values("deadline").values_list("deadline", Min("days")))
    due = [(clock, days) for clock, days in due if latest.get(clock.pk, days + 1) > days]
    people, rows = people_of_all([clock.agreement for clock, _ in due]), []
    for clock, days in due:
        rows += net(clock, partial(_messages, clock, days, people, today, calendars)) or []
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _messages(clock, days, people, today, calendars):
    """The reminder of this clock for everybody whom it concerns, unsaved."""
    text, url = _sentence(clock, today, calendars), f"{clock.agreement.get_absolute_url()}#h-clocks"
    return [
        message_for(
            person, clock.agreement, clock.title, text, url, deadline=clock, days=days, due_on=clock.due_on
        )
        for side in _sides(clock, days)
        for person in people.get((side, getattr(clock.agreement, f"{PARTY[side]}_id")), [])
    ]


def _sides(clock, days):
    """Whom a clock binds; what has run out is told to whoever looks after it as well, if the term says so by a stage."""
    sides = SIDES[clock.bound]
    if days >= 0:
        return sides
    return [*sides, *(side for side in OVERSEERS.get(clock.event, [AGENCY]) if side not in sides)]


def _sentence(clock, today, calendars):
    left = days_left(clock.due, today, calendars.of(clock.agreement))
    unit = UNITS["working_day" if clock.unit == "working_day" else "day"]
    when = f"剩{left}{unit}" if left > 0 else f"已过{-left}{unit}" if left < 0 else "今日到期"
    expected = "（预计）" if clock.provisional else ""
    return f"{clock.agreement.institution}，{clock.due_on}{expected}到期，{when}。约束{clock.get_bound_display()}（{clock.article}）"


# ── mail ──


def send_waiting(alive=lambda: None):
    """One mail for each person with all that waits for them. A server that is down leaves it to the next run.

    A mail that could not go is tried again with the next run, after all others, so that it holds nobody up.
    """
    if not settings.MAIL_WORKS or not (people := _recipients()):
        return 0
    sent, lost, server = 0, 0, get_connection()
    for person in people:
        try:
            server.open()
            sent += _mailed(person, server)
            lost = 0
        except Exception as why:
            log.warning("mail to person %s: %s; it is tried again with the next run", person.pk, why)
            lost = lost + 1 if _is_lost(why) else 0
            _hang_up(server)  # whatever state it was left in is not the next person's
            if lost == MOST_LOST:
                break
        alive()
    _hang_up(server)
    return sent


def _hang_up(server):
    with suppress(OSError):
        server.close()


def _recipients():
    """Those for whom something waits; those to whom it could not be sent come last."""
    waiting = Message.objects.to_mail().order_by().values("recipient")
    failures = dict(waiting.values_list("recipient", Max("mail_failures")))
    return sorted(User.objects.filter(pk__in=failures), key=lambda one: (failures[one.pk], one.pk))


def _is_lost(why):
    """Whether there was no server at the other end that works, and not one that refused this mail."""
    if isinstance(why, NO_SERVER) or getattr(why, "smtp_code", None) == SERVICE_NOT_AVAILABLE:
        return True
    return isinstance(why, OSError) and not isinstance(why, SMTPException)


def _mailed(person, server):
    """Mark first, then send, and take the mark back if it did not go: two runs at once never send one row twice."""
    with transaction.atomic():
        waiting = list(_waiting(person).select_for_update(of=("self",)))
        claimed = Message.objects.filter(pk__in=[one.pk for one in waiting])
        claimed.update(sent_at=timezone.now())
    if not waiting:
        return False
    try:
        server.send_messages([_mail(person, waiting)])
    except BaseException:
        claimed.update(sent_at=None, mail_failures=F("mail_failures") + 1)
        raise
    return True


def _waiting(person):
    return Message.objects.to_mail().filter(recipient=person).select_related("agreement").order_by("pk")


def _mail(person, messages):
    context = {"person": person, "items": messages, "portal": settings.PUBLIC_URL}
    subject = messages[0].subject if len(messages) == 1 else f"{messages[0].subject}等{len(messages)}件"
    body = render_to_string("agreements/mail.txt", context)
    return EmailMessage(f"医保服务协议：{subject}", body, to=[person.email])
