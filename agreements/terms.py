"""The numbers of an edition: terms.toml as frozen, typed objects.

Every table of terms.toml is a dataclass below; rates and amounts are strings there and Decimal here, so that no
float ever touches money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from .tables import BadTerms, build, keyed, parsed


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
    refile_working_days: int = 10  # how long a returned request to go on still holds the ending off


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

    # What the text leaves open follows from the facts themselves; an edition loaded long ago reads the same.

    @property
    def is_account(self):
        """第七十六条：where the money goes needs a second checker, and payment waits meanwhile."""
        return "bank_account" in self.fields

    @property
    def on_the_cover(self):
        """第七十七条：what the signed agreement names is changed by a supplement."""
        return bool({"name", "legal_representative"} & set(self.fields))

    @property
    def needs_approval(self):
        """An authority approves it; for accounts and persons in charge there is none, the proof of the change will do."""
        return not (self.is_account or {"principal", "controller"} & set(self.fields))


@dataclass(frozen=True, kw_only=True)
class Change(Term):
    major_working_days: int
    general_working_days: int
    groups: tuple[ChangeGroup, ...]

    @property
    def major_fields(self):
        return [name for group in self.groups for name in group.fields]

    def groups_of(self, names):
        """The groups that hold any of these fields."""
        return [group for group in self.groups if set(group.fields) & set(names)]


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
class Inspecting(Term):
    team_minimum: int


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


@dataclass(frozen=True)
class PointsBand:
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Points(Term):
    """At which points of a calendar year a person is stopped, and for how long (第六十八条)."""

    bands: tuple[PointsBand, ...]
    suspend_at: int
    end_at: int
    suspend_months_min: int
    suspend_months_max: int
    slack_days: int
    end_years_added: int
    end_years_once: int


@dataclass(frozen=True)
class AssessmentBand:
    label: str
    at_least: Decimal


@dataclass(frozen=True, kw_only=True)
class AssessmentTerms(Term):
    objection_working_days: int
    bands: tuple[AssessmentBand, ...] = ()


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
    usual: int | None = None  # where each request names its day: what is usual when none is named
    shortest: int | None = None
    backward: bool = False
    recurring: bool = False
    reminders: tuple[int, ...] = ()
    default: bool = False  # the text names no number; this one is practice
    proof: bool = False  # the hospital shows by photographs that it was done


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
    inspecting: Inspecting = Inspecting(article="第五十七条", team_minimum=2, defaults=("team_minimum",))
    dispute: Term | None = None
    contact: Term | None = None
    points: Points | None = None
    assessment: AssessmentTerms | None = None


def read_terms(toml):
    """Terms from the text of a terms.toml. Raises BadTerms.

    In a [[deadline]] row, length, shortest and reminders may be the name of a number ("payment.working_days"):
    each number of the province is written once.
    """
    raw = parsed(toml, "terms.toml")
    rows = raw.pop("deadline", [])
    _check_defaults(build(Terms, raw | {"deadlines": {}}, ""))  # the tables first: clocks lean on them
    for row in rows:
        for key in ("length", "usual", "shortest", "reminders"):
            if isinstance(row.get(key), str):
                row[key] = _referred(raw, row[key], f"deadline {row.get('id')}", key)
    return build(Terms, raw | {"deadlines": keyed(rows, "id", "deadline")}, "")


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
            known = {one.name for one in fields(term)} if term else set()
            if unknown := set(getattr(term, "defaults", ())) - known:
                raise BadTerms(f"[{table.name}] 的 defaults：没有{'、'.join(sorted(unknown))}这一项")
