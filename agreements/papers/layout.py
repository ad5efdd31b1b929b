"""From the lines of a form and its values to what the templates draw."""

import re
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from unicodedata import normalize

from agreements.edition_text import BLANK, FOR_THE_PEN

from . import boxes

_BLANK_IN_TEXT = re.compile(r"\{(?P<name>[a-z_]+)(?::(?P<printed>[^{}]*))?\}")
_COLUMN_GAP = re.compile(r" {6,}")
_SECOND_CODES = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
# The label of a line of the cover, its colon, and what follows.
_LABELLED = re.compile(r"([^{}：:]*)([：:])(.*)")
_WIDE = "\u3000"


# The width of a text line, and of the cover's title at its largest, in points.
LINE, LARGEST_TITLE, SMALLEST_TITLE = 444, 26, 18
# The cover: the size of its words, the padding of its blanks, how many wraps of free words and how many
# lines leave room for ease.
COVER_SIZE, COVER_PADDING, WRAPS_WITH_EASE, ROWS_WITH_EASE = 13, 10.5, 4, 14

# A letter of commitment at its usual size: characters a line and a line to sign, points a line of either and in all.
LETTER_LINE, LETTER_HALF_LINE, LETTER_LEADING, LETTER_SIGNING, LETTER_ROOM = 27, 13, 30.4, 39.7, 470


