"""不成立、自查免责、移送、报备案；谁看得到案件（第六条、第六十一条、第七十条、第七十五条）。"""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.gate import RuleBroken, perform
from agreements.models import Event
from agreements.reports import self_report
from inspections import actions as inspection_actions
from inspections.cases import actions as cases
from inspections.cases.plan import Plan
from inspections.models import AuthorityFiling, BreachCase, Handling, Referral

from ..desk import TODAY, upload
from .case_desk import NOTHING, drafted, plan, sent, suspending
from .office import Office, strokes

pytestmark = pytest.mark.each_text

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]


@pytest.mark.rule("Q61.3")
def test_what_is_filed_with_the_authority_is_a_decided_case_and_how_it_was_handled(people):
    case = people.heard()
    for early in (case, None):
        with pytest.raises(
            RuleBroken, match=people.desk.words("备案的是检查属实、已经决定处理的违约案件.*第六十一条")
        ):
            drafted(people, AuthorityFiling, case, breach_case=early)
    case = people.decided(case=case)
    assert not case.after_check and not [one for one in case.left_to_do if "备案" in one]
    said = sent(people, AuthorityFiling, case).paper.snapshot
    assert said["title"] == "违约处理备案表" and "追回违规费用120,000.00元。" in dict(said["rows"])["处理"]
    assert len(said["table"]["rows"]) == 1


@pytest.mark.rule("Q61.3")
def test_a_case_that_came_to_nothing_is_not_filed_as_proved(people):
    nothing = Plan(on=TODAY, reason="查无实据")
    case = people.decided(outcome="not_established", decided=nothing, intended=plan())
    with pytest.raises(RuleBroken, match="不成立或免予处理的不备案"):
        drafted(people, AuthorityFiling, case)


# ── side exits ──


@pytest.mark.rule("Q70.1")
@pytest.mark.rule("Q70.2")
def test_a_referral_does_not_end_the_case(people):
    case = people.heard()
    letter = sent(people, Referral, case)
    case = people.fresh(case)
    assert case.is_referred and case.status == "defence" and letter.paper.snapshot["title"] == "移送函"
    letter = perform(letter.receive, by=people.desk.clerk, on=TODAY)
    perform(letter.answer, by=people.desk.clerk, text="已立案", files=[], on=TODAY)
    handling = perform(people.proposed(case=case).review, by=people.desk.reviewer, remark="同意")
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).status == "decided"


def self_check(people, agreement, code="QH-65-06", **changed):
    from agreements.reports import actions as reports

    facts = {
        "found_on": TODAY,
        "what": "重复收费",
        "item_code": code,
        "amount": Decimal(120_000),
        "returned_on": TODAY,
    }
    return reports.file_self_check(
        agreement, by=people.desk.operator, facts={**facts, **changed}, files=[upload()], on=TODAY
    )


@pytest.mark.rule("Q75.1")
def test_what_the_hospital_reported_first_is_exempted(people):
    agreement = people.desk.signed()
    report = self_check(people, agreement)
    case = people.investigating(agreement)
    nothing = plan(recover=Decimal(0), damages=Decimal(0))
    handling = people.proposed(case=case, outcome="exempt", decided=nothing, report=report)
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).status == "exempt"


@pytest.mark.rule("Q75.1")
@pytest.mark.parametrize(
    "item, code, changed, why",
    [
        ({"item": "QH-66-03", "part": "", "weighs_as": 66}, "QH-66-03", {}, "骗取医保基金"),
        ({}, "QH-65-01", {}, "没有报告第六十五条（六）"),
        ({}, "QH-65-06", {"returned_on": None}, "还没有清退"),
        (
            {"weighs_as": 66, "severity": "以骗取医疗保障基金支出为目的", "severity_reason": "伪造"},
            "QH-65-06", {}, "骗取医保基金",
        ),
    ],
)  # fmt: skip
def test_fraud_and_what_was_not_reported_is_not_exempted(people, item, code, changed, why):
    agreement = people.desk.signed()
    report = self_check(people, agreement, code, **changed)
    nothing = plan(recover=Decimal(0), damages=Decimal(0))
    with pytest.raises(RuleBroken, match=why):
        people.proposed(
            case=people.investigating(agreement, items=[item]),
            outcome="exempt",
            decided=nothing,
            report=report,
        )


