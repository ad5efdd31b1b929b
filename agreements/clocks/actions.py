"""Which acts start and stop which clocks, and the rows these clocks are. The counting itself is in `deadlines`.

`follow` is called by the door after every act on an agreement; EFFECTS says what an act does to the clocks.
The terms of the edition say which clocks an event starts: an edition may add, drop or change one without code.
A clock counts by the terms of the day of its event, or of the day on which it is set while that is to come: what a
supplement changes later is for later clocks (第七十七条).
"""

from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate

from institutions.models import HolidayNotice
from institutions.workdays import calendar_for, stamp

from ..models.deadline import Deadline
from ..models.edition import Edition
from .beginnings import BEGINNINGS, about_of
from .checks import BY_HAND
from .deadlines import EXACT, due, paused_units

Status = Deadline.Status
RECEIVED = "application_received"
CLAIMED = ["claim_accepted", "audit_closed"]  # what was claimed is owed and reconciled after the end as well
AT_ONCE = 5000
SIDES = [Deadline.Bound.AGENCY, Deadline.Bound.INSTITUTION]


@dataclass(frozen=True)
class Effect:
    """What an act does to the clocks of events."""

    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()  # those about a cause that is closed now, or excepted
    answers: tuple[str, ...] = ()  # those that bind a side; what ends by itself runs on
    drops: tuple[str, ...] = ()
    drops_closed: tuple[
        str, ...
    ] = ()  # those about a cause that is closed now: nothing is left to do about it
    ends: bool = False  # every clock loses its object, save those that an ending itself leaves to do


STOPPED = Effect(starts=("suspension_start", "status_changed"))
# 第七十三条、第八十二条：what is announced and cared for while it is suspended has lost its object.
RESUMED = Effect(meets=("suspension_start", "hold_start"), drops_closed=("status_changed",))
ENDED_WITH_DUTIES = Effect(starts=("status_changed", "agreement_ended"), ends=True)

# Act → effect. An act that is not here touches no clock.
EFFECTS = {
    "activate": Effect(starts=("agreement_start", "agreement_end", "last_self_check")),
    "suspend_on_request": STOPPED,
    "suspend_for_breach": STOPPED,
    "suspend_for_investigation": Effect(starts=("suspension_start", "status_changed", "hold_start")),
    "suspend_by_cascade": STOPPED,
    "prove_breach": Effect(starts=("suspension_start",), meets=("suspension_start", "hold_start")),
    "resume": RESUMED,
    "resume_by_cascade": RESUMED,
    "hold_payment": Effect(starts=("hold_start",)),
    "release_payment": Effect(meets=("hold_start",)),
    "grant_suspension_exception": Effect(meets=("suspension_start",)),
    "apply_for_renewal": Effect(answers=("agreement_end",)),
    "receive_claim": Effect(starts=("claim_accepted",)),
    "file_penalty_report": Effect(starts=("penalty_served",), meets=("penalty_served",)),
    "file_self_check": Effect(starts=("last_self_check",), meets=("last_self_check",)),
    "draft_change": Effect(starts=("change_approved", "general_change")),
    "extend": Effect(starts=("agreement_end",), drops=("agreement_end",)),
    "end_on_arrival": ENDED_WITH_DUTIES,
    "end_by_own_notice": ENDED_WITH_DUTIES,
    "receive_end_notice": ENDED_WITH_DUTIES,
    "carry_on": Effect(starts=("holdover_start",), drops=("agreement_start", "agreement_end")),
    "terminate": ENDED_WITH_DUTIES,
    "rescind": ENDED_WITH_DUTIES,
    "rescind_by_cascade": ENDED_WITH_DUTIES,
    "expire": ENDED_WITH_DUTIES,
    "lapse": ENDED_WITH_DUTIES,
    "end_continuation": ENDED_WITH_DUTIES,
    "close_as_renewed": Effect(ends=True),
}


def follow(agreement, act, details):
    """Start and end the clocks that an act starts and ends. The caller holds the lock on the agreement's row."""
    effect = EFFECTS.get(act)
    if effect is None:
        return
    day = details.get("on") or localdate()
    if effect.ends:
        drop_clocks(agreement, day)
    elif effect.drops:
        drop_clocks(agreement, day, events=effect.drops)
    for event in effect.starts:
        begin = BEGINNINGS[event](agreement, day)
        start_clocks(agreement, event, begin.day, begin.about, begin.wanted, begin.note)
    for event in effect.meets:
        stop_clocks(agreement, event, day, about=_closed(agreement, event))
    for event in effect.drops_closed:
        running = agreement.deadlines.open().filter(event=event, about__in=_over(agreement, details))
        close_rows(running, Status.DROPPED, day)
    for event in effect.answers:
        stop_clocks(agreement, event, day, about=[BEGINNINGS[event](agreement, day).about], bound=SIDES)