@dataclass(frozen=True)
class Marks:
    """Stands for the words of a blank while a form is published: `mark` on every line of the box's setting `turn`.

    A kind of box with fewer settings stays at its last one.
    """

    mark: str
    turn: int

    def words(self, kind):
        if not kind.settings:
            return boxes.Words(boxes.FREE, ())
        setting = kind.settings[min(self.turn, len(kind.settings) - 1)]
        return boxes.Words(setting.name, (self.mark,) * setting.lines)


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: words of the form, or (when `name` is set) a blank with what stands on it.

    `box`: the kind of box, `setting`: how the `lines` are set in it; `marked`: shown to the program that publishes.
    """

    text: str
    name: str = ""
    box: str = ""
    setting: str = ""
    lines: tuple[str, ...] = ()
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """A labelled blank of the cover."""

    label: str
    pieces: tuple[Piece, ...]


def value_of(name, values):
    """The value as one line of text; "" for a blank that is left to the pen or has no value.

    What scanning programs write under a second code (the radical ⼀ for 一) is set under its first: both have one glyph, and
    a file can tell of one character only what a glyph says, so that every 一 of the paper would be copied as a radical.
    """
    value = values.get(name)
    if value is None or value is BLANK:
        return ""
    return _SECOND_CODES.sub(lambda found: normalize("NFKC", found[0]), " ".join(str(value).split()))


def names_in(lines):
    """The blanks of these lines, each once, in their order."""
    return list(dict.fromkeys(found["name"] for line in lines for found in _BLANK_IN_TEXT.finditer(line)))


def pieces(line, values, kind=None, width=None):
    """The line cut at its blanks. Values are never read as form text: a brace in one stays a brace.

    `kind`: of all its blanks, where their names do not say it; `width`: of their boxes, in points. A blank for the pen
    within a text stays as the official text prints it.
    """
    cut, end = [], 0
    for found in _BLANK_IN_TEXT.finditer(line):
        if found.start() > end:
            cut.append(Piece(line[end : found.start()]))
        name, rule = found["name"], found["printed"]
        left = kind is not boxes.COVER and rule and name.startswith(FOR_THE_PEN)
        cut.append(Piece(rule) if left else blank(name, values.get(name), kind or kind_of(name), width))
        end = found.end()
    if line[end:]:
        cut.append(Piece(line[end:]))
    return tuple(cut)


def blank(name, value, kind, width=None):
    """The Piece for a blank with this value: a str, BLANK or None for nothing, or Marks."""
    if isinstance(value, Marks):
        words = value.words(kind)
        return Piece("", name, kind.name, words.setting, words.lines, marked=True)
    text = value_of(name, {name: value})
    words = boxes.set_in(kind, text, width)
    return Piece(text, name, kind.name, words.setting, words.lines)


def kind_of(name):
    """The kind of box of a blank outside the cover, by what its name says."""
    ends = {
        "_year": boxes.YEAR,
        "_month": boxes.DAY,
        "_day": boxes.DAY,
        "_short": boxes.DAY,
        "_seal": boxes.SEAL,
    }
    ends["_signature"] = boxes.PEN
    return next((kind for end, kind in ends.items() if name.endswith(end)), boxes.TEXT)


def party_blocks(cover_lines, values):
    """The labelled blanks of the cover: one block for each party, as blank lines part them."""
    runs = [tuple(run) for filled, run in groupby(cover_lines, key=bool) if filled]
    blocks = [[found.groups() for line in run if (found := _LABELLED.fullmatch(line))] for run in runs]
    width = cover_width(cover_lines)
    return [
        tuple(
            Row(four_wide(label) + colon, pieces(rest, values, boxes.COVER, width))
            for label, colon, rest in block
        )
        for block in blocks
        if block
    ]


def cover_width(cover_lines):
    """Points for the words of a blank on the cover."""
    return LINE - (label_width(cover_lines) + 0.1) * COVER_SIZE - COVER_PADDING


def is_crowded(blocks):
    """Whether the cover must be set closer to stay one page: it has many rows, or words that fit no box wrap often."""
    rows = [row for block in blocks for row in block]
    lines = len(rows) + sum(1 for row in rows if any(piece.text and not piece.name for piece in row.pieces))
    if lines > ROWS_WITH_EASE:
        return True
    free = [
        piece.text for block in blocks for row in block for piece in row.pieces if piece.setting == boxes.FREE
    ]
    return sum(max(0, ceil(_ems(text) / 18) - 1) for text in free) > WRAPS_WITH_EASE


def _ems(text):
    """About how wide: a Latin letter or digit takes a little more than half of a Chinese character."""
    return sum(0.6 if char.isascii() else 1 for char in text)


def label_width(cover_lines):
    """Characters of the longest label, so that all blanks of the cover begin on one line."""
    labels = [found[1] for line in cover_lines if (found := _LABELLED.fullmatch(line))]
    return max((len(four_wide(label)) + 1 for label in labels), default=0)


def plain_lines(cover_lines, values):
    """What the cover says without a label: who issues the form, or a party whose name stands alone."""
    return [pieces(line, values) for line in cover_lines if line and not _LABELLED.fullmatch(line)]


def columns(line, values):
    """The halves of a line of the signature page, which the official text sets apart by many spaces."""
    marked = _BLANK_IN_TEXT.sub(lambda found: found[0].replace(" ", "\0"), line)
    halves = [half.replace("\0", " ") for half in _COLUMN_GAP.split(marked)]
    return tuple(pieces(half, values) for half in halves)


def signing_line(line, values):
    """A line to be signed by pen: a blank that nobody fills keeps the rule that the form prints in it."""

    def filled(found):
        return value_of(found["name"], values) or found["printed"] or ""

    return _BLANK_IN_TEXT.sub(filled, four_wide(line))


def letter_setting(paragraphs, closing):
    """The classes of a letter: `close` where it would not stay on one page, `wide` where a line to sign is long."""
    lines = sum(ceil((len(line) + 2) / LETTER_LINE) for line in paragraphs)
    close = lines * LETTER_LEADING + len(closing) * LETTER_SIGNING > LETTER_ROOM
    wide = max(map(len, closing), default=0) > LETTER_HALF_LINE
    return " ".join(name for name, holds in (("close", close), ("wide", wide)) if holds)


def four_wide(label):
    """A two-character label spread by spaces (地    址) is as wide as its four-character neighbours."""
    return re.sub(r" {2,}", _WIDE * 2, label)


def heading(text):
    """第一章    总   则 with one wide space for each run of spaces."""
    return re.sub(r" +", _WIDE, text)


def title_size(title):
    """Points: as large as lets the title stay on one line."""
    return min(LARGEST_TITLE, max(SMALLEST_TITLE, LINE // len(title)))
