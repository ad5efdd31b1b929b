"""What goes along when one table is taken away: what leans on it, and what names it."""

from dataclasses import dataclass

from .rows import row_of
from .toml_writing import opened, remove
from .typed import REFERRING


@dataclass(frozen=True)
class Removal:
    """`gone`: the rows that go along; `cleared`: what else no longer names it; `source`: the file without all that."""

    gone: tuple
    cleared: tuple[str, ...]
    source: str


def removal(row, source, name):
    """The Removal of a row that stands in this source."""
    document = opened(source, name)
    if row.part == "terms":
        gone = [row_of("deadlines", str(clock["id"])) for clock in _clocks_on(document, row.key)]
    elif row.part == "measures":
        items = document.get("item", [])
        gone = [row_of("items", str(one["code"])) for one in items if str(one.get("article")) == row.key]
    else:
        gone = []
    for one in (*gone, row):
        remove(document, one.path)
    cleared = [*_cleared_overlaps(document, {one.key for one in (*gone, row) if one.part == "items"})]
    if row.part == "measures":
        cleared += _cleared(
            document.get("measure", []), "escalated_from", {int(row.key)}, "第{article}条的升级"
        )
    return Removal(tuple(gone), tuple(cleared), document.as_string())


def _clocks_on(document, key):
    """The clocks of which some number is one of this table."""
    for clock in document.get("deadline", []):
        if any(str(clock.get(name, "")).startswith(f"{key}.") for name in REFERRING):
            yield clock


def _cleared_overlaps(document, codes):
    return _cleared(document.get("item", []), "overlaps", codes, "违约情形 {code} 的“可能重叠”")


def _cleared(rows, key, names, words):
    """Take the names out of a list of each row; says of which rows."""
    said = []
    for row in rows:
        named = row.get(key, [])
        if left := [one for one in named if one in names]:
            said.append(words.format_map(row))
            kept = [one for one in named if one not in left]
            if kept:
                row[key] = kept
            else:
                del row[key]
    return said
