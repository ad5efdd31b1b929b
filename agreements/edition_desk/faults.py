"""What stands against the publication of an edition: each check a function that gives sentences with their place."""

from dataclasses import dataclass
from itertools import chain

from . import breach_faults, term_faults, text_faults
from .sources import LABELS
from .words import VALUES

RESERVED = ("drafts", "new", "compare")  # words of the addresses
_PLAIN = set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@dataclass(frozen=True)
class Fault:
    """`part`: which page mends it; `key`: which row of that page."""

    sentence: str
    part: str
    key: str = ""


CHECKS = [*text_faults.CHECKS, *term_faults.CHECKS, *breach_faults.CHECKS]


def faults_in(reading, region, published):
    """All faults of a Reading, in the order of its files.

    `region`: whose draft it is; `published`: {version: region} of the editions of the same code.
    """
    found = chain(
        _unreadable(reading), _facts(reading, region, published), *(check(reading) for check in CHECKS)
    )
    return [Fault(*one) for one in found]


def _unreadable(reading):
    for column, sentence in reading.why.items():
        if column == "text" and text_faults.misnumbered(reading.sources["text"]):
            continue  # said by place, and all of them
        if column == "terms_source" and (unfilled := list(term_faults.unfilled(reading.sources[column]))):
            yield from unfilled
            continue
        yield f"{LABELS[column]}读不出来：{sentence}", column


def _facts(reading, region, published):
    facts = reading.facts
    if facts is None:
        return
    if not _is_plain(facts["code"]) or not _is_plain(facts["version"]):
        yield "版本代码和修订号只用小写字母、数字、点和连字符，例如 dianhai-2026", "manifest"
    if facts["code"] in RESERVED:
        yield f"版本代码不能叫“{facts['code']}”，换一个", "manifest"
    if facts["region"] != region.code:
        yield f"区划代码是 {facts['region']}，应为本地区的 {region.code}", "manifest"
    if others := sorted({str(other) for other in published.values() if other != region}):
        yield f"版本代码 {facts['code']} 是{'、'.join(others)}的，本地区的换一个", "manifest"
    grades = facts.get("grades", [])
    if not isinstance(grades, list) or set(map(str, grades)) - set(VALUES["grades"]):
        yield f'适用的等级（grades）只写 {"、".join(VALUES["grades"])}，例如 grades = ["2", "3"]', "manifest"
    if facts["version"] in published:
        yield (
            f"{facts['code']} 的修订号 {facts['version']} 已经发布，发布后不能改动。换一个修订号",
            "manifest",
        )
    if reading.form and facts["title"] != reading.form.title:
        yield f"名称“{facts['title']}”与文本的标题“{reading.form.title}”不一致", "manifest"


def _is_plain(word):
    return set(word) <= _PLAIN and not word.startswith((".", "-"))