@pytest.mark.rule("Q75.1")
def test_a_report_that_came_a_day_after_the_inspection_notice_exempts_nothing(people, monkeypatch):
    agreement = people.desk.signed()
    report = self_check(people, agreement)
    monkeypatch.setattr(self_report, "NOTICE_SOURCES", [lambda agreement, item: TODAY - timedelta(days=1)])
    nothing = plan(recover=Decimal(0), damages=Decimal(0))
    with pytest.raises(RuleBroken, match="介入检查"):
        people.proposed(
            case=people.investigating(agreement), outcome="exempt", decided=nothing, report=report
        )


@pytest.mark.rule("Q75.1")
@pytest.mark.parametrize(
    "how, offered",
    [
        ("planned", True),  # the hospital does not know of it
        ("notified", False),
        ("underway", False),
        ("signed", False),  # it found this very matter
        ("found something else", True),
        ("cancelled", True),
    ],
)
def test_an_inspection_that_the_hospital_was_told_of_closes_the_first_door(people, agency, how, offered):
    agreement, office = people.desk.signed(), Office(people.desk, agency)
    inspection = {"planned": office.planned, "notified": office.planned, "underway": office.underway,
                  "signed": office.signed, "cancelled": office.planned}.get(how, office.planned)(agreement=agreement)  # fmt: skip
    if how in ("notified", "cancelled"):
        inspection = perform(inspection.notify, by=people.desk.clerk, on=TODAY)
    if how == "cancelled":
        perform(inspection.cancel, by=people.desk.clerk, reason="重复安排", on=TODAY)
    if how == "found something else":
        working = perform(inspection.start, by=office.inspector, on=TODAY)
        office.finding(working, item="QH-65-03", part="")
        inspection_actions.finish(office.fresh(working), by=office.inspector)
        for shift, member in enumerate(working.team):
            inspection_actions.sign_as_inspector(
                office.fresh(working), member, by=office.inspector, strokes=strokes(shift)
            )
        inspection_actions.note_refusal(office.fresh(working), by=office.inspector, reason="不同意")
    assert self_check(people, agreement).exemption().offered == offered


# ── who sees it ──


@pytest.mark.rule("Q06.3")
def test_the_hospital_sees_its_case_from_the_notice_on(people, client):
    case = people.investigating()
    hospital = people.desk.operator
    assert not BreachCase.objects.visible_to(hospital).exists()
    assert not Event.objects.visible_to(hospital).filter(subject__startswith="违约案件").exists()
    case = perform(case.plan_handling, by=people.desk.clerk, plan=people.fit(plan()))
    case = cases.notify(case, by=people.desk.reviewer, on=TODAY)
    assert BreachCase.objects.visible_to(hospital).get() == case
    seen = Event.objects.visible_to(hospital).filter(subject__startswith="违约案件")
    assert [event.act for event in seen] == ["notify"]
    assert not case.handlings.model.objects.visible_to(hospital).exists()


def test_another_hospital_never_sees_it(people, other_operator):
    case = people.notified()
    assert not BreachCase.objects.visible_to(other_operator).exists() and case.items.exists()


def test_the_record_of_a_decision_is_whole(people):
    from agreements.models.event import first_fault

    wanted = suspending(damages=Decimal(people.desk.severe_damages))
    case = people.decided(decided=wanted, items=SEVERE)
    assert first_fault(people.agreement(case)) is None


def test_a_plan_falls_with_an_item_that_is_removed_and_what_was_turned_down_stays_readable(people):
    wanted = people.fit(suspending(**NOTHING))
    handling = people.reviewed(decided=wanted, items=SEVERE)
    cases.turn_down(handling, by=people.desk.leader, reason="证据不足")
    case = people.fresh(handling.breach_case)
    case = perform(case.investigate_again, by=people.desk.reviewer, reason="再查", on=TODAY)
    case = perform(case.plan_handling, by=people.desk.clerk, plan=wanted)
    case = perform(case.remove_item, by=people.desk.clerk, row=case.items.get(), reason="查不实")
    assert case.intended_plan is None
    assert "所依情形已撤去" in "".join(Handling.objects.get(pk=handling.pk).words)
