"""The two print fonts, and which characters they can draw."""

from functools import lru_cache

from django.conf import settings
from fontTools.ttLib import TTFont

from .refusals import FontMissing, MissingGlyph

SERIF, SANS = "Paper Serif", "Paper Sans"
FILES = {SERIF: "NotoSerifSC.ttf", SANS: "NotoSansSC.ttf"}


def font_path(family):
    """Raises FontMissing."""
    path = settings.PAPER_FONTS / FILES[family]
    if not path.is_file():
        raise FontMissing(path)
    return path


def font_faces():
    """The @font-face rules that tie the family names to the files. Raises FontMissing."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; src: url("{font_path(family).resolve().as_uri()}") }}'
        for family in FILES
    )


def check_characters(texts):
    """`texts`: {field: text}. Raises MissingGlyph for the first character that neither font has.

    A character that only the sans font has is printed in it: the style sheet names it second.
    """
    drawable = _characters(font_path(SERIF)) | _characters(font_path(SANS))
    for field, text in texts.items():
        for char in text:
            if ord(char) not in drawable:
                raise MissingGlyph(char, field)


def drawable(text):
    """Whether the print fonts have every character of it; without the fonts nobody can tell, and it is not."""
    try:
        known = _characters(font_path(SERIF)) | _characters(font_path(SANS))
    except FontMissing:
        return False
    return all(ord(char) in known for char in text)


def undrawable(text):
    """The characters of a text that the print fonts lack, each once; none without the fonts, which nobody can ask then."""
    try:
        known = _characters(font_path(SERIF)) | _characters(font_path(SANS))
    except FontMissing:
        return []
    return [sign for sign in dict.fromkeys(text) if sign != "\n" and ord(sign) not in known]


@lru_cache
def _characters(path):
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
