"""Characters that a form's own font gets beside those of its text, so that few agreements must bring a font along."""

from itertools import chain

import uharfbuzz

from ..fonts import SERIF, font_path
from ..shaping import shaped

# Digits and letters as they look in Chinese and in Latin company, and the signs of names, addresses and numbers.
_ALWAYS = (
    "0123456789-/.",
    "A0123456789-/.Z",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdeghijkmnopqrsuvwxyz",
    "，。、：；（）〔〕《》“”·—－＃",
)
_NOT_NEEDED = {
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "name",
    "OS/2",
    "post",
    "cmap",
    "STAT",
    "DSIG",
    "gasp",
    "meta",
    "vhea",
    "vmtx",
    "VORG",
}


def glyphs_for(words):
    """{glyph: character} for these words and what every agreement needs. What the serif lacks is left out."""
    signs = sorted({char for char in words if not char.isspace()})
    lines = [shaped(text) for text in chain(_ALWAYS, signs)]
    pairs = (zip(line.glyphs, line.text, strict=True) for line in lines if line.exact)
    return {glyph: char for (glyph, _), char in chain.from_iterable(pairs)}


def font_of(glyphs):
    """The serif cut down to these glyphs, each under its own number; the same glyphs give the same bytes."""
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = (
        uharfbuzz.SubsetFlags.RETAIN_GIDS
        | uharfbuzz.SubsetFlags.NO_HINTING
        | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    )
    wanted.drop_table_tag_set.update(int.from_bytes(table.ljust(4).encode()) for table in _NOT_NEEDED)
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font_path(SERIF))))
    return uharfbuzz.subset(face, wanted).blob.data
