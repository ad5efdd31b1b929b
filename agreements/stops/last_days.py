"""第七十九条: the last day of a suspension of the whole agreement, and what has to be decided before it.

The last day is that of the clock: the longest number of days, moved off days off. A plan (`planned_end`) never
reaches past the plain number. Only a requested suspension ends the agreement by itself; for the other causes a
leader resumes, rescinds or records an exception, and until then the portal only says so.
"""

from ..clocks.actions import about_of
from ..models import Deadline, Status, Suspension

DECIDED_BY_LEADER = [Suspension.Cause.BREACH, Suspension.Cause.INVESTIGATION]


def last_days(suspensions):
    """{pk: last day} of these suspensions, as their clocks say, in one query; counted where the text has no such clock."""
    suspensions = list(suspensions)
    clocks = Deadline.objects.filter(
        event="suspension_start",
        agreement__in={one.agreement_id for one in suspensions},
        about__in=[about_of(one) for one in suspensions],
    ).order_by("pk")
    counted = {
        (about, agreement): day
        for about, agreement, day in clocks.values_list("about", "agreement", "due_on")
    }
    return {one.pk: counted.get((about_of(one), one.agreement_id)) or _counted(one) for one in suspensions}


def _counted(suspension):
    longest = suspension.longest()
    return longest.day if longest else suspension.latest_end


def to_decide(agreements, today):
    """[(last day, Suspension)] that a leader has to decide about, from the first reminder on and until it is done."""
    waiting = Suspension.objects.filter(
        agreement__in=agreements.filter(status=Status.SUSPENDED).order_by().values("pk"), cause__in=DECIDED_BY_LEADER,
        closed_on=None, exception_reason="",
    ).select_related("agreement__edition", "agreement__institution__current").defer(
        "agreement__edition__text", "agreement__edition__commitment", "agreement__edition__breaches_source"
    )  # fmt: skip
    days = last_days(waiting)
    found = [
        (days[one.pk], one) for one in waiting if (days[one.pk] - today).days <= _look_ahead(one.agreement)
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].pk))


def _look_ahead(agreement):
    return max(agreement.terms.suspension.reminder_days_before, default=0)
