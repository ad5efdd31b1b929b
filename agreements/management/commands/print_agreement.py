from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from agreements.papers.printing import current_pdf
from agreements.papers.refusals import PaperRefused


class Command(BaseCommand):
    help = "把一份协议的现行文书写成 PDF；未定稿的带草稿水印"

    def add_arguments(self, parser):
        parser.add_argument("number", help="协议编号")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个文件")

    def handle(self, *args, number, out, **options):
        agreement = Agreement.objects.filter(number=number).first()
        if agreement is None:
            raise CommandError(f"没有编号为 {number} 的协议，核对编号")
        try:
            content = current_pdf(agreement)
        except PaperRefused as why:
            raise CommandError(f"{number} 没有印出：{why}") from why
        out.write_bytes(content)
        self.stdout.write(f"{out}：{len(content) // 1024} KB")
