"""第七十一条：what the agency of an institution's own region suspends or rescinds, stops in the other regions as well.

Only outward from home, never back and never sideways; at the same moment, in the same transaction. A termination
does not spread. When the home suspension ends, the ones that followed it end too (each unless it has causes of its own).
"""

from ..gate import SYSTEM, perform
from ..models import Agreement, Status, Suspension


def spread(agreement, on):
    """Bring the institution's agreements in other regions to what the home agreement now says. Returns those changed."""
    terms = agreement.terms.cascade
    if terms is None or not terms.applies or not agreement.is_at_home:
        return []
    changed = [
        perform(follower.agreement.resume_by_cascade, by=SYSTEM, suspension=follower, on=on)
        for follower in _followers_of_closed(agreement)
    ]
    if agreement.status == Status.RESCINDED:
        return changed + [
            perform(other.rescind_by_cascade, by=SYSTEM, parent=agreement.ending, on=on)
            for other in elsewhere(agreement)
        ]
    for suspension in agreement.open_suspensions.filter(cause__in=terms.causes):
        changed += [
            perform(other.suspend_by_cascade, by=SYSTEM, parent=suspension, on=on)
            for other in elsewhere(agreement)
            if not other.suspensions.filter(parent=suspension).exists()
        ]
    return changed


def elsewhere(agreement):
    """The institution's live agreements with agencies of other regions, in one order for every transaction."""
    others = Agreement.objects.live().filter(institution=agreement.institution_id).exclude(pk=agreement.pk)
    return [other for other in others.with_parties().order_by("pk") if not other.is_at_home]


def _followers_of_closed(agreement):
    closed = agreement.suspensions.filter(closed_on__isnull=False)
    open_followers = Suspension.objects.filter(parent__in=closed, closed_on__isnull=True)
    return open_followers.select_related("agreement").order_by("agreement_id", "pk")
