import hashlib
import tomllib

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agreements.breaches import read_breaches
from agreements.edition_text import BadText, read_text
from agreements.models import Edition
from agreements.tables import BadTerms
from agreements.terms import read_terms
from institutions.models import Region

FILES = ["edition.toml", "text.txt", "commitment.txt", "terms.toml", "breaches.toml"]


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
    sources = _sources(folder)
    facts = tomllib.loads(sources["edition.toml"])
    digest = hashlib.sha256("\0".join(sources[name] for name in FILES).encode()).hexdigest()
    if known := Edition.objects.filter(code=facts["code"], version=facts["version"]).first():
        if known.sha256 == digest:
            return "没有变化"
        raise CommandError(
            f"{folder.name}：修订号 {facts['version']} 已经发布，发布后的文本不能改动。"
            "要更正，在 edition.toml 里把 version 加一，作为新修订载入"
        )
    form = _checked(folder, sources)
    region, _ = Region.objects.get_or_create(code=facts["region"], defaults={"name": facts["region_name"]})
    Edition.objects.create(
        code=facts["code"], version=facts["version"], title=facts["title"], subtitle=facts["subtitle"],
        issuer=facts["issuer"], region=region, complete=form.complete, manifest=sources["edition.toml"],
        text=sources["text.txt"], commitment=sources["commitment.txt"], terms_source=sources["terms.toml"],
        breaches_source=sources["breaches.toml"], sha256=digest,
    )  # fmt: skip
    return f"已载入，{len(form.articles)}条"


def _sources(folder):
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise CommandError(f"{folder.name}：缺少文件 {'、'.join(missing)}")
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


def _checked(folder, sources):
    try:
        read_terms(sources["terms.toml"])
        read_breaches(sources["breaches.toml"])
        if sources["commitment.txt"].strip():  # some texts come without a letter of commitment
            read_text(sources["commitment.txt"])
        return read_text(sources["text.txt"])
    except (BadText, BadTerms) as wrong:
        raise CommandError(f"{folder.name}：{wrong}") from wrong
