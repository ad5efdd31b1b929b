"""第六十条：the fund from which an overdue debt may be taken: what was audited as payable and is not paid yet.

The books of the portal know the claims of each month and nothing of the deposit: a money app on top will keep that,
and until then finance says what is left of it, with the paper that shows it.
"""

from django.db.models import Sum

from agreements.models import FeeClaim

from .money import NOTHING

HELD = [
    "recorded",
    "confirmed",
]  # an offset holds its part of a claim from the day on which finance asks for it


def taken_from(claim):
    """What offsets take from a claim before it is paid."""
    found = claim.offsets.filter(status__in=HELD).aggregate(sum=Sum("amount"))["sum"]
    return found or NOTHING


def fund_of(agreement, lock=False):
    """[(claim, what is left of it)], the oldest month first: every agreement of the two parties, the one that ended too."""
    claims = FeeClaim.objects.payable().filter(
        agreement__agency=agreement.agency_id, agreement__institution=agreement.institution_id
    )
    claims = claims.order_by("month", "pk").select_related("agreement")
    claims = claims.select_for_update(of=("self",)) if lock else claims
    parts = [(claim, claim.allowed - taken_from(claim)) for claim in claims]
    return [(claim, left) for claim, left in parts if left > 0]


def held_under(agreement):
    """第六十四条: [(claim, what is left of it)] of this agreement: what waits while payment is held, by its own months."""
    return [(claim, left) for claim, left in fund_of(agreement) if claim.agreement_id == agreement.pk]


def fund_sum(agreement):
    return sum((left for _, left in fund_of(agreement)), NOTHING)
