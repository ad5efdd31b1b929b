"""The numbers of an edition: terms.toml as frozen, typed objects.

Every table of terms.toml is a dataclass of `term_tables`; rates and amounts are strings there and Decimal here, so that
no float ever touches money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from .citing import cited
from .tables import BadTerms, build, keyed, parsed, rows_of
from .term_tables import (
    Aftercare,
    AssessmentTerms,
    Audit,
    Cascade,
    Change,
    Claiming,
    Consultation,
    Contacts,
    DamagesCap,
    Days,
    DeadlineTerm,
    Defence,
    Deposit,
    Expiry,
    Explanation,
    Fine,
    Grounds,
    Hours,
    Inspecting,
    Minutes,
    Permits,
    PersonStop,
    Points,
    PriceMarkup,
    Recovery,
    Refund,
    Renewal,
    RepeatSuspension,
    Review,
    Schedule,
    Scope,
    SelfReport,
    Settlement,
    Signing,
    Suspension,
    Term,
    Termination,
    WorkingDays,
)


@dataclass(frozen=True)
class Terms:
    """Every number of an edition, by concept. Each table carries the article it comes from.

    A table that is None is not in the text: what it would allow is not offered, what it would demand is not asked.
    """

    signing: Signing
    scope: Scope
    expiry: Expiry
    renewal: Renewal
    suspension: Suspension
    termination: Termination
    change: Change
    recovery: Recovery
    payment: WorkingDays
    rectification: Days
    defence: Defence
    deadlines: Mapping[str, DeadlineTerm]
    payment_hold: Grounds | None = None
    refund: Refund | None = None
    audit: Audit | None = None
    inspecting: Inspecting | None = None
    inspection_result: WorkingDays | None = None
    publication: Minutes | None = None
    cites: Mapping[str, str] | None = None
    investigation: Review | None = None
    outside_notice: Review | None = None
    repeat_suspension: RepeatSuspension | None = None
    cascade: Cascade | None = None
    deposit: Deposit | None = None
    liquidated_damages: Mapping[int, DamagesCap] = field(default_factory=dict)
    person_stop: Mapping[int, PersonStop] = field(default_factory=dict)
    fine: Fine | None = None
    end_by_notice: Term | None = None
    contacts: Contacts | None = None
    permits: Permits | None = None
    consultation: Consultation | None = None
    claiming: Claiming | None = None
    price_markup: PriceMarkup | None = None
    penalty_report: Days | None = None
    reconciliation: WorkingDays | None = None
    settlement: Settlement | None = None
    data_upload: Hours | None = None
    explanation: Explanation | None = None
    complaint: WorkingDays | None = None
    filing: WorkingDays | None = None
    reconnection: WorkingDays | None = None
    announcement: WorkingDays | None = None
    aftercare: Aftercare | None = None
    self_check: Schedule | None = None
    fee_analysis: Schedule | None = None
    self_report: SelfReport | None = None
    dispute: Term | None = None
    contact: Term | None = None
    points: Points | None = None
    assessment: AssessmentTerms | None = None

    @property
    def hold_grounds(self):
        """On what the agency may hold payment; none where the text knows no hold."""
        return self.payment_hold.grounds if self.payment_hold else ()

    @property
    def hold_article(self):
        """The article of a hold that comes with an order to rectify."""
        return self.payment_hold.article if self.payment_hold else ""

    @property
    def team_minimum(self):
        """How many inspect at the least; a text that says nothing asks for somebody."""
        return self.inspecting.team_minimum if self.inspecting else 1

    def cite(self, words):
        """These words with each article of the reference form under this edition's own number (`cites`).

        What the edition says nowhere is named as practice. An edition without `cites` is numbered as the
        reference form is.
        """
        return words if self.cites is None else cited(words, self.cites)


def read_terms(toml):
    """Terms from the text of a terms.toml. Raises BadTerms.

    In a [[deadline]] row, length, shortest and reminders may be the name of a number ("payment.working_days"):
    each number of the province is written once.
    """
    return terms_from(parsed(toml, "terms.toml"))


def terms_from(raw):
    """Terms from the tables of a terms.toml, which are left as they are. Raises BadTerms."""
    raw = dict(raw)
    rows = [dict(row) for row in rows_of(raw, "deadline")]
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
            known = {one.name for one in fields(term)} if isinstance(term, Term) else set()
            if unknown := set(getattr(term, "defaults", ())) - known:
                raise BadTerms(f"[{table.name}] 的 defaults：没有{'、'.join(sorted(unknown))}这一项")
