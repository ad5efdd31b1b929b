"""第六十七条（一）: how often an agreement has been suspended for breach within its term, and what follows from it.

What counts is a suspension of the whole agreement that was imposed: for breach, or an investigation that was
proved. A requested or a cascaded one does not count, nor one of a person or department, nor an investigation
that proved nothing, nor one whose handling was quashed (第八十一条). A renewal is a new agreement and starts at 0. From the count of the terms on a person decides.
"""

from django.db.models import Count, F, Q

from ..status import LIVE

IMPOSED = "breach"  # an investigation that is proved becomes one of these


def times_suspended(agreement):
    return agreement.suspensions.filter(cause=IMPOSED, quashed_on=None).count()


def is_repeated(agreement, times):
    limit = agreement.terms.repeat_suspension
    return limit is not None and times >= limit.count


def waiting(agreements, variants, most):
    """Of these agreements, those whose last suspension for breach awaits the decision whether to rescind, up to `most`.

    `variants`: of the editions (`supplements.variants.terms_under`).
    """
    editions, reached = {edition.pk: edition for edition, _ in variants}, Q(pk=None)
    for edition, several in variants:
        limits = [terms.repeat_suspension.count for terms in several if terms.repeat_suspension]
        if limits:
            reached |= Q(edition=edition, times__gte=min(limits))
    imposed = Q(suspensions__cause=IMPOSED, suspensions__quashed_on=None)
    counted = agreements.annotate(times=Count("suspensions", imposed, distinct=True))
    found = list(counted.filter(reached, status__in=LIVE, times__gt=F("kept_at_times")).order_by("pk")[:most])
    for one in found:
        one.edition = editions[one.edition_id]
    return [one for one in found if is_repeated(one, one.times)]
