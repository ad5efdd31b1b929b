"""How far each campaign of renewal has come (第七十八条): every agreement that it covers is at one of five points."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When

from ..models import ENDED, IN_THE_MAKING, LIVE, Agreement, RenewalRequest, Status

SIGNED, FAILED, TO_SIGN, DRAFTING, NONE = "signed", "failed", "to_sign", "drafting", "none"


@dataclass(frozen=True)
class Progress:
    counts: Counter

    LABELS: ClassVar = {
        NONE: "还没有草稿",
        DRAFTING: "起草、协商",
        TO_SIGN: "待签",
        SIGNED: "已签",
        FAILED: "不续签",
    }

    @property
    def total(self):
        return self.counts.total()

    @property
    def signed(self):
        return self.counts[SIGNED]

    @property
    def points(self):
        """[(label, how many)] in the order of the work."""
        return [(label, self.counts[point]) for point, label in self.LABELS.items()]


def progress(campaigns):
    """{pk: Progress} of these campaigns. One query, however many they are and however much they cover."""
    campaigns, found = list(campaigns), {}
    ranges = Q(pk=None)
    for one in campaigns:
        ranges |= Q(agency=one.agency_id, ends_on__range=(one.first_end, one.last_end))
    rows = Agreement.objects.filter(ranges, status__in=[*LIVE, *ENDED]).annotate(
        point=_point(), ended=F("ending__effective_on")
    )
    grouped = rows.order_by().values_list("agency", "ends_on", "ended", "point").annotate(Count("pk"))
    for agency, ends_on, ended, point, count in grouped if campaigns else ():
        for one in campaigns:
            if (
                one.agency_id == agency
                and one.first_end <= ends_on <= one.last_end
                and not _before(ended, one)
            ):
                found.setdefault(one.pk, Counter())[point] += count
    return {one.pk: Progress(found.get(one.pk, Counter())) for one in campaigns}


def _before(ended, campaign):
    """It had ended when the campaign was announced, and so was never covered."""
    return ended is not None and ended <= campaign.announced_on


def _point():
    """第七十八条：signed goes before everything; talks that failed, or a refusal, before a text that lies there unsigned."""
    following = Agreement.objects.filter(
        agency=OuterRef("agency"), institution=OuterRef("institution"), starts_on__gt=OuterRef("ends_on")
    )
    # What counts of an application is the latest one.
    later = RenewalRequest.objects.filter(agreement=OuterRef("agreement"), pk__gt=OuterRef("pk"))
    over = RenewalRequest.objects.filter(agreement=OuterRef("pk"), status__in=["failed", "withdrawn"])
    refused = (
        Q(status__in=ENDED) | Q(holdover__refused_on__isnull=False) | Q(Exists(over.exclude(Exists(later))))
    )
    return Case(
        When(
            Exists(following.filter(Q(status=Status.SIGNED) | Q(status__in=[*LIVE, *ENDED]))),
            then=Value(SIGNED),
        ),
        When(refused, then=Value(FAILED)),
        When(Exists(following.filter(status=Status.TO_SIGN)), then=Value(TO_SIGN)),
        When(Exists(following.filter(status__in=IN_THE_MAKING)), then=Value(DRAFTING)),
        default=Value(NONE),
    )
