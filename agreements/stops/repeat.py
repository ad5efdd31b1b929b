"""第六十七条（一）: how often an agreement has been suspended for breach within its term, and what follows from it.

What counts is a suspension of the whole agreement that was imposed: for breach, or an investigation that was
proved. A requested or a cascaded one does not count, nor one of a person or department, nor an investigation
that proved nothing. A renewal is a new agreement and starts at 0. From the count of the terms on a person decides.
"""

from django.db.models import Count, F, Q

from ..status import LIVE

IMPOSED = "breach"  # an investigation that is proved becomes one of these


def times_suspended(agreement):
    return agreement.suspensions.filter(cause=IMPOSED).count()


def is_repeated(agreement, times):
    return times >= agreement.terms.repeat_suspension.count


def waiting(agreements, variants, most):
    """Of these agreements, those whose last suspension for breach awaits the decision whether to rescind, up to `most`.

    `variants`: of the editions (`supplements.variants.terms_under`).
    """
    editions, reached = {edition.pk: edition for edition, _ in variants}, Q(pk=None)
    for edition, several in variants:
        least = min(terms.repeat_suspension.count for terms in several)
        reached |= Q(edition=edition, times__gte=least)
    counted = agreements.annotate(times=Count("suspensions", Q(suspensions__cause=IMPOSED), distinct=True))
    found = list(counted.filter(reached, status__in=LIVE, times__gt=F("kept_at_times")).order_by("pk")[:most])
    for one in found:
        one.edition = editions[one.edition_id]
    return [one for one in found if is_repeated(one, one.times)]
