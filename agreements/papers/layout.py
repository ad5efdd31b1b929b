"""From the lines of a form and its values to what the templates draw."""

import re
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from agreements.edition_text import BLANK

_BLANK_IN_TEXT = re.compile(r"\{(?P<name>[a-z_]+)(?::(?P<printed>[^{}]*))?\}")
_COLUMN_GAP = re.compile(r" {6,}")
_LABELLED = "："
_WIDE = "\u3000"

# The width of a text line, and of the cover's title at its largest, in points.
LINE, LARGEST_TITLE, SMALLEST_TITLE = 444, 26, 18
# The cover: characters on one line of a blank, and how many wrapped lines leave room for wide spacing.
BLANK_WIDTH, WRAPS_WITH_EASE = 18, 4


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: words of the form, or (when `name` is set) a blank with what stands on it."""

    text: str
    name: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Row:
    """A labelled blank of the cover."""

    label: str
    pieces: tuple[Piece, ...]


def value_of(name, values):
    """The value as one line of text; "" for a blank that is left to the pen or has no value."""
    value = values.get(name)
    return "" if value is None or value is BLANK else " ".join(str(value).split())


def names_in(lines):
    """The blanks of these lines, each once, in their order."""
    return list(dict.fromkeys(found["name"] for line in lines for found in _BLANK_IN_TEXT.finditer(line)))


def pieces(line, values):
    """The line cut at its blanks. Values are never read as form text: a brace in one stays a brace."""
    cut, end = [], 0
    for found in _BLANK_IN_TEXT.finditer(line):
        if found.start() > end:
            cut.append(Piece(line[end : found.start()]))
        value = value_of(found["name"], values)
        cut.append(Piece(value or _room(found), found["name"], empty=not value))
        end = found.end()
    if line[end:]:
        cut.append(Piece(line[end:]))
    return tuple(cut)


def _room(found):
    """Space for handwriting: 12 characters for a name that the form underlines, 2 or 3 for a part of a date."""
    if "_" in (found["printed"] or ""):
        return _WIDE * 12
    return _WIDE * (3 if found["name"].endswith("year") else 2)


def party_blocks(cover_lines, values):
    """The labelled blanks of the cover: one block for each party, as blank lines part them."""
    runs = [tuple(run) for filled, run in groupby(cover_lines, key=bool) if filled]
    blocks = [tuple(_row(line, values) for line in run if _LABELLED in line) for run in runs]
    return [block for block in blocks if block]


def is_crowded(blocks):
    """Whether long values wrap so often that the cover must be set closer to stay one page."""
    written = ("".join(piece.text for piece in row.pieces) for block in blocks for row in block)
    return sum(max(0, ceil(_ems(text) / BLANK_WIDTH) - 1) for text in written) > WRAPS_WITH_EASE


def _ems(text):
    """About how wide: a Latin letter or digit takes a little more than half of a Chinese character."""
    return sum(0.6 if char.isascii() else 1 for char in text)


def label_width(blocks):
    """Characters of the longest label, so that all blanks of the cover begin on one line."""
    return max((len(row.label) for block in blocks for row in block), default=0)


def plain_lines(cover_lines):
    """What the cover says without a blank: who issues the form."""
    return [line for line in cover_lines if line and _LABELLED not in line]


def _row(line, values):
    label, colon, rest = line.partition(_LABELLED)
    return Row(four_wide(label) + colon, pieces(rest, values))


def columns(line, values):
    """The halves of a line of the signature page, which the official text sets apart by many spaces."""
    marked = _BLANK_IN_TEXT.sub(lambda found: found[0].replace(" ", "\0"), line)
    halves = [half.replace("\0", " ") for half in _COLUMN_GAP.split(marked)]
    return tuple(pieces(half, values) for half in halves)


def four_wide(label):
    """A two-character label spread by spaces (地    址) is as wide as its four-character neighbours."""
    return re.sub(r" {2,}", _WIDE * 2, label)


def heading(text):
    """第一章    总   则 with one wide space for each run of spaces."""
    return re.sub(r" +", _WIDE, text)


def title_size(title):
    """Points: as large as lets the title stay on one line."""
    return min(LARGEST_TITLE, max(SMALLEST_TITLE, LINE // len(title)))
