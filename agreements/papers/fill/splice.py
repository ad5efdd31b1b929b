"""Filling one agreement into a published form: a few small objects behind the constant part of the file.

No layout and no PDF library: the words were measured with the boxes, their places are known, and the glyphs that the
form does not hold come in a small font of their own. The same data give the same bytes.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

from agreements.edition_text import BLANK

from .. import boxes
from ..layout import value_of
from ..qr import qr_dots
from ..shaping import Line, shaped
from . import objects
from .glyphs import outlines
from .signing import Signing

# The objects that each agreement has of its own, in this order from `Template.first`; then its pages with blanks.
VARIABLE = ("stamp", "square", "mini", "widths", "unicode", "info", "metadata", "widgets", "fields")
_MINI = "Mini"
_UNITS = 1024


class NeedsPlainLane(Exception):
    """This agreement cannot be filled into the form; the press lays it out on its own, or refuses it by name."""


@dataclass(frozen=True)
class Filled:
    """A filled form: `tail` follows the template's constant bytes, `sha256` is of the whole file."""

    tail: bytes
    sha256: str


def fill(template, values, stamp, signer=None, at=None):
    """The Filled agreement. `values`: {placeholder: str or BLANK}; `stamp`: Stamp. Raises NeedsPlainLane.

    With a `signer` (see `seal.signer`) the file is signed at the moment `at` and shows the seal.
    """
    if signer and not template.seals:
        raise NeedsPlainLane("版面上没有签章的位置")
    ink = _Ink(template)
    made = {"stamp": _stamp(template, ink, stamp)}
    pages = [_page(template, ink, page, values) for page in template.pages]
    made |= ink.font() | _described(template, stamp)
    made["square"] = _square(stamp.verify_url)
    part = objects.Part(len(template.constant))
    numbers = dict(zip(VARIABLE, range(template.first, template.first + len(VARIABLE)), strict=True))
    signing = signer and Signing(template, signer, at, template.first + len(VARIABLE) + len(pages))
    made |= signing.shown() if signing else {"widgets": b"[]", "fields": b"<</Fields[]>>"}
    for name, number in numbers.items():
        part.add(number, made[name])
    for number, page in enumerate(pages, start=template.first + len(VARIABLE)):
        part.add(number, page)
    if signing:
        signing.add_to(part)
    _finish(template, part, numbers["info"])
    tail = b"".join(part.pieces)
    tail = signing.signed(part, tail) if signing else tail
    whole = template.digest.copy()
    whole.update(tail)
    return Filled(tail, whole.hexdigest())


def _page(template, ink, page, values):
    """The content of a page, with its words where they are read."""
    pieces = [page.parts[0].encode("latin-1")]
    for name, rest in zip(page.slots, page.parts[1:], strict=True):
        pieces += [ink.words(template.slots[name], values.get(name)), rest.encode("latin-1")]
    return objects.stream(b"".join(pieces))


def _stamp(template, ink, stamp):
    """The line at the head of every page: one object that all of them show."""
    line = shaped(stamp.line)
    if not line.exact or line.points(boxes.STAMP.settings[0].size) > boxes.STAMP.width:
        raise NeedsPlainLane("页眉的文号不能套印")
    [setting] = template.slots["stamp"].settings.values()
    content = b"BT\n%s\nET" % ink.show(line, *setting.lines[0], setting.size)
    box = b" ".join(b"%.6f" % edge for edge in (0, 0, *(side / 0.75 for side in template.box[2:])))
    entries = b"/Type/XObject/Subtype/Form/BBox[%s]/Resources %d 0 R" % (box, template.fonts)
    return objects.stream(content, entries)


def _square(url):
    """The code in the corner as a black-and-white picture, of the same dots as in the other lane."""
    side, dots = qr_dots(url)
    entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (side, side)
    entries += b"/ColorSpace/DeviceGray/BitsPerComponent 1/Interpolate false"
    return objects.stream(dots, entries)


def _described(template, stamp):
    """The title and who made the file, twice as PDF/A asks."""
    title = f"{template.title} {stamp.number}"
    metadata = template.metadata.replace("{title}", escape(title)).encode()
    return {
        "info": b"<</Title%s/Producer%s>>" % (objects.text(title), objects.text(template.producer)),
        "metadata": objects.stream(metadata, b"/Type/Metadata/Subtype/XML", packed=False),
    }


def _finish(template, part, info):
    count = max(part.places) + 1
    digest = hashlib.sha256(template.digest.digest() + b"".join(part.pieces)).hexdigest()[:32].encode()
    begin = part.end
    part.write(b"xref\n0 %d\n%s%s" % (count, template.rows.encode(), part.rows(range(template.first, count))))
    part.write(
        b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
        % (count, template.catalog, info, digest, digest, begin)
    )


