"""Into the calendar table: a year's notice from the package that knows it, or from a file that somebody hands in."""

from dataclasses import dataclass, field
from datetime import date

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction
from django.utils import timezone

from .cells import ChoiceCell, DateCell, TextCell
from .intake import Refused
from .models import CalendarDay, HolidayNotice
from .models.holidays import out_of_year, usually_working, weekday

FIRST_YEAR = 2024  # no agreement of this portal is older
# The package knows the days but not the papers they stand in.
PAPERS = {
    2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
}
SEED_SOURCE = "chinesecalendar 软件包"

DATE, KIND, NAME = "日期", "类型", "名称"
CELLS = {DATE: DateCell(), KIND: ChoiceCell([(False, "放假"), (True, "上班")]), NAME: TextCell()}
# 《全国年节及纪念日放假办法》: off in every year whatever the notice says; a file without them has lost lines.
ALWAYS_OFF = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]


@dataclass(frozen=True)
class Day:
    date: date
    is_working: bool
    name: str


@dataclass
class Draft:
    """What a file says: its exceptions from Monday to Friday, what is wrong, what to look at."""

    days: list[Day] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def summary(self):
        working = sum(day.is_working for day in self.days)
        return f"周一至周五放假{len(self.days) - working}天，周末上班{working}天"


def known_years():
    """{year: [Day]} of the package, from FIRST_YEAR on; only what differs from Monday to Friday."""
    years = {day.year: [] for day in holidays if day.year >= FIRST_YEAR}
    for days, is_working in ((holidays, False), (workdays, True)):
        for day, name in days.items():
            if day.year in years and is_working != usually_working(day):
                years[day.year].append(Day(day, is_working, Holiday(name).chinese))
    return years


@transaction.atomic
def seed():
    """Enter every year the package knows and the table does not. Returns the years entered."""
    known = known_years()
    there = set(HolidayNotice.objects.live().filter(region=None).values_list("year", flat=True))
    entered = sorted(set(known) - there)
    for year in entered:
        number, announced_on = PAPERS.get(year, ("", None))
        publish_notice(year, known[year], number=number, announced_on=announced_on, source=SEED_SOURCE)
    return entered


@transaction.atomic
def publish_notice(year, days, *, number, announced_on=None, source="", region=None, replace=False):
    """Enter a notice with its days. `replace`: the live one steps back and stays on record.

    Raises ValidationError with a sentence when the year has a notice already and `replace` is not given.
    """
    notice = HolidayNotice(year=year, region=region, number=number, announced_on=announced_on, source=source)
    if replace:
        for old in notice.same():
            old.replaced_at = timezone.now()
            old.save(update_fields=["replaced_at"])
    notice.full_clean(validate_constraints=False)  # `clean` has said it already, with the way out
    notice.save()
    CalendarDay.objects.bulk_create(
        CalendarDay(notice=notice, date=day.date, is_working=day.is_working, name=day.name) for day in days
    )
    return notice


def read_days(sheet, year, regional=False):
    """A Draft of a Sheet with the columns 日期, 类型, 名称. Refused when a column is missing.

    Weekend days inside a break may be listed, as notices do; they are read and, for the country, not entered.
    """
    if missing := [name for name in CELLS if name not in sheet.headers]:
        raise Refused(f"缺少“{'”“'.join(missing)}”列；第{sheet.header_line}行要有这三列：{'、'.join(CELLS)}")
    draft, lines = Draft(), {}
    for line, cells in sheet.rows:
        day = _day(dict(zip(sheet.headers, cells, strict=True)), line, draft.problems)
        if day is None:
            continue
        if why := _refusal(day, year, regional, lines.get(day.date)):
            draft.problems.append(f"第{line}行 {DATE}：{why}")
        lines.setdefault(day.date, line)
        if regional or day.is_working != usually_working(day.date):
            draft.days.append(day)
    if not regional:
        draft.notices += _likely_lost(year, lines)
    return draft


def _day(row, line, problems):
    values, before = {}, len(problems)
    for name, cell in CELLS.items():
        try:
            values[name] = cell.clean(row[name])
        except ValueError as wrong:
            problems.append(f"第{line}行 {name}：{wrong}")
    return Day(values[DATE], values[KIND], values[NAME]) if len(problems) == before else None


def _refusal(day, year, regional, first_line):
    if first_line:
        return f"{day.date} 与第{first_line}行重复，删去一行"
    if not regional and day.is_working and usually_working(day.date):
        return f"{day.date} 是{weekday(day.date)}，本来就上班，核对是否抄错日期"
    return out_of_year(day.date, year)


def _likely_lost(year, lines):
    lost = [date(year, *day) for day in ALWAYS_OFF if date(year, *day) not in lines]
    lost = [f"{day.month}月{day.day}日" for day in lost if usually_working(day)]
    return [f"提醒：没有列出法定节日{'、'.join(lost)}，核对是否漏行。"] if lost else []
