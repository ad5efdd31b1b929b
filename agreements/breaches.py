"""The breach catalogue of an edition: breaches.toml as frozen, typed objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .edition_text import chinese_number
from .tables import BadTerms, build, keyed, parsed, rows_of


@dataclass(frozen=True)
class BreachPart:
    code: str  # "a"
    label: str


@dataclass(frozen=True)
class BreachItem:
    """One item of the breach articles. `text` is the official wording, `label` a short name for lists."""

    code: str  # "QH-65-06"
    article: int
    number: int
    against: Literal["agency", "institution"]
    label: str
    text: str
    parts: tuple[BreachPart, ...] = ()
    duties: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()  # items that name the same act; choosing between them needs a reason
    fraud: bool = False
    grades: tuple[str, ...] = ()  # levels of hospital that it concerns ("1", "2", "3", "0"); empty: all
    arabic: bool = False  # the text numbers its items 1. 2. 3.
    lost: bool = False  # no copy of the text has its wording: nothing rests on it

    def concerns(self, grade):
        """Whether it concerns a hospital of this grade ("2A")."""
        return not self.grades or grade[:1] in self.grades

    @property
    def article_label(self):
        """第六十六条（三）, or 第二十条第2项 where the text counts so."""
        if self.arabic:
            return f"第{chinese_number(self.article)}条第{self.number}项"
        return f"第{chinese_number(self.article)}条（{chinese_number(self.number)}）"


@dataclass(frozen=True)
class Measure:
    """What an article lets the agency do. A cap or a month range that is None is not available."""

    article: int
    label: str
    money: Literal["none", "hold", "refuse_or_recover"]
    stops_persons: bool
    whole_agreement: Literal["none", "suspend", "rescind", "either"]
    publish: Literal["none", "suspension", "rescission"]
    interview: bool
    rectification: bool
    damages_cap: Decimal | None = None
    stop_min_months: int | None = None
    stop_max_months: int | None = None
    escalated_from: tuple[int, ...] = ()
    severity: tuple[str, ...] = ()
    stops: tuple[Literal["person", "department", "service"], ...] = ()
    severe: str = ""  # the word without which the whole agreement is not touched
    criticism: bool = False  # 通报批评
    fine: bool = False  # a fine by the authority, of which the portal keeps the record
    warning: bool = False  # 警告 of persons

    def touches(self, effect):
        """Whether it lets the whole agreement be stopped ("suspend") or ended ("rescind")."""
        return self.whole_agreement in (effect, "either")

    @property
    def stoppable(self):
        """What may be stopped: persons, departments, service items."""
        return self.stops or (("person", "department") if self.stops_persons else ())


@dataclass(frozen=True)
class Breaches:
    items: Mapping[str, BreachItem]
    measures: Mapping[int, Measure]

    def measure_that(self, effect):
        """The measure whose effect on the whole agreement is "suspend" or "rescind"; None if the edition has none."""
        return next((one for one in self.measures.values() if one.touches(effect)), None)

    @property
    def hold_payment(self):
        """Whether one of its articles holds payment until what was found is put right."""
        return any(one.money == "hold" for one in self.measures.values())

    def allows(self, effect, item, severity):
        """Whether an item bears this effect: by its own article, or escalated with one of the article's words."""
        measure = self.measure_that(effect)
        if measure is None or item.against != "institution" or item.lost:
            return False
        if item.article == measure.article:
            return True
        return item.article in measure.escalated_from and severity in measure.severity

    def find(self, code):
        """(item, part or None) for "QH-65-06" or "QH-65-06b"; LookupError with a Chinese sentence otherwise."""
        bare = code.rstrip("abcdefgh")
        item = self.items.get(bare)
        part = next((one for one in item.parts if f"{bare}{one.code}" == code), None) if item else None
        if item is None or (part is None and bare != code):
            raise LookupError(f"违约情形目录里没有“{code}”，请核对编号")
        return item, part


def read_breaches(toml):
    """Breaches from the text of a breaches.toml. Raises BadTerms, also for items that name unknown ones."""
    raw = parsed(toml, "breaches.toml")
    items = keyed(rows_of(raw, "item"), "code", "item")
    measures = keyed(rows_of(raw, "measure"), "article", "measure")
    breaches = build(Breaches, raw | {"items": items, "measures": measures}, "")
    for item in breaches.items.values():
        if item.article not in breaches.measures:
            raise BadTerms(f"[item {item.code}] 的 article：没有第{item.article}条的 [[measure]]")
        if unknown := set(item.overlaps) - set(breaches.items):
            raise BadTerms(f"[item {item.code}] 的 overlaps：没有{'、'.join(sorted(unknown))}")
    return breaches
