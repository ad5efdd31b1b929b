"""Print many papers from the command line: the same batches, worked off by processes of its own."""

import sys
from pathlib import Path
from subprocess import Popen
from time import sleep

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from agreements.batches import actions, outputs, work
from agreements.batches.figures import figures_of
from agreements.batches.selection import chosen
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import PrintBatch, PrintItem
from agreements.models.printed_form import PaperDamaged
from institutions.models import Agency, User

Status, Output = PrintBatch.Status, PrintBatch.Output
LOOK_SECONDS = 1


class Command(BaseCommand):
    help = "批量打印：按条件选出协议，印出文书，写到文件夹；中断后用 --resume 从断处继续"

    def add_arguments(self, parser):
        parser.add_argument("--query", default="", help='条件，如 "expiring=2026-12-31&region=630105"')
        parser.add_argument("--out", required=True, type=Path, help="写到哪个文件夹")
        parser.add_argument("--workers", type=int, default=2, help="几个进程同时打印，默认 2")
        parser.add_argument(
            "--output", choices=Output.values, default=Output.FILES, help="成品，默认逐份文件"
        )
        parser.add_argument(
            "--purpose", choices=PrintBatch.Purpose.values, default=PrintBatch.Purpose.SIGNED_COPY
        )
        parser.add_argument("--agency", help="经办机构代码；只有一家经办机构时可以不写")
        parser.add_argument("--by", help="以谁的名义（用户名），只印其可以印的；不写为系统")
        parser.add_argument("--resume", metavar="批次编号", help="继续一个没有办完的批次，没有印出的重试")

    def handle(self, *args, out, workers, resume, **options):
        if workers < 1:
            raise CommandError("--workers 至少为 1")
        try:
            batch = self._resumed(resume) if resume else self._asked(**options)
            self.stdout.write(f"{batch}：{batch.query_text}，{figures_of(batch).total}份")
            self._printed(batch, workers)
            self._bound(batch, out)
        except (RuleBroken, PermissionDenied) as why:
            raise CommandError(str(why)) from why
        self._told(batch, out)

    # ── which batch ──

    def _asked(self, query, purpose, output, agency, by, **rest):
        person = self._person(by)
        agency = person.agency if person else self._agency(agency)
        if unknown := chosen(query, person, agency).unknown:
            raise CommandError(f"条件里有不认识的项：{'、'.join(unknown)}")
        return actions.ask(
            query, by=person or SYSTEM, agency=agency, purpose=purpose, output=output, begin=False
        )

    def _resumed(self, number):
        batch = PrintBatch.objects.filter(number=number).first()
        if batch is None:
            raise CommandError(f"没有批次 {number}")
        again = {
            Status.PAUSED: "resume",
            Status.PARTIAL: "retry",
            Status.RUNNING: "take_up",
            Status.BINDING: "take_up",
        }
        if batch.status == Status.WAITING:
            return batch
        if batch.status not in again:
            raise CommandError(f"{batch} {batch.get_status_display()}，不能继续")
        return perform(getattr(batch, again[batch.status]), by=SYSTEM)

    def _person(self, username):
        if not username:
            return None
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None or not person.agency_id:
            raise CommandError(f"没有经办机构的用户 {username}")
        return person

    def _agency(self, code):
        found = (
            Agency.objects.filter(code=code)
            if code
            else Agency.objects.filter(agreements__isnull=False).distinct()
        )
        if len(found) != 1:
            raise CommandError(f"没有经办机构 {code}" if code else "有多家经办机构，用 --agency 写明是哪一家")
        return found[0]

    # ── the work ──

    def _printed(self, batch, workers):
        """Processes of its own print; this one watches. It is their parent and not a worker: a kill of one shows."""
        if not work.begin(batch, batch.attempt):
            batch.refresh_from_db()
            raise CommandError(batch.message)
        program = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "print_lane",
            str(batch.pk),
            str(batch.attempt),
        ]
        lanes = [Popen(program) for _ in range(workers)]
        try:
            while any(lane.poll() is None for lane in lanes):
                sleep(LOOK_SECONDS)
                self._progress(batch)
        except KeyboardInterrupt:
            perform(batch.pause, by=SYSTEM)
            raise CommandError(f"已暂停，继续：print_batch --resume {batch} --out …") from None
        finally:
            for lane in lanes:
                lane.wait()
        self._progress(batch)

    def _progress(self, batch):
        batch.refresh_from_db()
        how = figures_of(batch)
        words = [
            f"{how.settled}/{how.total}",
            how.rate_in_words,
            how.left_in_words and f"约{how.left_in_words}后印完",
        ]
        self.stdout.write("  ".join(filter(None, words)))

    def _bound(self, batch, out):
        if not work.settled(batch, batch.attempt):
            batch.refresh_from_db()
            raise CommandError(f"{batch} {batch.get_status_display()}，没有印完；继续：--resume {batch}")
        out.mkdir(parents=True, exist_ok=True)
        trouble = ""
        try:
            self._written(batch, out, outputs.beat_of(batch, batch.attempt))
        except PaperDamaged as why:
            trouble = f"成品没有做成：{why}"
        except outputs.Replaced as why:
            raise CommandError(f"{batch} 已由另一次运行接手") from why
        work.finish(batch, batch.attempt, trouble=trouble)
        if trouble:
            raise CommandError(f"{trouble}；处理后：print_batch --resume {batch} --out {out}")

    def _written(self, batch, out, beat):
        if batch.output == Output.FILES:
            outputs.folder(batch, out, beat)
            return
        with (out / f"{batch.number}.{outputs.EXTENSIONS[batch.output]}").open("wb") as file:
            outputs.WRITERS[batch.output](batch, file, beat)

    def _told(self, batch, out):
        failed = batch.items.filter(state=PrintItem.State.FAILED).select_related("agreement")
        for item in failed:
            self.stderr.write(f"{item.agreement.number} 没有印出：{item.reason}")
        done = batch.items.filter(state=PrintItem.State.DONE).count()
        self.stdout.write(f"印出{done}份，没有印出{len(failed)}份，在 {out}")
        if failed:
            raise CommandError(f"有没有印出的，处理后：print_batch --resume {batch} --out {out}")
