"""The round seal, drawn from a name: ring, star, the name along the ring, what it is for below the star.

Characters are drawn as outlines and not as text: a seal adds no words to what can be copied out of a paper.
"""

from functools import lru_cache
from io import BytesIO
from math import cos, pi, sin

from django.utils.html import escape
from fontTools.misc.transform import Transform
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from ..fonts import SANS, SERIF, check_characters, font_path

RED, GREY = "#c9151e", "#555555"
SIZE_MM = 42
# All in the drawing's own units: the ring's outer edge lies at RADIUS.
RADIUS, RING = 100, 4.5
NAME_RADIUS, NAME_HEIGHT, NAME_WIDTH = (
    71,
    19,
    19,
)  # where the name's baseline runs, how large a character is at most
LARGEST_ARC = 1.5 * pi  # a longer name is condensed, not carried round to the foot
STAR = 27
LOWER_Y, LOWER_HEIGHT, LOWER_WIDTH, LOWER_ROOM = 52, 13, 13, 118
PURPOSE = "医保服务协议专用章"
TEST_WORDS, TEST_HEIGHT = "测试章", 40


def seal_pdf(name, purpose=PURPOSE, test=False):
    """The seal as a PDF of one page of its own size (42 mm). Raises MissingGlyph, FontMissing."""
    from weasyprint import HTML  # loads the layout engine: only who draws a seal needs it

    style = f"@page {{ size: {SIZE_MM}mm; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
    html = f"<style>{style}</style>{seal_svg(name, purpose, test)}"
    out = BytesIO()
    HTML(string=html).write_pdf(out)
    return out.getvalue()


def seal_svg(name, purpose=PURPOSE, test=False):
    """The seal as SVG. A test seal says so across its face."""
    check_characters({"印章名称": name, "印章用途": purpose})
    parts = [*_name(name), *_lower(purpose)]
    star = " ".join(f"{x:.2f},{y:.2f}" for x, y in _star_points())
    edge = RADIUS - RING / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200" width="{SIZE_MM}mm" height="{SIZE_MM}mm">'
        f"<title>{escape(name)}{TEST_WORDS if test else ''}</title>"
        f'<circle r="{edge}" fill="none" stroke="{RED}" stroke-width="{RING}"/>'
        f'<g fill="{RED}"><polygon points="{star}"/><path d="{" ".join(parts)}"/></g>'
        f"{_across() if test else ''}</svg>"
    )


def _star_points():
    for corner in range(10):
        length = STAR if corner % 2 == 0 else STAR * 0.382
        yield length * sin(corner * pi / 5), -length * cos(corner * pi / 5)


def _name(name):
    """One path a character, each turned to its place on the ring, feet to the middle."""
    step = min(LARGEST_ARC / len(name), 1.15 * NAME_WIDTH / NAME_RADIUS)
    width = min(NAME_WIDTH, step * NAME_RADIUS / 1.05)
    for place, char in enumerate(name):
        turn = (place - (len(name) - 1) / 2) * step
        yield _path(char, SERIF, width, NAME_HEIGHT, Transform().rotate(turn).translate(0, -NAME_RADIUS))


def _lower(purpose):
    width = min(LOWER_WIDTH, LOWER_ROOM / len(purpose))
    for place, char in enumerate(purpose):
        x = (place - (len(purpose) - 1) / 2) * width
        yield _path(char, SERIF, width, LOWER_HEIGHT, Transform().translate(x, LOWER_Y))


def _across():
    """测试章, large and slanting over everything: nobody can take it for a real one."""
    slant = Transform().rotate(-pi / 9)
    places = ((char, (place - 1) * TEST_HEIGHT * 1.1) for place, char in enumerate(TEST_WORDS))
    drawn = [
        _path(char, SANS, TEST_HEIGHT, TEST_HEIGHT, slant.translate(x, TEST_HEIGHT * 0.35))
        for char, x in places
    ]
    return (
        f'<path d="{" ".join(drawn)}" fill="{GREY}" stroke="#fff" stroke-width="1.2"/>'
        f'<rect x="-78" y="-26" width="156" height="52" transform="rotate(-20)" fill="none" stroke="{GREY}" stroke-width="2"/>'
    )


def _path(char, family, width, height, place):
    """The outline of one character, `width` wide and `height` high, its middle foot at the origin of `place`."""
    font, glyphs = _opened(family, char)
    glyph = glyphs[font.getBestCmap()[ord(char)]]
    em = font["head"].unitsPerEm
    squeeze = place.translate(-width / 2, 0).scale(width / em, -height / em)
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.1f}".removesuffix(".0"))
    glyph.draw(TransformPen(pen, squeeze))
    return pen.getCommands()


def _opened(family, char):
    """The font that has this character, the serif one first, as on paper."""
    font, glyphs = _font(family)
    if ord(char) not in font.getBestCmap():
        return _font(SANS if family == SERIF else SERIF)
    return font, glyphs


@lru_cache
def _font(family):
    font = TTFont(font_path(family), lazy=True)
    return font, font.getGlyphSet()
