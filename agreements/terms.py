"""The numbers and the breach catalogue of an edition: terms.toml and breaches.toml as frozen, typed objects.

Every table of terms.toml is a dataclass below; rates and amounts are strings there and Decimal here, so that no
float ever touches money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from .edition_text import chinese_number
from .tables import BadTerms, build, parsed


@dataclass(frozen=True, kw_only=True)
class Term:
    article: str
    defaults: tuple[str, ...] = ()  # keys that the text leaves open and practice fills


@dataclass(frozen=True, kw_only=True)
class Signing(Term):
    lowest_level: Literal["province", "prefecture", "county"]
    copies: int
    longest_years: int


@dataclass(frozen=True, kw_only=True)
class Scope(Term):
    services: tuple[str, ...]
    payment_methods: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Expiry(Term):
    holds_over: bool
    holdover_reminder_months: int
    set_cause_working_days: int
    extension_months: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Renewal(Term):
    apply_months_before: int
    window_opens_months_before: int


@dataclass(frozen=True, kw_only=True)
class Suspension(Term):
    max_days: int
    ends_automatically_after_days: int
    reminder_days_before: tuple[int, ...]
    request_lead_months: int


@dataclass(frozen=True)
class Ground:
    code: str
    article_label: str
    label: str
    needs_request: bool = False


@dataclass(frozen=True, kw_only=True)
class Grounds(Term):
    grounds: tuple[Ground, ...]

    def ground(self, code):
        """The ground with this code; LookupError with a Chinese sentence otherwise."""
        for ground in self.grounds:
            if ground.code == code:
                return ground
        raise LookupError(f"没有编号为“{code}”的情形，请核对")


@dataclass(frozen=True, kw_only=True)
class Termination(Grounds):
    expiry_ground: str


@dataclass(frozen=True, kw_only=True)
class Review(Term):
    review_days: int


@dataclass(frozen=True, kw_only=True)
class RepeatSuspension(Term):
    count: int


@dataclass(frozen=True, kw_only=True)
class Cascade(Term):
    applies: bool
    causes: tuple[str, ...]


@dataclass(frozen=True)
class ChangeGroup:
    name: str
    label: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change(Term):
    major_working_days: int
    general_working_days: int
    groups: tuple[ChangeGroup, ...]


@dataclass(frozen=True, kw_only=True)
class Recovery(Term):
    pay_days: int
    offset_order: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Refund(Term):
    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Deposit(Term):
    rate: Decimal
    every_months: int


@dataclass(frozen=True, kw_only=True)
class DamagesCap(Term):
    cap: Decimal


@dataclass(frozen=True, kw_only=True)
class PersonStop(Term):
    min_months: int
    max_months: int
    slack_days: int


@dataclass(frozen=True, kw_only=True)
class Audit(Term):
    levels: int
    first_review_rate: Decimal
    inpatient_sample_rate: Decimal
    sample_minimum: int


@dataclass(frozen=True, kw_only=True)
class WorkingDays(Term):
    working_days: int


@dataclass(frozen=True, kw_only=True)
class Days(Term):
    days: int


@dataclass(frozen=True, kw_only=True)
class Hours(Term):
    hours: int


@dataclass(frozen=True, kw_only=True)
class Minutes(Term):
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Schedule(Term):
    every_months: int


@dataclass(frozen=True, kw_only=True)
class Settlement(Term):
    reconcile_every_months: int
    year_end_months: int


@dataclass(frozen=True)
class MarkupBand:
    rate: Decimal
    up_to: Decimal | None = None  # None: no upper end


@dataclass(frozen=True, kw_only=True)
class PriceMarkup(Term):
    bands: tuple[MarkupBand, ...]
    max_amount: Decimal
    public_rate: Decimal
    negotiated_rate: Decimal


@dataclass(frozen=True, kw_only=True)
class Explanation(Term):
    opinion_working_days: int
    explanation_working_days: int


@dataclass(frozen=True, kw_only=True)
class Aftercare(Term):
    days: int
    plaque_working_days: int


@dataclass(frozen=True, kw_only=True)
class SelfReport(Term):
    exempts: bool


@dataclass(frozen=True, kw_only=True)
class DeadlineTerm:
    """One clock. `length` is in `unit`; None means that the day is named in each request or never comes.

    `reminders` are days before the due day (0 on it, negative after it). `recurring` clocks start again.
    """

    id: str
    title: str
    rules: tuple[str, ...]
    articles: tuple[str, ...]
    bound: tuple[Literal["甲", "乙", "系统"], ...]
    start_event: str
    start_label: str
    unit: Literal["working_day", "day", "month", "hour", "minute", "count"]
    missed: str
    length: int | None = None
    shortest: int | None = None
    backward: bool = False
    recurring: bool = False
    reminders: tuple[int, ...] = ()
    default: bool = False  # the text names no number; this one is practice


@dataclass(frozen=True)
class Terms:
    """Every number of an edition, by concept. Each table carries the article it comes from."""

    signing: Signing
    scope: Scope
    expiry: Expiry
    renewal: Renewal
    suspension: Suspension
    termination: Termination
    payment_hold: Grounds
    investigation: Review
    outside_notice: Review
    repeat_suspension: RepeatSuspension
    cascade: Cascade
    change: Change
    recovery: Recovery
    refund: Refund
    deposit: Deposit
    liquidated_damages: Mapping[int, DamagesCap]
    person_stop: Mapping[int, PersonStop]
    audit: Audit
    payment: WorkingDays
    price_markup: PriceMarkup
    penalty_report: Days
    reconciliation: WorkingDays
    settlement: Settlement
    data_upload: Hours
    rectification: Days
    defence: WorkingDays
    inspection_result: WorkingDays
    explanation: Explanation
    complaint: WorkingDays
    filing: WorkingDays
    reconnection: WorkingDays
    announcement: WorkingDays
    aftercare: Aftercare
    publication: Minutes
    self_check: Schedule
    fee_analysis: Schedule
    self_report: SelfReport
    deadlines: Mapping[str, DeadlineTerm]


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

    @property
    def article_label(self):
        """第六十六条（三）"""
        return f"第{chinese_number(self.article)}条（{chinese_number(self.number)}）"


@dataclass(frozen=True)
class Measure:
    """What an article lets the agency do. A cap or a month range that is None is not available."""

    article: int
    label: str
    money: Literal["none", "hold", "refuse_or_recover"]
    stops_persons: bool
    whole_agreement: Literal["none", "suspend", "rescind"]
    publish: Literal["none", "suspension", "rescission"]
    interview: bool
    rectification: bool
    damages_cap: Decimal | None = None
    stop_min_months: int | None = None
    stop_max_months: int | None = None
    escalated_from: tuple[int, ...] = ()
    severity: tuple[str, ...] = ()


@dataclass(frozen=True)
class Breaches:
    items: Mapping[str, BreachItem]
    measures: Mapping[int, Measure]

    def measure_that(self, effect):
        """The measure whose effect on the whole agreement is "suspend" or "rescind"; None if the edition has none."""
        return next((one for one in self.measures.values() if one.whole_agreement == effect), None)

    def allows(self, effect, item, severity):
        """Whether an item bears this effect: by its own article, or escalated with one of the article's words."""
        measure = self.measure_that(effect)
        if measure is None or item.against != "institution":
            return False
        if item.article == measure.article:
            return True
        return item.article in measure.escalated_from and severity in measure.severity

    def items_for(self, effect):
        """Every item that may bear the effect, those of the article itself first, then those that escalate to it."""
        measure = self.measure_that(effect)
        if measure is None:
            return []
        articles = [measure.article, *sorted(measure.escalated_from, reverse=True)]
        return sorted(
            (i for i in self.items.values() if i.article in articles), key=lambda i: articles.index(i.article)
        )

    def find(self, code):
        """(item, part or None) for "QH-65-06" or "QH-65-06b"; LookupError with a Chinese sentence otherwise."""
        bare = code.rstrip("abcdefgh")
        item = self.items.get(bare)
        part = next((one for one in item.parts if f"{bare}{one.code}" == code), None) if item else None
        if item is None or (part is None and bare != code):
            raise LookupError(f"违约情形目录里没有“{code}”，请核对编号")
        return item, part


