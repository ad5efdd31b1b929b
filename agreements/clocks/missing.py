"""Clocks that an agreement in force ought to have and has not: it came into force under an older release.

Only those that coming into force starts, and only as they would run today: a recurring clock begins with the round
in which today lies, so that nobody has missed a round that no board has shown.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from institutions.workdays import stamp

from ..models.agreement import Agreement
from ..models.deadline import Deadline
from ..models.edition import Edition
from .actions import EFFECTS, SIDES, Calendars, _row, compute, terms_day
from .beginnings import BEGINNINGS

FROM_THE_TERM = ("agreement_start", "agreement_end")  # without an object once the term is over (第八十三条)


def open_missing(today=None):
    """Start what is missing. Returns the Deadlines that were opened; run again it finds nothing."""
    today, calendars, opened = today or localdate(), Calendars(), []
    for edition in Edition.objects.all():
        for term in _terms(edition):
            for agreement in _without(term, edition, today):
                opened += _open(agreement, term, calendars.of(agreement), today)
    return opened


def _terms(edition):
    events = EFFECTS["activate"].starts
    found = [term for term in edition.terms.deadlines.values() if term.start_event in events]
    return [term for term in found if term.length is not None and term.unit != "count"]


def _without(term, edition, today):
    """Live agreements that never had this clock."""
    had = Deadline.objects.filter(agreement=OuterRef("pk"), rule=term.id)
    found = Agreement.objects.live().filter(~Exists(had), edition=edition).with_parties()
    if term.start_event in FROM_THE_TERM:
        found = found.filter(ends_on__gte=today)
    return found.order_by("pk").iterator(chunk_size=500)


@transaction.atomic
def _open(agreement, term, calendar, today):
    agreement = (
        Agreement.objects.live()
        .with_parties()
        .select_for_update(of=("self",))
        .filter(pk=agreement.pk)
        .first()
    )
    if agreement is None:
        return []  # it ended meanwhile
    begin, known = BEGINNINGS[term.start_event](agreement, today), stamp()
    term = agreement.terms_on(terms_day(begin.day)).deadlines[term.id]
    rows = [
        _row(agreement, term, side, begin.day, begin.about, calendar)
        for side in term.bound
        if not _answered(agreement, term, side)
    ]
    for row in rows:
        row.counted_with = known
        while term.recurring and row.due_on < today:
            row.round += 1
            compute(row, term, calendar)
    return Deadline.objects.bulk_create(rows, ignore_conflicts=True)


def _answered(agreement, term, side):
    """第七十八条：who has applied for renewal waits for nothing more of it."""
    return term.start_event == "agreement_end" and side in SIDES and agreement.renewal_requests.exists()
