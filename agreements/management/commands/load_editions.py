from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agreements.edition_desk.sources import FILES, digest_of, facts_of, read_whole, sources_of
from agreements.models import Edition


class Command(BaseCommand):
    help = "载入 editions/ 下的协议文本版本；已载入的不变，改动过而修订号未变的拒绝"

    @transaction.atomic
    def handle(self, *args, **options):
        for folder in sorted(path for path in settings.EDITIONS_DIR.iterdir() if path.is_dir()):
            state = load_edition(folder)
            if options["verbosity"]:
                self.stdout.write(f"{folder.name}：{state}")


def load_edition(folder):
    """Load one folder as a row. Returns what happened; CommandError when it cannot or may not be loaded."""
    try:
        sources = sources_of(_files(folder))
        facts = facts_of(sources["manifest"])
        if known := Edition.objects.filter(code=facts["code"], version=facts["version"]).first():
            if known.sha256 == digest_of(sources):
                return "没有变化"
            raise CommandError(
                f"{folder.name}：修订号 {facts['version']} 已经发布，发布后的文本不能改动。"
                "要更正，在 edition.toml 里把 version 加一，作为新修订载入"
            )
        form = read_whole(sources)
    except ValueError as wrong:  # BadSources, BadText, BadTerms, not UTF-8
        raise CommandError(f"{folder.name}：{wrong}") from wrong
    Edition.objects.publish(sources)
    return f"已载入，{len(form.articles)}条"


def _files(folder):
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES if (folder / name).is_file()}