def _closed(agreement, event):
    """What the clocks of closed causes are about; a leader's exception closes the question as well (第七十九条)."""
    if event == "penalty_served":
        return [about_of(report) for report in agreement.penaltyreports.all()]
    if event == "last_self_check":
        earlier = agreement.selfcheckreports.order_by("-pk")[1:]
        return ["", *(about_of(report) for report in earlier)]
    if event == "hold_start":
        return [about_of(hold) for hold in agreement.payment_holds.filter(released_on__isnull=False)]
    settled = Q(closed_on__isnull=False) | ~Q(exception_reason="")
    return [about_of(stop) for stop in agreement.suspensions.filter(settled)]


def _over(agreement, details):
    """What the clocks of a suspension that is over are about: the one that ended now; with the last, all of them.

    A breach that took the place of an investigation goes on under the clocks of the latter, until nothing is suspended.
    """
    if agreement.status == "suspended":
        return [about_of(details["suspension"])]
    return [about_of(stop) for stop in agreement.suspensions.filter(closed_on__isnull=False)]


# ── rows ──


def start_clocks(agreement, event, day, about="", wanted=lambda term: True, note=""):
    """One Deadline for every clock of the agreement's edition that this event starts, and every side it binds.

    `wanted` narrows the terms; `note` says on the boards which of several it is. Counters and clocks whose length each request names are not started here. What
    runs already goes on unchanged.
    """
    terms = [
        term
        for term in agreement.terms_on(terms_day(day)).deadlines.values()
        if term.start_event == event and term.length is not None and term.unit != "count" and wanted(term)
    ]
    if terms:
        known = stamp()  # before the calendar: what changes in between is counted once more and not forgotten
        calendar = calendar_for(agreement.agency.region)
        rows = [_row(agreement, term, side, day, about, calendar) for term in terms for side in term.bound]
        for row in rows:
            row.counted_with, row.title = known, f"{row.title}（{note}）" if note else row.title
        Deadline.objects.bulk_create(rows, ignore_conflicts=True)


def _row(agreement, term, bound, day, about, calendar):
    row = Deadline(
        agreement=agreement, rule=term.id, bound=bound, event=term.start_event, about=about, title=term.title,
        article="、".join(term.articles), unit=term.unit, started_on=day,
        started_at=timezone.now() if term.unit in EXACT else None, terms_of=terms_day(day),
    )  # fmt: skip
    compute(row, term, calendar)
    if term.unit in EXACT and bound == Deadline.Bound.SYSTEM and term.start_event in BY_HAND:
        # The public pages read the state itself: it is published at the moment it changes (第五条).
        row.close(Status.MET, localdate())
    return row


def terms_day(day):
    """The day whose terms a clock of an event on this day counts by."""
    return min(day, localdate())


def compute(row, term, calendar):
    """Write the due day of a row anew; True when it has moved."""
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last, _ in row.pauses]
    pauses = [paused_units(term.unit, spans, calendar)] if spans else ()
    found = due(term, row.start, calendar, pauses, length=term.length * row.round)
    before = (row.due_on, row.due_at, row.provisional)
    row.due_on, row.due_at, row.provisional = found.day, found.moment, found.provisional
    return before != (row.due_on, row.due_at, row.provisional)


def due_without_pauses(row):
    """The Due that a clock would have had if it had never stood still."""
    term = row.term
    return due(term, row.start, calendar_for(row.agreement.agency.region), length=term.length * row.round)


def stop_clocks(agreement, event, day, about=("",), bound=Deadline.Bound.values):
    """The open clocks of an event about these things are met: what they waited for has been done on `day`."""
    running = agreement.deadlines.open().filter(event=event, about__in=about, bound__in=bound)
    close_rows(running, Status.MET, day)


def drop_clocks(agreement, day, events=None):
    """Open clocks lose their object: those of `events`, or all but what an ending leaves to do (第七十三、八十二条).

    What an application waits for ends with the application.
    """
    running = agreement.deadlines.open()
    running = (
        running.filter(event__in=events)
        if events
        else running.exclude(event__in=[*BY_HAND, RECEIVED, *CLAIMED])
    )
    close_rows(running, Status.DROPPED, day)


def close_rows(rows, outcome, day):
    for row in rows:
        row.close(outcome, day)
        row.save(update_fields=["status", "closed_on"])


# ── as time and the calendar go on ──


class Straight:
    """Does what is to be done about a clock. `daily` has one that goes on to the next when it cannot be done."""

    failed = frozenset()  # keys of clocks about which it could not be done

    def __call__(self, row, deed):
        return deed()

    def alive(self):
        """Called now and then through a long work."""


