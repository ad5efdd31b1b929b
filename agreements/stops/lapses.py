"""第七十九条: a requested suspension that went on for too long ends the agreement, unless the hospital asked to go on."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from ..gate import SYSTEM, perform
from ..models import Agreement, Edition, Status, Suspension
from ..supplements.variants import terms_under
from .cascade import spread


def overlong(today):
    """Open requested suspensions whose longest time, not yet moved off days off, is over: a query.

    Where supplements changed that time, those that the shortest of them would end; `lapse_day` tells of each.
    """
    over = Q(pk=None)
    for edition, variants in terms_under(Edition.objects.all()):
        limits = [terms.suspension.ends_automatically_after_days for terms in variants]
        if days := min(filter(None, limits), default=None):
            over |= Q(agreement__edition=edition, started_on__lt=today - timedelta(days=days))
    return Suspension.objects.filter(
        over, cause="requested", closed_on=None, exception_reason="", agreement__status=Status.SUSPENDED
    ).select_related("agreement__edition", "agreement__agency__region")


@transaction.atomic
def end_overlong(suspension, today):
    """End the agreement as from the day that the suspension lapsed on. Raises RuleBroken.

    None when it has not lapsed, when the term was over first, or when another run ended it in the meantime.
    """
    agreement = Agreement.objects.select_for_update().get(pk=suspension.agreement_id)
    suspension = overlong(today).filter(pk=suspension.pk).first()
    on = suspension and suspension.lapse_day()
    if on is None or on > today:
        return None
    if on > agreement.ends_on and not agreement.was_held_over:
        return None  # what happens at the end of the term goes first (table of expiry)
    agreement = perform(agreement.lapse, by=SYSTEM, suspension=suspension, on=on)
    spread(agreement, on)
    return agreement
