"""The inspections of inspections.csv: planned, at work, signed, refused, become a case (第五十七条)."""

from datetime import timedelta

from agreements.gate import perform
from institutions.models import Role

from .. import actions
from .people import lines, scan, seal, written

STAGES = ["planned", "underway", "signed"]
CERTIFICATE = "QHYB-6301-{:03d}"


def build_inspections(crew):
    """{key: Inspection} as they stand."""
    return {row.key: _inspection(crew, row) for row in lines("inspections")}


def _inspection(crew, row):
    agreement = crew.agreement(row.agreement)
    on = crew.days_ago(agreement, row.days)
    inspection = _planned(crew, row, agreement, on)
    if row.stage == "planned":
        return inspection
    by = crew.inspectors[0]
    if row.kind == "periodic":
        inspection = perform(inspection.notify, by=crew.of_agency(Role.CLERK, agreement), on=on)
    inspection = perform(inspection.start, by=by, on=on)
    _work(crew, row, inspection, by)
    return inspection if row.stage == "underway" else _answered(crew, row, inspection, by, on)


def _planned(crew, row, agreement, on):
    team = [*crew.inspectors[:2], *([crew.outsider] if row.firm else [])]
    seats = [
        {"user": one, "certificate": CERTIFICATE.format(one.pk), "leads": place == 0}
        for place, one in enumerate(team)
    ]
    department = crew.department(agreement, row.departments)
    last = min(on, crew.desk.today)
    return actions.plan_inspection(
        agreement, by=crew.of_agency(Role.CLERK, agreement), kind=row.kind, title=row.title, signal=row.signal,
        period_from=last - timedelta(days=180), period_to=last, planned_on=on, third_party=row.firm,
        departments=[department] if department else [], staff=[], team=seats,
    )  # fmt: skip


def _work(crew, row, inspection, by):
    """The checklist, a sample and what was found; papers that are still to come where the team is at work."""
    agreement = inspection.agreement
    results = {row.item: ["not_met", row.facts[:40]], "QH-65-01": ["met", ""], "QH-63-11": ["met", ""]}
    perform(inspection.record_checks, by=by, results=results)
    perform(
        inspection.record_visit, by=by, on=inspection.began_on, place=str(crew.department(agreement, row.department) or "门诊部、病案室"),
        members=inspection.team, met="医保办主任、科室主任", note=f"核对病历、治疗单和收费明细。{row.facts}", files=[scan("现场笔录.pdf")],
    )  # fmt: skip
    actions.draw_sample(inspection, by=by, about="本核查时段出院病例", population=1286)
    perform(
        inspection.add_finding, by=by, item=row.item, part=row.part, facts=row.facts, files=[scan("病历抽查记录.pdf")],
        department=crew.department(agreement, row.department), staff=crew.staff(agreement, row.staff),
        period_from=inspection.period_from, period_to=inspection.period_to, cases=int(row.cases), amount=row.amount,
    )  # fmt: skip
    if row.stage == "underway":
        what, due_on = "治疗记录单、排班表、收费明细（电子数据）", crew.desk.today + timedelta(days=3)
        actions.ask_for_evidence(inspection, by=by, what=what, due_on=due_on, on=inspection.began_on)


def _answered(crew, row, inspection, by, on):
    """The result is fixed and signed by the team; the hospital signs and seals, or its refusal is noted."""
    inspection = actions.finish(inspection, by=by, on=on)
    for member in inspection.team:
        inspection = actions.sign_as_inspector(inspection, member, by=by, strokes=written(member.name))
    if row.stage == "refused":
        return actions.note_refusal(inspection, by=by, reason=row.reason, on=on)
    name = inspection.agreement.institution.current.legal_representative
    return actions.sign_on_the_spot(
        inspection, by=by, name=name, capacity="legal", strokes=written(name[:3]), seal=seal(), on=on
    )
