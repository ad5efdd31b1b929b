"""Publishing a form: laid out by the press, once for each setting of its boxes, and taken apart into a Template."""

import io
import re
import zlib
from itertools import chain

import pikepdf
from pikepdf import Array, Dictionary, Name

from .. import boxes, layout
from ..refusals import PaperRefused
from ..render import paper_name
from . import marks, objects
from .glyphs import outlines
from .repertoire import font_of, glyphs_for
from .splice import VARIABLE
from .template import Page, Setting, Slot, Template

POINT = 0.75  # one px of a page's content
_TURNS = range(max(len(kind.settings) for kind in boxes.KINDS.values()))
_MARKED_HEAD = rb"BT\n(1 0 0 -1 [\d.]+ [\d.]+ Tm\n/\w+ [\d.]+ Tf\n)\[<%s>0?\] TJ\nET\n"
_CHARACTERS = re.compile(rb"<([0-9a-f]{4})> <((?:[0-9a-f]{4})+)>")


class CannotPublish(PaperRefused):
    """The form has no fixed layout to fill in; its papers are laid out one by one."""


def publish(text, words=""):
    """The Template of a form's text. It takes as long as printing a few agreements. Raises PaperRefused.

    `words`: names and addresses that agreements will bring; their characters become part of the form's font.
    """
    if not text.complete:
        raise CannotPublish(f"《{text.title}》的文本不完整，不能发布印制版式")
    turns = [_Turn(*marks.lay_out(text, turn)) for turn in _TURNS]
    for number in range(len(turns[0].contents)):
        if any(turn.unmarked(number) != turns[0].unmarked(number) for turn in turns):
            raise CannotPublish(f"第{number + 1}页的版面随填写内容变动，不能按固定版面套印")
    slots = _slots(turns, text)
    _check_slots(text, slots)
    return _Form(text, turns[0]).template(slots, glyphs_for(words))


class _Turn:
    """One laying out of the form: the content of its pages, and the marks in it."""

    def __init__(self, pdf, places, glyph):
        self.pdf, self.places, self.glyph = pikepdf.open(io.BytesIO(pdf)), places, glyph
        self.contents = [page.Contents.read_bytes() for page in self.pdf.pages]
        self.marks = [
            marks.marks_in(content, glyph, spots)
            for content, spots in zip(self.contents, places, strict=True)
        ]

    def unmarked(self, number):
        return marks.unmarked(self.contents[number], self.glyph)

    def setting(self, number, name):
        mine = [mark for mark in self.marks[number] if mark.slot == name]
        return Setting(mine[0].size, tuple((mark.x, mark.y) for mark in mine)) if mine else None


def _slots(turns, text):
    """Every blank with words, as each turn laid it out."""
    width, cover = layout.cover_width(text.cover_lines), layout.names_in(text.cover_lines)
    slots = {}
    for number, places in enumerate(turns[0].places):
        for name, (left, _, right, _) in places.items():
            kind = boxes.COVER if name in cover else boxes.STAMP if name == "stamp" else layout.kind_of(name)
            settings = {
                setting.name: turn.setting(number, name)
                for setting, turn in zip(kind.settings, turns, strict=False)
            }
            slots[name] = Slot(name, kind.name, kind.width or width, left, right, settings)
    return slots


def _check_slots(text, slots):
    for name in sorted(text.placeholders - slots.keys()):
        raise CannotPublish(f"版面上找不到空白“{name}”，不能按固定版面套印")
    for slot in slots.values():
        wanted = {setting.name: setting.lines for setting in boxes.KINDS[slot.kind].settings}
        found = {name: len(one.lines) if one else 0 for name, one in slot.settings.items()}
        narrow = (slot.right - slot.left) * POINT < slot.width - 0.01
        if found != wanted or (narrow and slot.kind not in (boxes.STAMP.name, boxes.SEAL.name)):
            raise CannotPublish(f"空白“{slot.name}”的版面与样式不符，不能按固定版面套印")


