"""Points that a decided case calls for: who is responsible by its items and stops, and one proposal a person (第六十八条)."""

from dataclasses import dataclass

from django.db import transaction

from ..models import PointsRecord
from ..records.actions import file_record


@dataclass(frozen=True)
class Responsible:
    """One of the staff whom the case names. `record`: the points that were proposed or given for it, or None."""

    staff: object
    items: list
    record: PointsRecord | None


def responsible_in(case):
    """[Responsible] in the order of the items; a person who is stopped counts as named by the item of the stop."""
    items = {item.order: item for item in case.items.select_related("staff")}
    named = [(item.staff, item) for item in items.values() if item.staff]
    bans = case.decision.typed_plan.bans if case.decision else ()
    people = case.agreement.institution.staff_members.in_bulk(
        [one.target for one in bans if one.scope == "person"]
    )
    named += [(people[one.target], items[one.item]) for one in bans if one.target in people]
    counted = case.pointsrecords.exclude(status__in=PointsRecord.UNCOUNTED)
    records = {one.staff_id: one for one in counted}
    by_person = {}
    for staff, item in named:
        by_person.setdefault(staff, {})[item.order] = item
    return [Responsible(staff, [*its.values()], records.get(staff.pk)) for staff, its in by_person.items()]


def band_for(case):
    """第六十八条：the lightest band of the terms, to which points for a breach of the agreement belong. None without terms."""
    terms = case.agreement.terms.points
    return min(terms.bands, key=lambda band: band.least) if terms else None


def reason_from(case, items):
    """Which handling, and for which acts: the words of a record of points."""
    facts = "；".join(f"{item.breach.article_label}{item.label}" for item in items)
    return f"违约案件{case.number}决定处理：{facts}"[:500]


@transaction.atomic
def propose(case, *, by, rows, on, address=""):
    """A proposal for each of `rows` (staff, points, responsibility, reason), all or none. Returns the records."""
    return [
        file_record(
            PointsRecord, case.agreement, by=by, address=address, facts={**row, "given_on": on}, on=on, breach_case=case
        )
        for row in rows
    ]  # fmt: skip
