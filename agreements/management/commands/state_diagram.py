from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agreements.diagram import as_mermaid
from agreements.models import (
    AgencySeal,
    Agreement,
    Amendment,
    ChangeRequest,
    EditionCase,
    FeeClaim,
    Paper,
    PolicySupplement,
    Proposal,
    RenewalRequest,
    Status,
)

PATH = settings.BASE_DIR / "docs" / "states.md"
INTRODUCTION = (
    "本页由 `manage.py state_diagram` 按代码生成；箭头上是事项和所依据的条款，不改变状态的事项不画。"
)


class Command(BaseCommand):
    help = "把状态图写入 docs/states.md；--check 只核对是否与代码一致"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="不写文件，不一致时以 1 退出")

    def handle(self, *args, check, **options):
        wanted = page()
        if not check:
            PATH.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"已写入 {PATH.relative_to(settings.BASE_DIR)}")
        elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != wanted:
            raise CommandError("docs/states.md 与代码不一致。运行 manage.py state_diagram 重新生成")


def page():
    """The document: one diagram for each kind of record that has states."""
    parts = ["# 状态图", INTRODUCTION]
    others = (
        Proposal, Paper, RenewalRequest, ChangeRequest, FeeClaim, AgencySeal, EditionCase, PolicySupplement, Amendment,
    )  # fmt: skip
    kinds = [(Agreement, Status), *((model, model.Status) for model in others)]
    for model, statuses in kinds:
        parts += [f"## {model.kind_name}", f"```mermaid\n{as_mermaid(model, statuses)}```"]
    return "\n\n".join(parts) + "\n"
