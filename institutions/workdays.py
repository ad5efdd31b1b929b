"""Working days by the official calendar, 调休 included. Date in, date out; a `Calendar` is a value that never changes.

A page, a command or a job loads one `Calendar` and hands it on. Nothing is cached between them, so that an
administrator's correction counts from the next request on, whichever process serves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from django.db.models import F, Q

from .models import CalendarDay, HolidayNotice
from .models.holidays import usually_working

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Which days are working days. A year without a notice falls back on Monday to Friday and is not known."""

    years: frozenset[int] = frozenset()  # the years whose notice is in
    exceptions: Mapping[date, bool] = field(default_factory=dict)  # day → working, where the weekday misleads

    def is_working(self, day):
        return self.exceptions.get(day, usually_working(day))

    def is_known(self, day):
        return day.year in self.years

    def unknown_years(self, first, last):
        """The years between two days, both included, whose notice is not in; () when all are known."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)

    def next_working(self, day):
        """The day itself when it is a working day, else the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start, n):
        """The n-th working day after `start`, which is itself not counted; before it when n is negative."""
        day, step = start, ONE_DAY if n > 0 else -ONE_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def working_days_between(self, after, until):
        """How many working days from the day after `after` to `until`, both included; 0 when that is none."""
        return sum(self.is_working(after + ONE_DAY * n) for n in range(1, (until - after).days + 1))


def calendar_for(region=None):
    """The Calendar of today's table for a Region, or for the whole country. Two queries.

    Papers of the region and of those above it lie on top of the national notice: the nearer region wins, in one
    region the later paper.
    """
    years = HolidayNotice.objects.live().filter(region=None).values_list("year", flat=True)
    days = CalendarDay.objects.filter(Q(notice__region=None) | _papers_for(region), notice__replaced_at=None)
    # 630000 < 630100 < 630105: among regions above one another the nearer has the greater code.
    order = [
        F("notice__region").asc(nulls_first=True),
        F("notice__announced_on").asc(nulls_first=True),
        "notice_id",
    ]
    exceptions = dict(days.order_by(*order).values_list("date", "is_working"))
    return Calendar(frozenset(years), exceptions)


def stamp():
    """A number for the calendar table as it is today, of the country and of every region; another one after any change.

    What was counted under another number is to be counted again.
    """
    facts = ("pk", "region_id", "year", "announced_on", "days__date", "days__is_working")
    rows = HolidayNotice.objects.live().order_by("pk", "days__date").values_list(*facts)
    return int.from_bytes(sha256(repr(list(rows)).encode()).digest()[:8]) >> 1  # fits a signed column


def _papers_for(region):
    if region is None:
        return Q(notice__region=None)
    above = {region.code[:2] + "0000", region.code[:4] + "00", region.code}
    return Q(notice__region__in=above)
