"""Which agreements a batch prints, which it leaves out and why. One query says it of all of them."""

from dataclasses import dataclass, field

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When
from django.http import QueryDict

from institutions.models import Role

from ..models import Agreement, Paper, PrintBatch, Status
from . import printers
from .filters import PrintFilter

Purpose = PrintBatch.Purpose

PRINTED, OWED, FAILED_BEFORE, MISSING = "printed", "owed", "failed_before", "missing"
TO_PRINT = [OWED, FAILED_BEFORE, MISSING]
INCLUDED = {
    PRINTED: "已经印出，收入成品，不重印",
    OWED: "待印",
    FAILED_BEFORE: "上次没有印出，再印一次",
    MISSING: "没有正式文书，补一个文号再印",
}
EXCLUDED = {
    "not_fixed": "文本还没有定稿（签订前准备），定稿后再印",
    "void": "草稿已作废",
    "not_signed": "双方还没有签署完（签署页），先印签署稿",
    "signed_already": "双方已经签署，改印“已签署的协议”",
    "no_snapshot": "没有定稿时的内容快照，请系统管理员核查",
}
REASONS = {**INCLUDED, **EXCLUDED}
LISTED = 50


def pool_for(user, agency=None):
    """Agreements whose papers this person may print in a batch: their own agency's, and what a county prepares.

    Without a person (the command line): those of the agency.
    """
    if user is None:
        return Agreement.objects.filter(agency=agency)
    if user.role == Role.CLERK:
        return Agreement.objects.worked_on_by(user)
    return Agreement.objects.filter(agency=user.agency_id)


def chosen(query, user=None, agency=None):
    """The PrintFilter of a query as an address has it (`region=630105&expiring=2026-12-31`)."""
    data = query if isinstance(query, QueryDict) else QueryDict(query)
    return PrintFilter(data, queryset=pool_for(user, agency), agency=agency or user.agency)


def judged(agreements, purpose):
    """The agreements, each with its `verdict`: a key of REASONS."""
    copies = Paper.objects.filter(agreement=OuterRef("pk"), purpose=purpose)
    owed = copies.filter(status=Paper.Status.OWED)
    signed = purpose == Purpose.SIGNED_COPY
    return agreements.annotate(
        verdict=Case(
            When(status__in=[Status.DRAFT, Status.NEGOTIATING], then=Value("not_fixed")),
            When(status=Status.VOID, then=Value("void")),
            When(Q(status=Status.TO_SIGN) & Q(Value(signed)), then=Value("not_signed")),
            When(~Q(status=Status.TO_SIGN) & ~Q(Value(signed)), then=Value("signed_already")),
            When(snapshot={}, then=Value("no_snapshot")),
            When(Exists(copies.filter(status=Paper.Status.ISSUED)), then=Value(PRINTED)),
            When(Exists(owed.exclude(failure="")), then=Value(FAILED_BEFORE)),
            When(Exists(owed), then=Value(OWED)),
            default=Value(MISSING),
            output_field=CharField(),
        )
    )


@dataclass(frozen=True)
class Preview:
    """What a batch would do: how many of which verdict, and the first of those that want a look.

    `unsealed`: why the seal of an agency cannot be used, and how many copies cannot be printed before it can.
    """

    counts: dict = field(default_factory=dict)
    listed: tuple = ()
    unsealed: tuple = ()

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def included(self):
        """[(sentence, how many)] of what goes into the output."""
        return [(sentence, self.counts[key]) for key, sentence in INCLUDED.items() if self.counts.get(key)]

    @property
    def excluded(self):
        return [(sentence, self.counts[key]) for key, sentence in EXCLUDED.items() if self.counts.get(key)]

    @property
    def included_count(self):
        return sum(count for _, count in self.included)

    @property
    def excluded_count(self):
        return sum(count for _, count in self.excluded)

    @property
    def to_print(self):
        return sum(self.counts.get(key, 0) for key in TO_PRINT)


def preview(agreements, purpose):
    """Counts by verdict, up to LISTED agreements that are left out or have failed before, and what lacks a seal."""
    rows = judged(agreements.order_by(), purpose)
    counts = dict(rows.values_list("verdict").annotate(Count("pk")))
    wanting = rows.filter(verdict__in=[*EXCLUDED, FAILED_BEFORE]).with_parties().order_by("verdict", "pk")
    failures = Paper.objects.filter(agreement=OuterRef("pk"), purpose=purpose, status=Paper.Status.OWED)
    listed = wanting.annotate(failure=failures.order_by("-pk").values("failure")[:1])[:LISTED]
    return Preview(counts, tuple((one, why(one)) for one in listed), _unsealed(rows, purpose))


def _unsealed(rows, purpose):
    agencies = (
        rows.filter(verdict__in=TO_PRINT).values_list("agency").annotate(Count("pk")).order_by("agency")
    )
    whys = ((printers.why_unsealed(agency, purpose), count) for agency, count in agencies)
    return tuple((sentence, count) for sentence, count in whys if sentence)


def why(agreement):
    """The reason of a judged agreement as a sentence, with what the print said where it failed before."""
    failure = getattr(agreement, "failure", None)
    return f"{REASONS[agreement.verdict]}：{failure}" if failure else REASONS[agreement.verdict]
