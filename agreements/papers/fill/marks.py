"""Finding the blanks of a form in the pages that the press made of it."""

import re
from dataclasses import dataclass

from .. import boxes, layout
from ..press import press_with_places
from ..qr import qr_data_uri
from ..render import agreement_html
from ..shaping import shaped

STAMP = boxes.STAMP.name
_SIGNS = "■◆●▲★"
_SET_FONT = rb"/\w+ [\d.]+ Tf\n"
_SHOW = rb"1 0 0 -1 (?P<x>[\d.]+) (?P<y>[\d.]+) Tm\n(?:" + _SET_FONT + rb")?\[<%s>0?\] TJ\n"


@dataclass(frozen=True)
class Mark:
    """A mark in a page's content: whose blank, from where to where, its place in px, the font that was set then."""

    slot: str
    start: int
    end: int
    x: float
    y: float
    set_font: bytes

    @property
    def size(self):
        return float(self.set_font.split()[1])


@dataclass(frozen=True)
class _Stamp:
    """Stands for the Stamp of a paper."""

    mark: str
    number: str = ""
    square: str = qr_data_uri("https://example.org/")

    @property
    def blank(self):
        return layout.Piece("", STAMP, STAMP, boxes.STAMP.settings[0].name, (self.mark,), marked=True)


def lay_out(text, turn):
    """The form printed with marks in its blanks: (PDF, places of each page, the glyph of the mark as in its content).

    `turn`: which setting of the boxes, from 0.
    """
    sign = next(sign for sign in _SIGNS if sign not in text.source)
    values = dict.fromkeys(text.placeholders, layout.Marks(sign, turn))
    pdf, places = press_with_places(agreement_html(text, values, _Stamp(sign)))
    return pdf, places, b"%04x" % shaped(sign).glyphs[0][0]


def marks_in(content, glyph, places):
    """All Marks of a page's content, in its order."""
    found = []
    for match in re.finditer(_SHOW % glyph, content):
        x, y = float(match["x"]), float(match["y"])
        set_font = re.findall(_SET_FONT, content[: match.end()])[-1]
        found.append(Mark(_slot_at(x, y, places), match.start(), match.end(), x, y, set_font))
    return found


def _slot_at(x, y, places):
    """The lowest blank that begins above; its further lines may hang out of it."""
    above = [
        (top, name)
        for name, (left, top, right, _) in places.items()
        if left - 1 <= x <= right + 1 and top - 1 <= y
    ]
    return max(above)[1]


def unmarked(content, glyph):
    """What stands there besides the marks, in a shape that can be compared: every line names its font."""
    font, lines = b"", []
    for line in content.split(b"\n"):
        if line.endswith(b" Tf"):
            font = line
        elif line in (b"[<%s>] TJ" % glyph, b"[<%s>0] TJ" % glyph):
            lines.pop()  # where it stood
        else:
            lines.append(font + line if line.endswith(b" TJ") else line)
    return lines
