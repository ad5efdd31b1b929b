"""Beginning from nothing: the tables that every edition has, still to be filled in, and an empty catalogue."""

import tomllib

from ..tables import BadTerms, parsed
from .rows import ARRAYS, KINDS, rows_in
from .sources import NAMES
from .words import TABLES

TERMS = """\
# 文本里的每一个数，按事项分表；article 写条号。
# 文本只有时间词或没有说的项，同时列在 defaults 里：取的是通行做法。
# 文本里没有的事项不设表，门户就不办。
"""
BREACHES = "# 违约情形目录：text 是文本原文，label 是列表里的简称。\n"
REQUIRED = [name for name, (_, _, required) in KINDS.items() if required]


def blank(column):
    """The source of a file that says nothing yet: "terms_source" or "breaches_source"."""
    if column == "breaches_source":
        return BREACHES
    return TERMS + "".join(f"\n[{name}]\n" for name in REQUIRED)


def is_blank(column, source):
    """Whether nothing has been written into it."""
    try:
        return tomllib.loads(source) == tomllib.loads(blank(column))
    except tomllib.TOMLDecodeError:
        return False


def going(column, source):
    """[(what becomes of it, [what it is called])] of all that a blank beginning takes away."""
    try:
        raw = parsed(source, NAMES[column])
    except BadTerms:
        return [("读不出来的全文", [NAMES[column]])]
    if column == "breaches_source":
        return [("删去", _counted(raw, "items") + _counted(raw, "measures"))]
    found = list(rows_in(raw))
    return [
        ("清空，等着填写（每份文本都要有）", [TABLES[name] for name in REQUIRED]),
        ("删去", [row.label for row in found if not row.required] + _counted(raw, "deadlines")),
    ]


def _counted(raw, part):
    """["时限 41 个"] of a kind of rows, [] where there are none."""
    _, array, *_, name = ARRAYS[part]
    count = len(raw.get(array, []))
    return [f"{name} {count} 个"] if count else []