class _Form:
    """The laid out file while it is taken apart."""

    def __init__(self, text, turn):
        self.text, self.turn, self.pdf = text, turn, turn.pdf
        self.resources = self.pdf.pages[0].Resources
        fonts = self.resources.Font.items()
        self.font_name, self.font = next((key, font) for key, font in fonts if "Serif" in str(font.BaseFont))
        self.height = float(self.pdf.pages[0].MediaBox[3])

    def template(self, slots, glyphs):
        """The Template; `glyphs`: what the form's own font shall hold beside its text."""
        self.characters = self._widened_font(glyphs)
        pages, seals = self._cut_pages(), self._seals()
        first = self._number(pages)
        metadata = self.pdf.Root.Metadata.read_bytes().decode().replace(paper_name(self.text, ""), "{title}")
        self._let_vary(seals)
        constant, rows = self._constant(first)
        return Template(
            constant=constant, rows=rows, first=first, catalog=self.pdf.Root.objgen[0],
            fonts=self.resources.objgen[0], font=self.font_name[1:], characters=self.characters,
            title=self.text.title, producer=str(self.pdf.docinfo.Producer), metadata=metadata,
            box=tuple(map(float, self.pdf.pages[0].MediaBox)),
            pages=tuple(page for page in pages if page.slots), slots=slots, seals=seals,
            sheet=self.pdf.pages[seals["agency"][0]].obj.objgen[0] if seals else 0,
        )  # fmt: skip

    def _number(self, pages):
        """Make the objects that are still missing: what is constant comes first. Returns the first variable number."""
        self.mini = [self.pdf.make_indirect(Dictionary()) for _ in range(3)]
        self.streams = {
            number: self._packed(page.parts[0].encode("latin-1"))
            for number, page in enumerate(pages)
            if not page.slots
        }
        names = [*VARIABLE, *(number for number, page in enumerate(pages) if page.slots)]
        self.variable = {name: self.pdf.make_indirect(Dictionary()) for name in names}
        return self.variable[VARIABLE[0]].objgen[0]

    def _seals(self):
        """Where each side's seal hangs; nothing unless both are on one page."""
        seals = {name.removesuffix("_seal"): one for name, one in self._places() if name.endswith("_seal")}
        pages = {page for page, _, _ in seals.values()}
        return seals if len(seals) == 2 and len(pages) == 1 else {}

    def _places(self):
        """(blank, (number of its page, x, y in points from the lower left))."""
        for number, places in enumerate(self.turn.places):
            for name, (left, top, _, _) in places.items():
                yield name, (number, left * POINT, self.height - top * POINT)

    def _cut_pages(self):
        """The pages, cut at their blanks. The line at the head must stand at one place on all of them."""
        pages, heads = [], set()
        for content, found in zip(self.turn.contents, self.turn.marks, strict=True):
            page, head = _cut(content, found, self.turn.glyph)
            pages.append(page)
            heads.add(head)
        if len(heads) != 1:
            raise CannotPublish("页眉在各页的位置不同，不能按固定版面套印")
        return pages

    def _let_vary(self, seals):
        """Point to the variable objects wherever an agreement has its own."""
        vary, resources = self.variable, self.resources
        for number, page in enumerate(self.pdf.pages):
            page.obj.Contents = vary[number] if number in vary else self.streams[number]
            if "/Annots" in page.obj:
                del page.obj.Annots
        [square] = resources.XObject.keys()
        resources.XObject[square] = vary["square"]
        resources.XObject.Stamp = vary["stamp"]
        resources.Font.Mini = self._mini_font()
        self.pdf.Root.Metadata, self.pdf.Root.AcroForm = vary["metadata"], vary["fields"]
        for party in seals:
            self.pdf.pages[seals[party][0]].obj.Annots = vary["widgets"]

    def _mini_font(self):
        """A second font beside the form's own, for the characters that the form does not have."""
        font, cid, descriptor = self.mini
        own = self.font.DescendantFonts[0]
        name = Name("/MINIAA+" + str(self.font.BaseFont).partition("+")[2])
        for key, value in own.FontDescriptor.items():
            if key not in ("/FontFile2", "/CIDSet"):
                descriptor[key] = value
        descriptor.FontName, descriptor.FontFile2 = name, self.variable["mini"]
        for key, value in own.items():
            cid[key] = value
        cid.BaseFont, cid.FontDescriptor, cid.W = name, descriptor, self.variable["widths"]
        for key, value in self.font.items():
            font[key] = value
        font.BaseFont, font.DescendantFonts = name, Array([cid])
        font.ToUnicode = self.variable["unicode"]
        return font

    def _constant(self, first):
        """(bytes from the beginning of the file, rows of the cross-reference table) of all that never changes."""
        part = objects.Part(0)
        part.write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
        for number, thing in sorted(objects.reachable(self.pdf.Root).items()):
            if number < first:
                part.add(number, objects.body(thing))
        return b"".join(part.pieces), part.rows(range(first)).decode()

    def _widened_font(self, glyphs):
        """Let the form's own font hold these glyphs as well: {glyph: character}. Returns all it holds."""
        widths, characters = self._widths(), self._characters()
        new = {glyph: char for glyph, char in glyphs.items() if glyph not in widths}
        characters |= new
        widths |= {glyph: round(outlines().widths[glyph]) for glyph in new}
        own = self.font.DescendantFonts[0]
        data = font_of(sorted(widths))
        own.FontDescriptor.FontFile2 = self._packed(data, Length1=len(data))
        if "/CIDSet" in own.FontDescriptor:
            del own.FontDescriptor.CIDSet
        own.W = Array(chain.from_iterable((glyph, Array([width])) for glyph, width in sorted(widths.items())))
        self.font.ToUnicode = self._packed(objects.unicode_map(sorted(characters.items())))
        return characters

    def _packed(self, data, **entries):
        return self.pdf.make_stream(zlib.compress(data), Filter=Name.FlateDecode, **entries)

    def _widths(self):
        """Glyph → width, of every glyph that the form's own font holds."""
        own = list(self.font.DescendantFonts[0].W)
        return {
            int(begin) + place: float(width)
            for begin, widths in zip(own[::2], own[1::2], strict=True)
            for place, width in enumerate(widths)
        }

    def _characters(self):
        pairs = _CHARACTERS.findall(self.font.ToUnicode.read_bytes())
        return {int(glyph, 16): bytes.fromhex(char.decode()).decode("utf-16-be") for glyph, char in pairs}


def _cut(content, found, glyph):
    """(Page, the operators before the words at the head) of a page's content."""
    parts, names, end, lead = [], [], 0, b""
    for mark in found:
        if mark.slot != marks.STAMP:
            # The words that follow may count on the font that was set for the mark.
            parts.append(lead + content[end : mark.start])
            names.append(mark.slot)
            end, lead = mark.end, mark.set_font
    parts.append(lead + content[end:])
    head, place = None, None
    for place, part in enumerate(parts):
        if head := re.search(_MARKED_HEAD % glyph, part):
            parts[place] = part[: head.start()] + b"/Stamp Do\n" + part[head.end() :]
            break
    return Page(tuple(part.decode("latin-1") for part in parts), tuple(names)), head and head[1]