class _Ink:
    """Writes words with the form's own font, and gathers the glyphs that the form lacks for a small one."""

    def __init__(self, template):
        self.template, self.outlines = template, outlines()
        self.added = {}  # (glyph, character) → its number in the small font

    def words(self, slot, value):
        """The operators that show `value` in its box; nothing for BLANK. Raises NeedsPlainLane."""
        if value is BLANK or slot.kind == boxes.SEAL.name:
            return b""
        written = _written(self.template, slot.name, value_of(slot.name, {slot.name: value}))
        return b"".join(own or self._in_small_font(line) for line, own in written)

    def show(self, line, x, y, size):
        """The operators for one line, its first character at (x, y) in px."""
        line = _Placed(line, x, y, size, self.outlines.widths)
        return line.in_own_font(self.template) or self._in_small_font(line)

    def _in_small_font(self, line):
        pairs = zip(line.numbers, line.shaped.text, strict=True)
        return line.in_font(_MINI, [self.added.setdefault(pair, len(self.added) + 1) for pair in pairs])

    def font(self):
        """The objects of the small font."""
        glyphs = [glyph for glyph, _ in self.added]
        data = self.outlines.font(glyphs)
        if data is None:
            raise NeedsPlainLane("有的字由别的字形拼成")
        widths = b" ".join(b"%d" % round(self.outlines.widths[glyph]) for glyph in glyphs)
        return {
            "mini": objects.stream(data, b"/Length1 %d" % len(data)),
            "widths": b"[1[%s]]" % widths if widths else b"[]",
            "unicode": objects.stream(
                objects.unicode_map((code, char) for (_, char), code in self.added.items())
            ),
        }


@dataclass(frozen=True)
class _Placed:
    """A shaped line with its first character at (x, y) in px; `widths`: of the print font's glyphs."""

    shaped: Line
    x: float
    y: float
    size: float
    widths: list

    @property
    def numbers(self):
        return [glyph for glyph, _ in self.shaped.glyphs]

    def in_own_font(self, template):
        """The operators that show it; None where the form's font lacks a character.

        A line is of one font: renderers round where a second one would begin.
        """
        glyphs = self.numbers
        if [template.characters.get(glyph) for glyph in glyphs] != list(self.shaped.text):
            return None
        return self.in_font(template.font, glyphs)

    def in_font(self, font, codes):
        digits = [f"{code:04x}" for code in codes]
        for place, (glyph, advance) in enumerate(self.shaped.glyphs[:-1], start=1):
            # A kern stands before what it moves: one renderer drops it at the end of an array.
            width = self.widths[glyph]
            if advance != width and (kern := self._tightened(width, advance - width)):
                digits[place] = f">{kern}<{digits[place]}"
        where = f"1 0 0 -1 {self.x:.6f} {self.y:.6f} Tm\n/{font} {self.size:.9g} Tf\n"
        return f"{where}[<{''.join(digits)}>] TJ\n".encode()

    def _tightened(self, width, kern):
        """The kern as the press writes it: from advances in units of the layout, cut to a whole number."""
        units = _units(width, self.size) + _units(kern, self.size)
        return int(width - units * 1000 / _UNITS / self.size)


@lru_cache(maxsize=4096)
def _written(template, name, text):
    """Words in their box: for each line the _Placed and the operators that show it, None where the form's font cannot.

    Most blanks say the same in all papers of a batch: the agency and its people, the days.
    """
    slot, widths = template.slots[name], outlines().widths
    kind = boxes.KINDS[slot.kind]
    words = boxes.set_in(kind, text, slot.width) if text else None
    lines = [shaped(line) for line in words.lines] if words else []
    if not lines or words.setting == boxes.FREE or not all(line.exact for line in lines):
        raise NeedsPlainLane(f"“{name}”的内容不能套印")
    setting, written = slot.settings[words.setting], []
    for line, (x, y) in zip(lines, setting.lines, strict=True):
        if kind.centred:
            x = (slot.left + slot.right - _length(line, setting.size, widths)) / 2
        placed = _Placed(line, x, y, setting.size, widths)
        written.append((placed, placed.in_own_font(template)))
    return written


def _length(line, size, widths):
    """Of a line, in px, as the layout adds it up."""
    pairs = ((widths[glyph], advance) for glyph, advance in line.glyphs)
    return sum(_units(width, size) + _units(advance - width, size) for width, advance in pairs) / _UNITS


def _units(thousandths, size):
    """A length of a font of this size as the layout program rounds it: in 1024ths of a px."""
    return int(thousandths * size * _UNITS / 1000 + (0.5 if thousandths >= 0 else -0.5))
