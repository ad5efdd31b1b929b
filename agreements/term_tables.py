"""The kinds of table in a terms.toml, as frozen dataclasses: one a concept, each with the article it comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Term:
    article: str
    defaults: tuple[str, ...] = ()  # keys that the text leaves open and practice fills


@dataclass(frozen=True, kw_only=True)
class Signing(Term):
    lowest_level: Literal["province", "prefecture", "county"]
    copies: int
    longest_years: int
    copy_holders: tuple[str, ...] = ()  # who keeps the copies, where the text names them: one entry a copy
    begins: str = ""  # "08-01": month and day, where the text prints the first day of every term
    ends: str = ""  # "07-31": and its last day

    def term_with(self, day):
        """(first, last) day of the printed term that holds this day."""
        first = _on(self.begins, day.year)
        first = first if first <= day else _on(self.begins, day.year - 1)
        last = _on(self.ends, first.year)
        return first, last if last >= first else _on(self.ends, first.year + 1)

    def prints(self, starts_on, ends_on):
        """Whether a term is what the text prints; a text that leaves its days blank prints any."""
        return not self.begins or (
            starts_on == _on(self.begins, starts_on.year) and ends_on == _on(self.ends, ends_on.year)
        )


def _on(month_and_day, year):
    return date.fromisoformat(f"{year}-{month_and_day}")


@dataclass(frozen=True, kw_only=True)
class Scope(Term):
    services: tuple[str, ...]
    payment_methods: tuple[str, ...] = ()  # (): the text leaves them to the settlement rules


@dataclass(frozen=True, kw_only=True)
class Expiry(Term):
    """What becomes of an agreement at the end of its term.

    `extension_months`: the lengths of its automatic extensions, one after another; none when it is empty.
    `longest_months`: the whole term with its extensions. `blocked_by`: the handling that stands against one.
    """

    holds_over: bool
    extension_months: tuple[int, ...]
    holdover_reminder_months: int | None = None
    set_cause_working_days: int | None = None
    longest_months: int | None = None
    blocked_by: tuple[Literal["criticism", "fine", "suspend", "rescind"], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Renewal(Term):
    """`window_opens_months_before`: None where one may apply from the first day of the term on."""

    apply_months_before: int
    window_opens_months_before: int | None = None


@dataclass(frozen=True, kw_only=True)
class Suspension(Term):
    """`max_days`: of a whole agreement, for whatever cause; None where the text sets no limit.

    `ends_automatically_after_days`: after which a requested one ends the agreement; None: it never does.
    `request_lead_months`: None where the text knows no suspension on request.
    `refile_working_days`: how long a request to go on that was returned still holds the ending off; None: until it is
    decided or withdrawn, as any other that is open.
    """

    max_days: int | None = None
    ends_automatically_after_days: int | None = None
    reminder_days_before: tuple[int, ...] = ()
    request_lead_months: int | None = None
    refile_working_days: int | None = None

    @property
    def on_request(self):
        return self.request_lead_months is not None


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
    """`major_working_days`, `general_working_days`: None where the text sets no number of days."""

    major_working_days: int | None = None
    general_working_days: int | None = None
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

    @property
    def takes_deposit(self):
        """Whether what is owed may be taken from a deposit; a text that knows none does not name it."""
        return "deposit" in self.offset_order


@dataclass(frozen=True, kw_only=True)
class Refund(Term):
    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Fine(Term):
    """An administrative fine is the authority's; the portal keeps its record. `max_amount` in yuan, included."""

    max_amount: Decimal


@dataclass(frozen=True)
class ContactRole:
    code: str
    label: str
    least: int = 1
    grades: tuple[str, ...] = ()  # levels of hospital that must name it ("2", "3"); empty: all
    as_the_case_is: tuple[str, ...] = ()  # level and category ("2 special") for which the text leaves it open


@dataclass(frozen=True, kw_only=True)
class Contacts(Term):
    """Who of the institution's own people looks after the insurance."""

    roles: tuple[ContactRole, ...]

    def role(self, code):
        """The role with this code, or None."""
        return next((one for one in self.roles if one.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Permits(Term):
    """Service items that are paid only when the agency has permitted them."""

    items: tuple[str, ...] = ()  # the usual ones, to choose from; others are written


@dataclass(frozen=True, kw_only=True)
class Consultation(Term):
    """Plans on which the institution consults the agency beforehand."""

    kinds: tuple[str, ...]


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
class Claiming(Term):
    """`daily_reconciliation`: claims are taken only when the accounts of every day agreed."""

    daily_reconciliation: bool


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
class Defence(Term):
    """How long the hospital may state and defend itself: in working days or in days, one of the two."""

    working_days: int | None = None
    days: int | None = None

    @property
    def in_words(self):
        return f"{self.working_days}个工作日" if self.days is None else f"{self.days}日"


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
    plaque_working_days: int | None = None


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
    rules: tuple[str, ...] = ()
    articles: tuple[str, ...]
    bound: tuple[Literal["甲", "乙", "系统"], ...]
    start_event: str
    start_label: str
    unit: Literal["working_day", "day", "month", "hour", "minute", "count"]
    missed: str = ""
    length: int | None = None
    usual: int | None = None  # where each request names its day: what is usual when none is named
    shortest: int | None = None
    backward: bool = False
    recurring: bool = False
    reminders: tuple[int, ...] = ()
    default: bool = False  # the text names no number; this one is practice
    proof: bool = False  # the hospital shows by photographs that it was done
