"""What cases come to: breaches by article and item, overrides of a cap by month, suspensions with their days."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.timezone import localdate

from agreements.edition_text import chinese_number
from agreements.models import Edition, Suspension
from institutions.cells import guarded

from ..models import BreachCase, CaseItem, Handling

# What was decided to be a breach; what is still open, not established or exempted is not counted.
ESTABLISHED = ["decided", "served", "carrying_out", "closed"]


@dataclass(frozen=True)
class Line:
    """One item of the catalogue: how many cases and items of them, how much money."""

    code: str
    article: int
    label: str
    times: int
    cases: int
    amount: Decimal


def breaches(user, year=None):
    """[Line] of the decided cases that the user may see, by item; the most frequent of an article first."""
    cases = BreachCase.objects.visible_to(user).filter(status__in=ESTABLISHED)
    cases = cases.filter(decided_on__year=year) if year else cases
    rows = (
        CaseItem.objects.filter(breach_case__in=cases)
        .order_by()
        .values("item", "breach_case__agreement__edition")
        .annotate(times=Count("pk"), cases=Count("breach_case", distinct=True), amount=Sum("amount"))
    )
    editions = {one.pk: one for one in Edition.objects.all()}
    lines = [_line(row, editions[row["breach_case__agreement__edition"]]) for row in rows]
    return sorted(lines, key=lambda line: (line.article, -line.times, line.code))


def _line(row, edition):
    item = edition.breaches.find(row["item"])[0]
    label = f"{item.article_label} {item.label}"
    return Line(row["item"], item.article, label, row["times"], row["cases"], row["amount"] or Decimal(0))


def by_article(lines):
    """[(第六十五条, how many)] in the order of the articles."""
    times = Counter()
    for line in lines:
        times[line.article] += line.times
    return [(f"第{chinese_number(article)}条", times[article]) for article in sorted(times)]


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    width: int


LONGEST = 100


def bars(counts):
    """Bars of a chart as whole units, the longest LONGEST wide; an empty chart has none."""
    most = max((value for _, value in counts), default=0)
    return [Bar(label, value, round(LONGEST * value / most)) for label, value in counts]


def breach_rows(lines):
    yield ["编号", "违约情形", "次数", "案件数", "违规费用（元）"]
    for one in lines:
        yield [guarded(one.code), guarded(one.label), one.times, one.cases, float(one.amount)]


# ── overrides ──


def overrides(user):
    """[(first day of the month, [Handling])] of the decisions above a cap, the newest month first."""
    found = Handling.objects.visible_to(user).filter(status="carried-out", override_reason__gt="")
    found = found.annotate(month=TruncMonth("decided_on")).order_by("-decided_on", "-pk")
    parties = [
        "breach_case__agreement__institution__current",
        "breach_case__agreement__edition",
        "decided_by",
    ]
    months = defaultdict(list)
    for one in found.select_related(*parties).prefetch_related("override_files"):
        months[one.month].append(one)
    return list(months.items())


def override_rows(months):
    yield ["月份", "案件", "机构", "违约金（元）", "上限（元）", "超过（元）", "理由", "决定人", "决定日期"]
    for month, rows in months:
        for one in rows:
            agreement = one.breach_case.agreement
            yield [
                f"{month:%Y-%m}", guarded(one.breach_case.number), guarded(agreement.institution.name), float(one.damages),
                float(one.cap), float(one.damages - one.cap), guarded(one.override_reason), guarded(one.decided_by.name),
                one.decided_on.isoformat(),
            ]  # fmt: skip


# ── suspensions ──


def suspensions(user):
    """Suspensions that the user may see, the open ones first, with the days that they last or lasted."""
    found = Suspension.objects.visible_to(user).select_related("agreement__institution__current")
    return found.order_by(F("closed_on").desc(nulls_first=True), "-started_on", "-pk")


def days_of(suspension, today=None):
    """第七十九条：the days so far, or those it lasted; the first day is not counted."""
    return ((suspension.closed_on or today or localdate()) - suspension.started_on).days


def suspension_rows(rows, today=None):
    yield ["协议编号", "机构", "原因", "依据", "起", "计划止", "结束", "已中止日数", "结束事由"]
    for one in rows:
        closed = one.closed_on.isoformat() if one.closed_on else ""
        yield [
            guarded(one.agreement.number), guarded(one.agreement.institution.name), one.get_cause_display(), one.article,
            one.started_on.isoformat(), one.planned_end.isoformat(), closed, days_of(one, today), guarded(one.closing_reason),
        ]  # fmt: skip