def read_terms(toml):
    """Terms from the text of a terms.toml. Raises BadTerms.

    In a [[deadline]] row, length, shortest and reminders may be the name of a number ("payment.working_days"):
    each number of the province is written once.
    """
    raw = parsed(toml, "terms.toml")
    rows = raw.pop("deadline", [])
    _check_defaults(build(Terms, raw | {"deadlines": {}}, ""))  # the tables first: clocks lean on them
    for row in rows:
        for key in ("length", "shortest", "reminders"):
            if isinstance(row.get(key), str):
                row[key] = _referred(raw, row[key], f"deadline {row.get('id')}", key)
    return build(Terms, raw | {"deadlines": _keyed(rows, "id", "deadline")}, "")


def read_breaches(toml):
    """Breaches from the text of a breaches.toml. Raises BadTerms, also for items that name unknown ones."""
    raw = parsed(toml, "breaches.toml")
    items = _keyed(raw.pop("item", []), "code", "item")
    measures = _keyed(raw.pop("measure", []), "article", "measure")
    breaches = build(Breaches, raw | {"items": items, "measures": measures}, "")
    for item in breaches.items.values():
        if item.article not in breaches.measures:
            raise BadTerms(f"[item {item.code}] 的 article：没有第{item.article}条的 [[measure]]")
        if unknown := set(item.overlaps) - set(breaches.items):
            raise BadTerms(f"[item {item.code}] 的 overlaps：没有{'、'.join(sorted(unknown))}")
    return breaches


def _keyed(rows, key, table):
    """Rows of a [[table]] by their key; BadTerms for a row without one or a key used twice."""
    keyed = {}
    for place, row in enumerate(rows, start=1):
        if key not in row:
            raise BadTerms(f"第{place}个 [[{table}]] 缺少 {key}")
        if row[key] in keyed:
            raise BadTerms(f"[[{table}]] 的 {key} 重复：{row[key]}")
        keyed[row[key]] = row
    return keyed


def _referred(raw, path, table, key):
    found = raw
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        raise BadTerms(f"[{table}] 的 {key} 指向“{path}”，但没有这一项")
    return found


def _check_defaults(terms):
    for table in fields(terms):
        value = getattr(terms, table.name)
        for term in value.values() if isinstance(value, Mapping) else [value]:
            known = {one.name for one in fields(term)}
            if unknown := set(getattr(term, "defaults", ())) - known:
                raise BadTerms(f"[{table.name}] 的 defaults：没有{'、'.join(sorted(unknown))}这一项")
