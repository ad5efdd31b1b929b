"""The board of clocks: each with what is left of it, the filters above the list, and the list as a file."""

from dataclasses import dataclass
from datetime import timedelta

import django_filters as filters
from django import forms
from django.db.models import Count, Q
from django.utils import timezone

from institutions.cells import guarded
from institutions.filters import LONGEST_SEARCH

from ..gate import declared
from ..models import Deadline
from .actions import Calendars
from .checks import BY_HAND
from .deadlines import EXACT, days_left

SOON = {"working_day": 5, "day": 7}  # from here on the time left is shown as running out
HOUR = 3600
HEADERS = ["协议编号", "乙方", "甲方", "约束", "时限", "依据", "起算日", "到期日", "预计", "状态", "剩余", "单位", "办结日", "说明"]  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """A Deadline and how much is left of it: negative when it is overdue, in `unit` (个工作日, 日, 小时)."""

    deadline: Deadline
    left: int
    unit: str
    over: bool
    elapsed: int
    total: int

    @property
    def late_by(self):
        return -self.left

    @property
    def look(self):
        """The class of the time left."""
        if self.over:
            return "left-over"
        if self.left == 0 and self.unit != "小时":
            return "left-today"
        return "left-soon" if self.left <= SOON["working_day" if "工作" in self.unit else "day"] else ""


def clocks_of(deadlines, now=None):
    """A Clock for each row of Deadlines with their agreements' agencies: three queries, however many rows."""
    now, calendars = timezone.localtime(now), Calendars()
    return [_clock(deadline, now, calendars) for deadline in deadlines]


def _clock(deadline, now, calendars):
    today, over = now.date(), deadline.due_at <= now and not deadline.is_paused
    begin = min(deadline.started_on, deadline.agreement.starts_on) if _is_from_the_end(deadline) else None
    begin = begin or deadline.started_on
    elapsed, total = (today - begin).days, max((deadline.due_on - begin).days, 1)
    if deadline.unit in EXACT:
        seconds = (deadline.due_at - now).total_seconds()
        left, unit = int(seconds // HOUR), "小时"
    else:
        left = days_left(deadline.due, today, calendars.of(deadline.agreement))
        unit = "个工作日" if deadline.unit == "working_day" else "日"
    return Clock(deadline, left, unit, over, max(0, min(elapsed, total)), total)


def _is_from_the_end(deadline):
    # Counted back from the end of the term, or being that end: the bar runs over the whole term.
    return deadline.started_on >= deadline.due_on


def meetable(clocks, user):
    """The pks of the open clocks that this person may close by hand."""
    may = declared(Deadline, "meet").has_perm
    rows = (clock.deadline for clock in clocks)
    return {row.pk for row in rows if row.event in BY_HAND and may(row, user)}


def tabs_of(deadlines, now=None):
    """[(key, label, count)] of the tabs, in one query."""
    counts = deadlines.order_by().aggregate(
        **{key: Count("pk", filter=condition) for key, (_, condition) in _tabs(now).items()}
    )
    return [(key, label, counts[key]) for key, (label, _) in _tabs(now).items()]


def _tabs(now=None):
    now = timezone.localtime(now)
    today, is_open = now.date(), Q(status=Deadline.Status.OPEN)
    sunday = today + timedelta(days=6 - today.weekday())
    return {
        "open": ("未办结", is_open),
        "overdue": ("已逾期", is_open & Q(due_at__lte=now, paused_since=None)),
        "week": ("本周到期", is_open & Q(due_on__gte=today, due_on__lte=sunday)),
        "met": ("已办结", ~is_open),
    }


class DeadlineFilter(filters.FilterSet):
    """The filters above the board. Without a tab it shows what is open: the overdue first, then by due day."""

    q = filters.CharFilter(method="search", label="机构名称、协议编号、医保代码或时限")
    bound = filters.ChoiceFilter(choices=Deadline.Bound, label="约束", empty_label="双方和系统")

    class Meta:
        model = Deadline
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.form.fields.items():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control find"
            field.widget.attrs |= {"class": css, "aria-label": field.label, "id": f"filter-{name}"}
        self.form.fields["q"].widget.attrs |= {"placeholder": self.form.fields["q"].label, "type": "search"}

    def search(self, found, name, value):
        text = value.strip()[:LONGEST_SEARCH]
        agreement = Q(agreement__number__istartswith=text) | Q(agreement__institution__code__istartswith=text)
        named = Q(agreement__institution__current__name__icontains=text) | Q(title__icontains=text)
        return found.filter(agreement | named | Q(rule__iexact=text))

    @property
    def tab(self):
        return self.data.get("tab") if self.data.get("tab") in _tabs() else "open"

    @property
    def shown(self):
        """What the chosen tab shows, in its order."""
        order = ["-closed_on", "-pk"] if self.tab == "met" else ["due_at", "pk"]
        return self.qs.filter(_tabs()[self.tab][1]).order_by(*order)


def exported(deadlines):
    """Header and rows of a queryset of Deadlines with their parties, one at a time."""
    yield HEADERS
    calendars, now = Calendars(), timezone.localtime()
    for one in deadlines.iterator(chunk_size=1000):
        clock, agreement, is_open = _clock(one, now, calendars), one.agreement, one.closed_on is None
        row = [
            agreement.number, agreement.institution.name, agreement.agency.name, one.get_bound_display(), one.title,
            one.article, one.started_on.isoformat(), one.due_on.isoformat(), "预计" if one.provisional else "",
            one.get_status_display(), clock.left if is_open else "", clock.unit if is_open else "",
            "" if is_open else one.closed_on.isoformat(), one.remark,
        ]  # fmt: skip
        yield [guarded(cell) if isinstance(cell, str) else cell for cell in row]
