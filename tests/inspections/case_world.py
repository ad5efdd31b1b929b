"""One breach case that the hospital has been told of, with one of everything under it, and where each URL leads in it."""

from django.utils import timezone

from inspections.cases.plan import Plan
from inspections.models import BreachCase


def case_for(desk, agreement, number=1):
    """A decided case with an item, a proposal, an interview, a rectification and a sum that is owed."""
    day, by = agreement.starts_on, desk.clerk
    case = BreachCase.objects.create(
        number=f"违{agreement.pk}-{number}", agreement=agreement, source="complaint", title="重复收费", clue="群众反映",
        status="decided", since=day, opened_by=by, opened_on=day, notified_on=day, decided_on=day, decided_by=desk.leader,
    )  # fmt: skip
    case.items.create(order=1, item="QH-65-06", weighs_as=65, facts="重复收费", amount=100)
    plan = Plan(on=day, reason="查实").kept()
    case.decision = case.handlings.create(
        outcome="handle", plan=plan, status="carried-out", proposed_by=by, proposed_on=day, override_reason="情节恶劣",
        decided_by=desk.leader, decided_on=day,
    )  # fmt: skip
    case.save(update_fields=["decision"])
    paper = agreement.papers.first()
    case.interviews.create(
        persons="院长", place="会议室", at=timezone.now(), matters="收费", called_on=day, paper=paper
    )
    case.rectifications.create(problems="收费", requirement="退费", due_on=day, ordered_on=day, paper=paper)
    item = case.recoveries.create(kind="fees", amount=100, paper=paper, status="notified", due_on=day)
    item.payments.create(amount=1, paid_on=day, recorded_by=by)
    case.defences.create(text="无异议", filed_on=day)
    return case


def cases_for(desk, agreement):
    """{URL name: arguments}."""
    case = case_for(desk, agreement)
    under = {
        "handling": case.handlings, "interview": case.interviews, "rectification": case.rectifications,
        "recovery": case.recoveries,
    }  # fmt: skip
    rows = {name: [case.number, found.get().pk] for name, found in under.items()}
    return {"case-new": [agreement.number], "case": [case.number], "case-points": [case.number], **rows}
