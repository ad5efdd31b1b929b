"""第七十六条：while a change of the bank account waits, nothing is paid to the old one, under whichever agreement.

A change is filed at home and is about the hospital: so it holds payment under its agreements in other regions as
well, and under the one that succeeds an agreement meanwhile. On the agreement under which it was filed the
application itself holds and lets go.
"""

from ..gate import SYSTEM, perform


def spread(request, on):
    """Bring the holds on the hospital's other agreements to what the request now says. Returns the agreements changed."""
    holds = request.holds.filter(released_on=None)
    if request.is_open and holds.filter(agreement=request.agreement_id).exists():
        others = request.agreement.institution.agreements.live().exclude(pk=request.agreement_id)
        others = others.exclude(pk__in=holds.values("agreement")).order_by("pk")
        return [perform(one.hold_for_account, by=SYSTEM, change=request, on=on) for one in others]
    left = holds.exclude(agreement=request.agreement_id).select_related("agreement")
    return [
        perform(hold.agreement.release_for_account, by=SYSTEM, hold=hold, on=on)
        for hold in left.order_by("agreement_id", "pk")
    ]


def take_over(agreement, on):
    """An agreement that comes into force takes over what holds the hospital's payments. Returns the fresh agreement."""
    holds = agreement.payment_holds.model.objects.filter(released_on=None).exclude(change_request=None)
    here = holds.filter(agreement=agreement).values("change_request")
    elsewhere = holds.filter(agreement__institution=agreement.institution_id).exclude(change_request__in=here)
    requests = {
        hold.change_request_id: hold.change_request for hold in elsewhere.select_related("change_request")
    }
    for _, request in sorted(requests.items()):
        day = max(on, request.filed_on)
        agreement = perform(agreement.hold_for_account, by=SYSTEM, change=request, on=day)
    return agreement
