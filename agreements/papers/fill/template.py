"""A form that is laid out: what never changes in its file, and where the words of one agreement go."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True)
class Setting:
    """One setting of a slot as it was laid out: font size and the (x, baseline) of each line, in px."""

    size: float
    lines: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Slot:
    """A blank: `kind` of box, `width` for its words in points, left and right edge in px, its settings by name."""

    name: str
    kind: str
    width: float
    left: float
    right: float
    settings: dict[str, Setting]


@dataclass(frozen=True)
class Page:
    """The content of a page with blanks, cut at them: `parts` is one longer than `slots`."""

    parts: tuple[str, ...]
    slots: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Template:
    """A published form, one object for the life of the process. Text that becomes bytes of the file is Latin-1 here.

    `rows`: the cross-reference rows of the constant objects, which are 0 to `first` - 1; the variable ones follow in
    the order of `splice.VARIABLE` and the pages. `catalog`, `fonts`, `sheet`: numbers of the catalogue, of the pages'
    resources, of the page with the seals. `box`: of a page, in points. `font`: the form's own font by its name among
    the resources; `characters`: glyph → what it stands for, of that font. `seals`: party → (page number from 0, x, y)
    in points, from the lower left, where its seal hangs; empty when a signature cannot show one.
    """

    constant: bytes
    rows: str
    first: int
    catalog: int
    fonts: int
    font: str
    title: str
    producer: str
    metadata: str
    box: tuple[float, float, float, float]
    pages: tuple[Page, ...]
    slots: dict[str, Slot]
    characters: dict[int, str]
    seals: dict[str, tuple[int, float, float]]
    sheet: int

    @cached_property
    def digest(self):
        """SHA-256 over the constant part, to be copied and carried on: a paper's own part is all there is to add."""
        return hashlib.sha256(self.constant)

    def plan(self):
        """Everything but the constant bytes, as JSON."""
        return {name: value for name, value in asdict(self).items() if name != "constant"}

    @classmethod
    def of(cls, constant, plan):
        """The Template from its constant bytes and its `plan()`."""
        pages = tuple(Page(tuple(page["parts"]), tuple(page["slots"])) for page in plan["pages"])
        slots = {name: _slot(**slot) for name, slot in plan["slots"].items()}
        characters = {int(glyph): char for glyph, char in plan["characters"].items()}
        seals = {party: tuple(place) for party, place in plan["seals"].items()}
        rest = {"pages": pages, "slots": slots, "seals": seals, "box": tuple(plan["box"])}
        return cls(constant, **plan | {"characters": characters} | rest)


def _slot(settings, **rest):
    return Slot(settings={name: _setting(**one) for name, one in settings.items()}, **rest)


def _setting(size, lines):
    return Setting(size, tuple(map(tuple, lines)))
