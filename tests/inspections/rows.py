"""One inspection under way and one that was fixed, and where each URL of the app leads in them."""

from agreements.gate import perform
from inspections import actions

from ..desk import TODAY, upload
from .office import FACTS


def inspections_for(desk, agreement, *team):
    """{URL name: arguments} for a team of these people."""
    seats = [{"user": one, "certificate": "", "leads": False} for one in team]
    facts = {**FACTS, "third_party": "信诚会计师事务所", "team": seats}
    planned = [actions.plan_inspection(agreement, by=desk.clerk, **facts) for _ in range(2)]
    working, fixed = (perform(one.start, by=team[0], on=TODAY) for one in planned)
    perform(working.add_finding, by=team[0], item="QH-65-06", part="c", facts="重复收费", files=[upload()])
    asked = actions.ask_for_evidence(working, by=team[0], what="病历", due_on=TODAY)
    fixed = actions.finish(fixed, by=team[0])
    work = [working.number]
    return {
        "inspection-new": [agreement.number],
        "inspection": work,
        "inspection-edit": work,
        "inspection-checklist": work,
        "inspection-samples": work,
        "visit-new": work,
        "finding-new": work,
        "finding-edit": [*work, 1],
        "finding-drop": [*work, 1],
        "evidence-new": work,
        "evidence-request": [*work, asked.order],
        "inspection-file": [*work, working.findings.get().evidence.get().pk],
        "inspection-sheet": [fixed.number],
        "inspection-paper": [fixed.number],
    }
