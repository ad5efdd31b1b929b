from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from agreements.clocks.deadlines import EXACT, UNITS, NoDueDate, add_months, day_of, days_left, due
from agreements.models import Edition
from institutions.cells import DateCell
from institutions.models import Region
from institutions.workdays import calendar_for


class Command(BaseCommand):
    help = "按协议的时限推算到期日：manage.py due T-06 2026-04-20"

    def add_arguments(self, parser):
        parser.add_argument("rule", metavar="RULE", help="时限编号，例如 T-06")
        parser.add_argument(
            "start", metavar="START", help='起算日；按小时计的写到分，例如 "2026-04-20 10:30"'
        )
        parser.add_argument("--edition", metavar="CODE", help="协议文本版本，默认最近载入的")
        parser.add_argument("--region", metavar="CODE", help="统筹区代码，默认文本版本的适用地区")
        parser.add_argument("--pause", metavar="N", default="0", help="顺延的单位数；按月的时限为日数")
        parser.add_argument("--length", metavar="N", help="由要求写明长度的时限（如 T-39）：多少个单位")
        parser.add_argument("--until-now", metavar="DATE", help="另给出这一天距到期还有多少日")

    def handle(self, *, rule, start, edition, region, pause, length, until_now, **options):
        edition = self._edition(edition)
        term = self._term(edition, rule)
        calendar = calendar_for(self._region(region) if region else edition.region)
        pauses, length = [self._count(pause)], length and self._count(length)
        try:
            found = due(term, self._start(start), calendar, pauses, length)
        except NoDueDate as none:
            hint = "；请用 --length 写明" if term.length is None else ""
            raise CommandError(f"{none}{hint}。") from none
        except (OverflowError, ValueError) as beyond:
            raise CommandError(f"“{start}”加上期限后超出了能计算的年份。") from beyond
        self._answer(term, found, start)
        if until_now:
            self._say_left(found, days_left(found, day_of(self._start(until_now)), calendar))

    def _answer(self, term, found, start):
        self.stdout.write(f"{found.moment:%Y-%m-%d %H:%M}" if found.unit in EXACT else str(found.day))
        for year in found.unknown_years:
            self.stdout.write(f"预计：{year}年放假安排未公布")
        if term.shortest is not None:
            self.stdout.write(f"最短：{add_months(day_of(self._start(start)), term.shortest)}")

    def _say_left(self, found, left):
        unit = UNITS["working_day" if found.unit == "working_day" else "day"]
        self.stdout.write(f"还有{left}{unit}" if left >= 0 else f"已逾期{-left}{unit}")

    def _edition(self, code):
        editions = Edition.objects.filter(code=code) if code else Edition.objects.all()
        if (edition := editions.newest()) is None:
            known = "、".join(sorted(set(Edition.objects.values_list("code", flat=True))))
            raise CommandError(
                f"没有代码为“{code}”的协议文本版本，现有：{known}。"
                if known
                else "还没有载入协议文本，先运行 manage.py load_editions。"
            )
        return edition

    def _term(self, edition, rule):
        deadlines = edition.terms.deadlines
        if rule not in deadlines:
            raise CommandError(f"{edition}没有编号为“{rule}”的时限，现有：{'、'.join(deadlines)}。")
        return deadlines[rule]

    def _region(self, code):
        try:
            return Region.objects.get(code=code)
        except Region.DoesNotExist as missing:
            raise CommandError(f"没有区划代码“{code}”。") from missing

    def _start(self, text):
        """A datetime where a time of day is given, else a date."""
        try:
            moment = parse_datetime(text) if ":" in text else None
            return moment or DateCell().clean(text)
        except ValueError as wrong:
            reason = wrong if ":" not in text else f"没有“{text}”这个时刻"
            raise CommandError(f"{reason}；时刻写成 2026-04-20 10:30 的样子。") from wrong

    def _count(self, text):
        if not (str(text).isascii() and str(text).isdecimal() and len(str(text)) < 6):
            raise CommandError(f"“{text}”不是0或正整数。")
        return int(text)
