from pathlib import Path

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from institutions.intake import Refused, read_sheet
from institutions.models import User
from institutions.resources import import_sheet


class Command(BaseCommand):
    help = "从 .xlsx 或 .csv 导入定点医疗机构：新的登记，有变化的生成新版本；有一行不对就全部不写入"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="xlsx 或 csv 文件，列名见样表")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--by", metavar="登录名", help="登记人；不给则不记登记人")

    def handle(self, *, file, dry_run, by, **options):
        report = import_sheet(self._sheet(file), by=self._person(by), dry_run=dry_run)
        for notice in report.notices:
            self.stdout.write(notice)
        for problem in report.problems:
            self.stderr.write(str(problem))
        if report.problems:
            raise CommandError(f"{report.summary}。有错误，没有写入任何一行。", returncode=1)
        self.stdout.write(f"{report.summary}{'。只核对，没有写入' if dry_run else ''}。")

    def _sheet(self, path):
        try:
            with path.open("rb") as stream:
                return read_sheet(File(stream, name=path.name))
        except Refused as refused:
            raise CommandError(f"{path.name}：{refused}。") from refused
        except OSError as unreadable:
            raise CommandError(f"读不了文件 {path}：{unreadable.strerror}。") from unreadable

    def _person(self, username):
        if username is None:
            return None
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist as missing:
            raise CommandError(f"没有登录名为“{username}”的人员。") from missing
