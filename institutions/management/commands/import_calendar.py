from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from institutions.cells import DateCell
from institutions.holidays import publish_notice, read_days
from institutions.intake import Refused, read_sheet
from institutions.models import Region
from institutions.models.holidays import YEARS


class Command(BaseCommand):
    help = "从 .csv 或 .xlsx 导入一年的放假安排，列名：日期、类型（放假或上班）、名称；有一行不对就全部不写入"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--notice", metavar="文号", required=True, help="例如 国办发明电〔2026〕7号")
        parser.add_argument("--year", metavar="年份", required=True)
        parser.add_argument("--announced", metavar="日期", help="发文日期，例如 2026-11-04")
        parser.add_argument("--region", metavar="区划代码", help="地方另行放假、上班的文件适用于哪里")
        parser.add_argument("--replace", action="store_true", help="替换已登记的通知；旧的留作历史")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")

    def handle(self, *, file, notice, year, announced, region, replace, dry_run, **options):
        year = self._year(year)
        announced = announced and self._day(announced)
        region = region and self._region(region)
        draft = self._draft(file, year, region)
        try:
            with transaction.atomic():
                made = publish_notice(
                    year, draft.days, number=notice, announced_on=announced, source=file.name, region=region,
                    replace=replace,
                )  # fmt: skip
                if dry_run:
                    transaction.set_rollback(True)
        except ValidationError as refused:
            raise CommandError(f"{'；'.join(refused.messages)}。") from refused
        self.stdout.write(
            f"{made}（{notice}）：{draft.summary}{'。只核对，没有写入' if dry_run else '，已写入'}。"
        )
        if not dry_run:
            self.stdout.write("随后运行 recompute_deadlines，更新未办结时限的到期日；每日办理也会更新。")

    def _draft(self, path, year, region):
        """What the file says; CommandError after every bad line has been named."""
        try:
            with path.open("rb") as stream:
                draft = read_days(read_sheet(File(stream, name=path.name)), year, regional=bool(region))
        except Refused as refused:
            raise CommandError(f"{path.name}：{refused}。") from refused
        except OSError as unreadable:
            raise CommandError(f"读不了文件 {path}：{unreadable.strerror}。") from unreadable
        for line in [*draft.notices, *draft.problems]:
            self.stderr.write(line)
        if draft.problems:
            raise CommandError(f"{len(draft.problems)}处有错误，没有写入任何一行。")
        return draft

    def _year(self, text):
        if not (str(text).isdecimal() and int(text) in YEARS):
            raise CommandError(f"年份“{text}”不对，写成四位数，例如 --year 2027。")
        return int(text)

    def _day(self, text):
        try:
            return DateCell().clean(text)
        except ValueError as wrong:
            raise CommandError(f"发文日期{wrong}。") from wrong

    def _region(self, code):
        try:
            return Region.objects.get(code=code)
        except Region.DoesNotExist as missing:
            raise CommandError(f"没有区划代码“{code}”，先在基础数据里登记统筹区。") from missing
