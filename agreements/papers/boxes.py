"""The blanks of a form: boxes of a fixed size, so that a filled paper and an empty form never differ in layout.

Each kind of box knows the settings its words may take, the best first. Words that fit none are set freely, as
long as they need, by the layout program; such a paper cannot be filled into a form that is laid out already.
"""

import re
from dataclasses import dataclass

from .shaping import shaped

FREE = "free"


@dataclass(frozen=True)
class Setting:
    """One way to stand in a box: the class in the style sheet, the size in points, the number of lines."""

    name: str
    size: float
    lines: int


@dataclass(frozen=True)
class Kind:
    """A kind of box; `width` in points, None where the form's own labels decide it. The style sheet draws the same."""

    name: str
    settings: tuple[Setting, ...]
    width: float | None = None
    # What stands in it while it is empty: a box without any words has another baseline than a filled one.
    empty: str = "\u00a0"
    centred: bool = False


@dataclass(frozen=True)
class Words:
    """What stands in a box: its lines and their setting."""

    setting: str
    lines: tuple[str, ...]


COVER = Kind("ruled", (Setting("one", 13, 1), Setting("two", 10.5, 2)))
PEN = Kind("pen", (Setting("one", 12, 1), Setting("two", 12, 2), Setting("small", 10.5, 2)), 90)
YEAR = Kind("year", (Setting("one", 12, 1),), 32, centred=True)
DAY = Kind("day", (Setting("one", 12, 1),), 20.5, centred=True)
TEXT = Kind("text", (Setting("one", 12, 1),), 144, centred=True)
STAMP = Kind("stamp", (Setting("one", 9, 1),), 400)
SEAL = Kind("seal", (), empty="")
FLOWING = Kind("text", (), empty="\u3000" * 12)
KINDS = {kind.name: kind for kind in (COVER, PEN, YEAR, DAY, TEXT, STAMP, SEAL)}

# Where a line may not be cut: inside a number or a Latin word, before a closing sign, after an opening one.
_CLOSING = "，。、：；！？）》〉」』】〕〗,.:;!?)]}%"
_OPENING = "（《〈「『【〔〖([{"
_PLACES = "省市州盟县区旗镇乡"
_UNIT = re.compile(f"[{re.escape(_OPENING)}]*(?:[A-Za-z0-9.\\-/#]+|.)[{re.escape(_CLOSING)}]*", re.DOTALL)


def set_in(kind, text, width=None):
    """The Words for `text` in a box of this kind: the first setting it fits, else set freely."""
    if not text:
        return Words(kind.settings[0].name if kind.settings else FREE, (kind.empty,))
    width = width or kind.width
    for setting in kind.settings:
        if lines := _fitting(text, setting, width):
            return Words(setting.name, lines)
    return Words(FREE, (text,))


def _fitting(text, setting, width):
    def fits(line):
        return shaped(line).points(setting.size) <= width

    if setting.lines == 1:
        return (text,) if fits(text) else None
    return _halves(text, fits)


def _halves(text, fits):
    """Two lines, cut where a reader would: before a bracket, after a place's name, else about the middle."""
    cuts = [unit.end() for unit in _UNIT.finditer(text)][:-1]
    middle = sorted(cuts, key=lambda cut: abs(2 * cut - len(text)))
    brackets = [cut for cut in reversed(cuts) if text[cut] in "（("]
    places = [cut for cut in middle if text[cut - 1] in _PLACES]
    for cut in [*brackets, *places, *middle]:
        halves = text[:cut].rstrip(), text[cut:].lstrip()
        if all(map(fits, halves)):
            return halves
    return None
