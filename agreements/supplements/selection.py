"""Which agreements a supplement is sent to, which not and why. One query says it of all of them."""

from dataclasses import dataclass, field

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When
from django.http import QueryDict

from ..batches.filters import PrintFilter
from ..models import ENDED, Agreement, Amendment
from .checks import TAKES_IT

FITS = "fits"
# The same as the checks of `Agreement.make_uniform_supplement`, asked of many at once; each is asked again at the door.
LEFT_OUT = {
    "ended": "协议已经结束",
    "making": "协议还没有签署生效",
    "edition": "适用的是另一版协议文本",
    "already": "已经发给这份协议，不重发",
    "unsigned": "有补充协议还没有签署，签署或撤回后再发",
}
LISTED = 50


def chosen(query, supplement):
    """The PrintFilter of a query over the agency's own agreements."""
    data = query if isinstance(query, QueryDict) else QueryDict(query)
    return PrintFilter(
        data, queryset=Agreement.objects.filter(agency=supplement.agency_id), agency=supplement.agency
    )


def judged(agreements, supplement):
    """The agreements, each with its `verdict`: FITS or a key of LEFT_OUT."""
    own = Amendment.objects.filter(agreement=OuterRef("pk"))
    sent = own.filter(supplement=supplement)
    waiting = supplement.items.filter(agreement=OuterRef("pk"))
    return agreements.annotate(
        verdict=Case(
            When(status__in=ENDED, then=Value("ended")),
            When(~Q(status__in=TAKES_IT), then=Value("making")),
            When(~Q(edition=supplement.edition_id), then=Value("edition")),
            When(Exists(sent) | Exists(waiting), then=Value("already")),
            When(Exists(own.filter(status=Amendment.Status.TO_SIGN)), then=Value("unsigned")),
            default=Value(FITS),
            output_field=CharField(),
        )
    )


@dataclass(frozen=True)
class Preview:
    """What sending would do: to how many it goes, how many are left out why, and the first of those."""

    counts: dict = field(default_factory=dict)
    listed: tuple = ()

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def fitting(self):
        return self.counts.get(FITS, 0)

    @property
    def left_out(self):
        """[(sentence, how many)]"""
        return [(sentence, self.counts[key]) for key, sentence in LEFT_OUT.items() if self.counts.get(key)]


def preview(agreements, supplement):
    rows = judged(agreements.order_by(), supplement)
    counts = dict(rows.values_list("verdict").annotate(Count("pk")))
    wanting = rows.exclude(verdict=FITS).with_parties().order_by("verdict", "pk")[:LISTED]
    return Preview(counts, tuple((one, LEFT_OUT[one.verdict]) for one in wanting))
