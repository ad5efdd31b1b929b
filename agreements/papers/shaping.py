"""How wide a line of text is, and which glyphs it takes: the same answer as the renderer's, in microseconds.

The blanks of a form have a fixed size, so both ways of printing must know what fits before anything is laid out.
Text is cut into runs as Pango cuts it, and each run is shaped by HarfBuzz with Pango's script and language.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz

from .fonts import SERIF, font_path

# What is cut and shaped here as Pango does it. Other scripts are measured roughly and never filled in.
_HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = "A-Za-z\uff21-\uff3a\uff41-\uff5a"
_COMMON = " -@[-`{-~\u00b7\u00d7\u2010-\u2027\u2030-\u205e\u3000-\u3004\u3006\u3008-\u3020\u3030\u303d"
_COMMON += "\uff01-\uff20\uff3b-\uff40\uff5b-\uff65"
_SCRIPT = re.compile(f"(?P<Hani>[{_HAN}])|(?P<Latn>[{_LATIN}])|(?P<Zyyy>[{_COMMON}])")
_WITH_HAN, _WITH_LATIN = re.compile(f"[{_HAN}]"), re.compile(f"[{_LATIN}]")
_CLOSING = dict(zip("）〕》」』】〉〗)]}>”’", "（〔《「『【〈〖([{<“‘", strict=True))
_OPENING = frozenset(_CLOSING.values())
# Pango gives a Latin run no Chinese: the same digits look different beside letters.
_LANGUAGE = {"Latn": "en", "Hani": "zh-cn", "Zyyy": "zh-cn"}


@dataclass(frozen=True)
class Line:
    """A shaped line: `glyphs` as (glyph, advance) in thousandths of the em, one a character; `width` likewise.

    `exact` is False where the renderer may draw it otherwise: a ligature, a mark, a foreign script, another font.
    """

    text: str
    glyphs: tuple[tuple[int, float], ...]
    width: float
    exact: bool

    def points(self, size):
        return self.width * size / 1000


@lru_cache(maxsize=8192)
def shaped(text):
    """The Line of `text` in the serif. Raises FontMissing."""
    return Line(text, *_glyphs(text)) if text else Line("", (), 0, True)


def _glyphs(text):
    font, em = _font(font_path(SERIF))
    glyphs, exact = [], _SCRIPT.sub("", text) == ""
    for run, script in runs(text):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run)
        buffer.direction, buffer.script, buffer.language = "ltr", script, _LANGUAGE[script]
        uharfbuzz.shape(font, buffer)
        infos, places = buffer.glyph_infos, buffer.glyph_positions
        exact &= len(infos) == len(run) and not any(place.x_offset or place.y_offset for place in places)
        glyphs += [
            (info.codepoint, place.x_advance * 1000 / em) for info, place in zip(infos, places, strict=True)
        ]
    exact &= all(glyph for glyph, _ in glyphs)
    # A glyph that another font has to lend is as wide as a Chinese character.
    return tuple(glyphs), sum(advance if glyph else 1000 for glyph, advance in glyphs), exact


@lru_cache(maxsize=2)
def _font(path):
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    return uharfbuzz.Font(face), face.upem


def runs(text):
    """(stretch, script) as Pango's iterator cuts: what is common goes with its left, a closing bracket with its pair."""
    if not _WITH_LATIN.search(text):
        return [(text, "Hani" if _WITH_HAN.search(text) else "Zyyy")]
    found, start, script, open_brackets = [], 0, None, []
    for place, char in enumerate(text):
        own = _script(char)
        if char in _OPENING:
            open_brackets.append((char, script))
        elif char in _CLOSING:
            own = _pair_script(_CLOSING[char], open_brackets)
        if own is None:
            continue
        if script and own != script:
            found.append((text[start:place], script))
            start = place
        elif script is None:
            open_brackets = [(bracket, known or own) for bracket, known in open_brackets]
        script = own
    return [*found, (text[start:], script or "Zyyy")]


def _script(char):
    """Hani or Latn; None for what goes with its neighbours."""
    found = _SCRIPT.match(char)
    return None if found is None or found.lastgroup == "Zyyy" else found.lastgroup


def _pair_script(opening, open_brackets):
    while open_brackets and open_brackets[-1][0] != opening:
        open_brackets.pop()
    return open_brackets.pop()[1] if open_brackets else None