def follow_calendar(net=None, agreement=None):
    """Count the open clocks again that were counted with another calendar than today's. Returns the rows that moved.

    Looks at nothing while the calendar stays as it is; stopped half way, the next run goes on from there. What
    failed keeps its old stamp, so that every run tries it again.
    """
    moved, now, net = [], stamp(), net or Straight()
    wanted = Deadline.objects.open().filter(agreement=agreement) if agreement else Deadline.objects.open()
    for other in ({"counted_with__lt": now}, {"counted_with__gt": now}):  # two ranges of one index
        older = wanted.filter(**other).order_by().values_list("pk", flat=True)
        while some := list(older.exclude(pk__in=net.failed)[:AT_ONCE]):
            moved += recompute(Deadline.objects.filter(pk__in=some), net)
            Deadline.objects.filter(pk__in=set(some) - net.failed).update(counted_with=now)
            net.alive()
    return moved


def recompute(rows=None, net=None):
    """Count every open clock again that leans on the calendar of working days. Returns the rows that moved.

    A backward clock and one that ends on its own day never lean on it; they are most of the rows there are.
    """
    net = net or Straight()
    moved, calendars, wanted = [], Calendars(), Deadline.objects.all() if rows is None else rows
    for edition in Edition.objects.all():
        leaning = [
            one.id
            for one in edition.terms.deadlines.values()
            if one.length and not one.backward and one.unit not in EXACT
        ]
        rows = wanted.open().filter(agreement__edition=edition, rule__in=leaning)
        for row in rows.select_related("agreement__agency__region").iterator(chunk_size=1000):
            row.agreement.edition = edition
            if net(row, partial(compute, row, row.term, calendars.of(row.agreement))):
                moved.append(row)
    return [row for row in moved if _saved(row)]


def _saved(row):
    """Only the due day, and only while it is open: a clock that was met meanwhile stays as it was met."""
    still_open = Deadline.objects.open().filter(pk=row.pk)
    return still_open.update(due_on=row.due_on, due_at=row.due_at, provisional=row.provisional)


def advance(today, net=None, agreement=None):
    """Recurring clocks that have run out start their next round (第八十三条：每月提醒). Returns the new rows.

    After days off it makes up for every round that was missed; a second run changes nothing.
    """
    started, calendars, net = [], Calendars(), net or Straight()
    editions = Edition.objects.in_bulk()
    again = {
        (edition.pk, term.id)
        for edition in editions.values()
        for term in edition.terms.deadlines.values()
        if term.recurring
    }
    # In the order of its index, and the edition asked of what is found: else every open clock is looked at.
    rows = Deadline.objects.open().filter(rule__in={rule for _, rule in again}, due_on__lt=today)
    rows = rows.filter(agreement=agreement) if agreement else rows
    for row in rows.order_by("rule", "due_on").select_related("agreement__agency__region"):
        if (row.agreement.edition_id, row.rule) in again:
            row.agreement.edition = editions[row.agreement.edition_id]
            started += net(row, partial(_rounds, row, row.term, calendars.of(row.agreement), today)) or []
            net.alive()
    return started


@transaction.atomic
def _rounds(row, term, calendar, today):
    case_model, case_pk = row.case_key()
    agreement = case_model.objects.select_for_update().get(pk=case_pk)
    row, started = Deadline.objects.open().filter(pk=row.pk).first(), []
    while row and row.due_on < today:
        row.close(Status.MISSED, row.due_on)
        row.save(update_fields=["status", "closed_on"])
        following = Deadline(
            **{name: getattr(row, name) for name in (
                "rule", "bound", "event", "about", "title", "article", "unit", "started_on", "started_at",
                "terms_of")},
            agreement=agreement, round=row.round + 1, counted_with=row.counted_with,
        )  # fmt: skip
        compute(following, term, calendar)
        while following.due_on < min(today, agreement.starts_on):
            following.round += 1  # nobody was bound before the agreement began: no row for such a round
            compute(following, term, calendar)
        following.save(force_insert=True)
        started.append(following)
        row = following
    return started


class Calendars:
    """The calendar of each agreement's region, loaded once for as long as this object lives.

    Regions without a paper of their own share the national one: two queries and one more, however many regions.
    """

    def __init__(self):
        self._papers, self._loaded = None, {}

    def of(self, agreement):
        region = agreement.agency.region
        if self._papers is None:
            papers = HolidayNotice.objects.live().exclude(region=None)
            self._papers = set(papers.values_list("region_id", flat=True))
        above = {region.code[:2] + "0000", region.code[:4] + "00", region.code}
        key = region if above & self._papers else None
        if key not in self._loaded:
            self._loaded[key] = calendar_for(key)
        return self._loaded[key]
