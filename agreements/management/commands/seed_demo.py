import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import localdate

from agreements.demo.agreements import build_agreements
from agreements.demo.parties import build_parties
from agreements.demo.printers import printers
from agreements.models import Agreement, Edition
from agreements.papers.refusals import PaperRefused
from institutions.models import Agency, Institution, User

OCCUPIED = "这个库里已有数据，不建立演示数据。要演示，换一个空库（DATABASE_URL、PORTAL_DATA）再运行"


class Command(BaseCommand):
    help = "建立演示数据：机构、人员和各种状态的协议，全部经由正常的办理步骤"

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="已有数据时什么也不做")
        parser.add_argument(
            "--processes", type=int, default=min(os.cpu_count() or 1, 4), help="同时排版的进程数"
        )

    def handle(self, *args, if_empty, processes, **options):
        if settings.PRODUCTION:
            raise CommandError("这是正式环境，不能建立演示数据")
        if any(model.objects.exists() for model in (Agreement, Institution, Agency, User)):
            if if_empty:
                return
            raise CommandError(OCCUPIED)
        if not Edition.objects.exists():
            raise CommandError("还没有载入协议文本。先运行 manage.py load_editions")
        try:
            agreements = self._built(processes)
        except PaperRefused as why:
            raise CommandError(f"演示数据没有建立：{why}") from why
        for agreement in agreements:
            self.stdout.write(
                f"{agreement.number}  {agreement.institution}  {agreement.get_status_display()}"
            )

    def _built(self, processes):
        # All or nothing: a run that is broken off leaves an empty database, and the next one begins anew.
        with printers(processes) as pool, transaction.atomic():
            build_parties(localdate())
            agreements = build_agreements(pool=pool)
        return agreements.with_parties().order_by("number")
