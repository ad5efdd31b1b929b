"""A font for the few characters that a form does not have, put together from slices of the print font.

The print font has simple outlines only (`config.setup.fonts`), so a glyph is a slice of its tables.
"""

import struct
from functools import lru_cache

from fontTools.ttLib import TTFont

from ..fonts import SERIF, font_path

_COMPOSITE = b"\xff\xff"


class Outlines:
    """The tables of a TrueType font that a smaller one is made of. Kept for the life of the process.

    `widths`: thousandths of the em, by glyph.
    """

    def __init__(self, path):
        with TTFont(path, lazy=True) as font:
            tables = font.reader
            count = font["maxp"].numGlyphs
            self.glyf, self.hhea, self.maxp = tables["glyf"], tables["hhea"], tables["maxp"]
            self.head = self._long_head(tables["head"])
            self.places = self._places(tables["loca"], count, font["head"].indexToLocFormat)
            em = font["head"].unitsPerEm
            self.metrics = self._metrics(tables["hmtx"], count, font["hhea"].numberOfHMetrics)

        self.widths = [advance * 1000 / em for advance, _ in self.metrics]

    @staticmethod
    def _long_head(head):
        # Without the checksum of the whole; glyph places in four bytes.
        return head[:8] + bytes(4) + head[12:50] + b"\0\1" + head[52:]

    @staticmethod
    def _places(loca, count, is_long):
        shape = f">{count + 1}{'I' if is_long else 'H'}"
        factor = 1 if is_long else 2
        return [factor * place for place in struct.unpack(shape, loca)]

    @staticmethod
    def _metrics(hmtx, count, full):
        """(advance, left edge) of every glyph; the last ones share an advance."""
        pairs = list(struct.iter_unpack(">Hh", hmtx[: 4 * full]))
        edges = struct.unpack(f">{count - full}h", hmtx[4 * full :])
        return pairs + [(pairs[-1][0], edge) for edge in edges]

    def font(self, glyphs):
        """A TrueType font of these glyphs, numbered from 1; None when one is not a simple outline."""
        glyf, places, metrics = [], [0], []
        for glyph in (0, *glyphs):
            outline = self.glyf[self.places[glyph] : self.places[glyph + 1]]
            if outline[:2] == _COMPOSITE:
                return None
            glyf.append(outline + bytes(-len(outline) % 4))
            places.append(places[-1] + len(glyf[-1]))
            metrics += self.metrics[glyph]
        count = len(glyf)
        return _sfnt({
            b"glyf": b"".join(glyf),
            b"head": self.head,
            b"hhea": self.hhea[:34] + struct.pack(">H", count),
            b"hmtx": struct.pack(">" + "Hh" * count, *metrics),
            b"loca": struct.pack(f">{count + 1}I", *places),
            b"maxp": self.maxp[:4] + struct.pack(">H", count) + self.maxp[6:],
        })  # fmt: skip


def _sfnt(tables):
    """A font file of these tables, which are in the order of their names."""
    place = 12 + 16 * len(tables)
    head, body = [b"\0\1\0\0" + struct.pack(">4H", len(tables), 64, 2, 16 * len(tables) - 64)], []
    for name, data in tables.items():
        padded = data + bytes(-len(data) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head.append(struct.pack(">4s3I", name, checksum, place, len(data)))
        body.append(padded)
        place += len(padded)
    return b"".join(head + body)


def outlines():
    """Of the serif that the blanks are written in. Raises FontMissing."""
    return _outlines(font_path(SERIF))


@lru_cache(maxsize=2)
def _outlines(path):
    return Outlines(path)
