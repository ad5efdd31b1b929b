"""When a clock of the agreement runs out. Pure functions: a term, a start and a calendar in, a `Due` out.

How days are counted (民法典第二百零一至二百零三条 and the form's own wording):
the day of the start event is not counted; 日 is a calendar day, 工作日 a working day; a period of days or months
that ends on a day off ends on the next working day; months run to the same day number or to the month's last day;
a period counted backwards is never moved; the last day ends at 24:00; hours and minutes run through.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

UNITS = {
    "working_day": "个工作日",
    "day": "日",
    "month": "个月",
    "hour": "小时",
    "minute": "分钟",
    "count": "次",
}
ONE_DAY = timedelta(days=1)
EXACT = {"hour": timedelta(hours=1), "minute": timedelta(minutes=1)}


class NoDueDate(ValueError):
    """The clock has no due day that could be computed. The message is a sentence for a person."""


@dataclass(frozen=True)
class Due:
    """`day` is the last day, `moment` the end of it (00:00 of the next) or, for hours and minutes, the exact time.

    `rolled`: moved off a day off. `unknown_years`: the years it passed through whose notice is not in yet.
    """

    day: date
    moment: datetime
    unit: str
    rolled: bool = False
    unknown_years: tuple[int, ...] = ()

    @property
    def provisional(self):
        """The day may still move: 节假日安排未公布."""
        return bool(self.unknown_years)


def due(term, start, calendar, pauses=(), length=None):
    """The Due of a DeadlineTerm that starts on `start`: a date, or a datetime for hours and minutes.

    `pauses`: numbers of whole units to give back, in the clock's own unit; days for a clock of months.
    `length`: in place of the term's own, for clocks whose length each request names.
    Raises NoDueDate for a counter, a missing length, a paused backward clock or hours without a time of day.
    """
    length = term.length if length is None else length
    length = term.usual if length is None else length
    if term.unit == "count":
        raise NoDueDate(f"{term.id}“{term.title}”计的是次数（{term.length}次），不是期限，没有到期日")
    if length is None:
        raise NoDueDate(
            f"{term.id}“{term.title}”的期限由每次要求写明（{term.articles[0]}），文本没有固定长度"
        )
    if term.backward and sum(pauses):
        raise NoDueDate(f"{term.id}“{term.title}”是倒算的期限，不能暂停")
    if term.unit in EXACT:
        return _exact(term, start, length + sum(pauses))
    if term.unit == "working_day":
        return _working(term, day_of(start), calendar, length + sum(pauses))
    return _calendar(term, day_of(start), calendar, length, sum(pauses))


def days_left(due, today, calendar):
    """Days to the due day: working days for a clock of working days, else days. 0 on it, negative after it."""
    if due.unit != "working_day":
        return (due.day - today).days
    if today <= due.day:
        return calendar.working_days_between(today, due.day)
    # The Saturday after is late already, though no working day has passed.
    return -max(calendar.working_days_between(due.day, today), 1)


def paused_units(unit, spans, calendar):
    """How many whole units the `spans` hold, to hand to `due` as a pause: working days, or else days.

    A span is (first, last) day on which the clock stood still, both included; what overlaps counts once.
    """
    if unit in EXACT:
        raise NoDueDate(f"按{UNITS[unit]}计的期限，暂停须直接写明{UNITS[unit]}数")
    stopped = {first + timedelta(n) for first, last in spans for n in range((last - first).days + 1)}
    return sum(unit != "working_day" or calendar.is_working(day) for day in stopped)


def add_months(day, months):
    """The same day number `months` later (earlier when negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(start):
    """The day in Beijing of a date or a datetime."""
    return _in_beijing(start).date() if isinstance(start, datetime) else start


def _in_beijing(moment):
    zone = timezone.get_default_timezone()
    return moment.astimezone(zone) if timezone.is_aware(moment) else timezone.make_aware(moment, zone)


def _exact(term, start, length):
    if not isinstance(start, datetime):
        raise NoDueDate(
            f"{term.id}“{term.title}”按{UNITS[term.unit]}计，开始时间要写到分，例如 2026-04-20 10:30"
        )
    passes = EXACT[term.unit] * (-length if term.backward else length)
    # Through UTC: adding to a local time counts the clock on the wall, not the hours that pass.
    moment = _in_beijing(_in_beijing(start).astimezone(UTC) + passes)
    return Due(moment.date(), moment, term.unit)


def _working(term, start, calendar, length):
    day = calendar.add_working_days(start, -length if term.backward else length)
    first, last = sorted((start, day))
    counted = (first, last - ONE_DAY) if term.backward else (first + ONE_DAY, last)
    return Due(day, _end_of(day), term.unit, unknown_years=calendar.unknown_years(*counted))


def _calendar(term, start, calendar, length, paused):
    ahead = -length if term.backward else length
    last = add_months(start, ahead) if term.unit == "month" else start + timedelta(ahead)
    last += timedelta(paused)
    if _stands(term, length + paused):
        return Due(last, _end_of(last), term.unit)
    day = calendar.next_working(last)
    return Due(day, _end_of(day), term.unit, day != last, calendar.unknown_years(last, day))


def _stands(term, length):
    """Not moved off a day off: backward periods, a day that is itself the due day, and how long a stop may last.

    第六十五、六十六条 bound a stop by its dates (a `shortest` and a longest); nothing has to be done on the last.
    """
    return term.backward or not length or term.shortest is not None


def _end_of(day):
    return datetime.combine(day + ONE_DAY, time(), timezone.get_default_timezone())
