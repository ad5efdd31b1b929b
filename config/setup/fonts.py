"""The print fonts: Noto Serif SC and Noto Sans SC, turned into TrueType once per installation.

`python -m config.setup.fonts [FOLDER]` writes the fonts and their licence into FOLDER (default: var/fonts).

The package carries CFF fonts whose character ids differ from their glyph ids. Embedded in a PDF they look
right in some viewers and print as blanks or as *other* characters in others, so they are never used as they
are. TrueType outlines do not have this problem, and the papers become half as big.
"""

import gc
import hashlib
import os
import struct
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import pylopdf_fonts_zh_cn as source_fonts
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

from config.setup.outlines import QuadraticPen, simple_glyph

FOLDER = Path(__file__).resolve().parents[2] / "var" / "fonts"
SERIF = "NotoSerifSC.ttf"
SANS = "NotoSansSC.ttf"
LICENCE = "OFL.txt"
SOURCES = {SERIF: source_fonts.serif_path(), SANS: source_fonts.sans_path()}

# Part of the stamp: raise it when the conversion changes, and every installation converts again.
RECIPE = "1"
# A thousandth of the em: less than one dot of a 600 dpi printer at text size.
LARGEST_ERROR = 1.0
GLYPHS_PER_TASK = 1000
# Papers are set in horizontal lines; CFF, its vertical origins and the signature make no sense any more.
DROPPED_TABLES = ("CFF ", "VORG", "DSIG", "vhea", "vmtx")
# There are no hinting programs and no composite glyphs.
UNUSED_LIMITS = (
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
    *("maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"),
    *("maxCompositePoints", "maxCompositeContours"),
)


def main(folder=FOLDER, sources=None):
    """Bring FOLDER up to date; returns the names of the fonts that had to be converted (maybe none)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sources = SOURCES if sources is None else sources
    stale = {name: path for name, path in sources.items() if not is_current(folder / name, path)}
    if stale:
        print(f"转换打印字体（{'、'.join(stale)}），只做一次，约半分钟", flush=True)
        convert_all(stale, folder)
    write_atomically(folder / LICENCE, licence_text().encode())
    return list(stale)


def is_current(font, source):
    return font.exists() and stamp_of(font).exists() and stamp_of(font).read_text() == fingerprint(source)


def stamp_of(font):
    return font.with_name(font.name + ".source")


def fingerprint(source):
    return f"{RECIPE} {hashlib.sha256(Path(source).read_bytes()).hexdigest()}\n"


def convert_all(sources, folder):
    """All outlines of all fonts go through one pool, so that no core waits for the longer font."""
    # Millions of short-lived points, no cycles: the collector would only look at them again and again.
    with ProcessPoolExecutor(max_workers=os.cpu_count(), initializer=gc.disable) as pool:
        outlines = {name: pool.map(quadratic_outlines, *tasks(path)) for name, path in sources.items()}
        for name, parts in outlines.items():
            glyphs = [glyph for part in parts for glyph in part]
            save(truetype(sources[name], glyphs), folder / name, sources[name])


def tasks(source):
    """Two parallel lists for `pool.map`: the source, and the glyph numbers of one task."""
    with TTFont(source) as font:
        count = font["maxp"].numGlyphs
    ranges = [range(start, min(start + GLYPHS_PER_TASK, count)) for start in range(0, count, GLYPHS_PER_TASK)]
    return [source] * len(ranges), ranges


def quadratic_outlines(source, numbers):
    """[(glyph as in the `glyf` table, number of its points)] for the glyphs with these numbers."""
    font = opened(source)
    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    return [quadratic_outline(outlines[order[number]]) for number in numbers]


@lru_cache(maxsize=1)
def opened(source):
    return TTFont(source)


def quadratic_outline(outline):
    pen = QuadraticPen(LARGEST_ERROR)
    outline.draw(pen)
    return simple_glyph(pen.contours), sum(len(contour) for contour in pen.contours)


def truetype(source, glyphs):
    """The font at `source` with these outlines; glyph numbers, characters and layout rules stay as they are."""
    font = TTFont(source, recalcBBoxes=False, recalcTimestamp=False)
    order = font.getGlyphOrder()
    advances = font["hmtx"].metrics
    boxes = [struct.unpack_from(">5h", data) for data, _ in glyphs if data]
    glyf = font["glyf"] = newTable("glyf")
    font["loca"] = newTable("loca")
    glyf.glyphOrder, glyf.glyphs = order, {}
    for name, (data, _) in zip(order, glyphs, strict=True):
        glyf.glyphs[name] = Glyph(data)
        # Renderers shift a TrueType outline until its left edge is where hmtx says.
        advances[name] = (advances[name][0], struct.unpack_from(">h", data, 2)[0] if data else 0)
    describe_outlines(font, boxes, most_points=max(points for _, points in glyphs))
    for table in DROPPED_TABLES:
        if table in font:
            del font[table]
    font.sfntVersion = "\0\1\0\0"
    return font


def describe_outlines(font, boxes, most_points):
    """Fill `maxp` and `head` by hand: letting fontTools do it would take every outline apart again."""
    maxp, head = font["maxp"], font["head"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones, maxp.maxPoints = 1, most_points
    maxp.maxContours = max(box[0] for box in boxes)
    for unused in UNUSED_LIMITS:
        setattr(maxp, unused, 0)
    head.xMin, head.yMin = (min(box[side] for box in boxes) for side in (1, 2))
    head.xMax, head.yMax = (max(box[side] for box in boxes) for side in (3, 4))
    font["post"].formatType = 3.0


def save(font, target, source):
    """Write, read back, and only then take the name `target`: a half-written font is never found there."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        font.save(unfinished)
        check(unfinished, source)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    write_atomically(stamp_of(target), fingerprint(source).encode())


def check(converted, source):
    """Raises RuntimeError unless the converted font has TrueType outlines for the source's every character."""
    with TTFont(converted) as new, TTFont(source) as old:
        if "glyf" not in new or new.getBestCmap().keys() != old.getBestCmap().keys():
            raise RuntimeError(f"{source}: characters were lost in the conversion to TrueType")


def write_atomically(path, content):
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def licence_text():
    """The SIL Open Font License asks that its text goes wherever the fonts go."""
    package = metadata.distribution("pylopdf-fonts-zh-cn")
    return next(file.read_text() for file in package.files if file.name == "LICENSE")


if __name__ == "__main__":
    main(*sys.argv[1:])
