"""Clocks whose last day each request names (第四条、第五十七条): the edition gives the rest of them, not their length."""

from institutions.workdays import stamp

from ..models.deadline import Deadline
from .actions import terms_day
from .deadlines import due


def start_clock_until(agreement, event, day, until, about=""):
    """One Deadline up to the end of `until` for every clock of this event that has no length of its own.

    The day stands as it was named: it is not moved off a day off. What runs already goes on unchanged.
    """
    rows = [
        _row(agreement, term, side, day, until, about)
        for term in agreement.terms_on(terms_day(day)).deadlines.values()
        if term.start_event == event and term.length is None and term.unit != "count"
        for side in term.bound
    ]
    Deadline.objects.bulk_create(rows, ignore_conflicts=True)


def _row(agreement, term, side, day, until, about):
    found = due(term, until, None, length=0)  # a day that is itself the due day
    return Deadline(
        agreement=agreement, rule=term.id, bound=side, event=term.start_event, about=about, title=term.title,
        article="、".join(term.articles), unit=term.unit, started_on=day, due_on=found.day, due_at=found.moment,
        counted_with=stamp(), terms_of=terms_day(day),
    )  # fmt: skip


def drop_clocks_about(agreement, event, day, about):
    """The open clocks of an event about one thing lose their object."""
    for row in agreement.deadlines.open().filter(event=event, about=about):
        row.close(Deadline.Status.DROPPED, day)
        row.save(update_fields=["status", "closed_on"])
