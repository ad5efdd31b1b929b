"""先告知、听取陈述申辩，再决定；告知有变的重新告知（第六条）。"""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from agreements.gate import RuleBroken, perform
from inspections.cases import actions as cases
from institutions.workdays import calendar_for

from ..desk import TODAY, upload
from .case_desk import ITEM, plan, suspending
from .office import Office

pytestmark = pytest.mark.each_text

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]


# ── the hospital is heard first ──


@pytest.mark.rule("Q06.3")
def test_nothing_is_decided_before_the_notice_was_received(people):
    case = people.notified()
    with pytest.raises(RuleBroken, match="不能提请处理"):
        cases.propose(case, by=people.desk.clerk, outcome="handle", plan=plan(), on=TODAY)


@pytest.mark.rule("Q06.3")
def test_the_window_starts_with_the_receipt_and_not_with_the_printing(people):
    case = people.notified()
    assert case.notice_paper.status == "owed" and case.window is None
    people.received(case.notice_paper)
    case = people.fresh(case)
    assert case.status == "defence" and case.window.started_on == TODAY
    term = case.agreement.terms.defence
    calendar = calendar_for(case.agreement.agency.region)
    days, working = term.days, term.working_days
    last = (
        calendar.next_working(TODAY + timedelta(days)) if days else calendar.add_working_days(TODAY, working)
    )
    assert case.window.due_on == last


@pytest.mark.rule("Q06.3")
def test_a_decision_within_the_window_is_refused_with_its_last_day(people):
    case = people.hearing()
    with pytest.raises(RuleBroken, match=people.desk.words(f"{case.defence_ends_on}24:00.*第六条")):
        cases.propose(case, by=people.desk.clerk, outcome="handle", plan=plan(), on=TODAY)


@pytest.mark.rule("Q06.3")
def test_the_window_is_over_on_the_day_after_its_last_day(people):
    case = people.hearing()
    assert not case.window_is_over(case.defence_ends_on)
    assert case.window_is_over(case.defence_ends_on + timedelta(days=1))


@pytest.mark.rule("Q06.3")
def test_time_that_ran_out_unused_is_no_duty_left_undone(people):
    case = people.hearing()
    after = case.defence_ends_on + timedelta(days=1)
    with time_machine.travel(datetime.combine(after, time(9)), tick=False):
        cases.propose(case, by=people.desk.clerk, outcome="handle", plan=people.fit(plan(on=after)), on=after)
    case = people.fresh(case)
    assert case.window.status == "dropped" and case.window_is_over(after)


@pytest.mark.rule("Q06.3")
def test_a_waiver_counts_only_in_writing(people):
    case = people.hearing()
    with pytest.raises(RuleBroken, match="书面"):
        perform(case.waive_defence, by=people.desk.signatory, files=[], on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(case.waive_defence, by=people.desk.operator, files=[upload()], on=TODAY)
    assert people.proposed(
        case=perform(case.waive_defence, by=people.desk.signatory, files=[upload()], on=TODAY)
    )


@pytest.mark.rule("Q06.3")
def test_every_defence_is_answered_before_the_proposal(people):
    case = perform(
        people.hearing().defend, by=people.desk.operator, text="系统故障所致", files=[upload()], on=TODAY
    )
    case = perform(case.waive_defence, by=people.desk.signatory, files=[upload()], on=TODAY)
    with pytest.raises(RuleBroken, match="没有写明审议意见"):
        people.proposed(case=case)
    defence = case.defences.get()
    case = perform(
        case.consider_defence,
        by=people.desk.clerk,
        defence=defence,
        adopted="no",
        opinion="系统记录正常",
        on=TODAY,
    )
    handling = people.proposed(case=case)
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    case = cases.decide(handling, by=people.desk.leader, on=TODAY)
    words = "".join(case.decision_paper.snapshot["paragraphs"])
    assert "不采纳。理由：系统记录正常" in words


@pytest.mark.rule("Q06.3")
def test_what_is_heavier_than_the_notice_must_be_notified_again(people):
    case = people.heard(intended=plan(damages=Decimal(5_000)))
    with pytest.raises(RuleBroken, match=f"处理比告知书写的重：违约金{people.desk.damages:,}.00元"):
        people.proposed(case=case, decided=plan())
    assert people.proposed(case=case, decided=plan(damages=Decimal(4_000)))


@pytest.mark.rule("Q06.3")
def test_the_notice_says_what_is_intended_and_how_long_there_is_to_answer(people):
    desk, damages = people.desk, people.desk.severe_damages
    case = people.notified(intended=suspending(damages=Decimal(damages)), items=SEVERE)
    said = case.notice_paper.snapshot
    words = "".join(said["paragraphs"])
    assert "追回违规费用120,000.00元" in words and "中止医保协议" in words
    assert (f"要求支付违约金{damages:,}.00元" in words) == bool(damages)
    days = desk.terms.defence.days
    span = f"{days}日" if days else f"{desk.terms.defence.working_days}个工作日"
    assert "陈述、申辩" in words and span in words
    assert said["table"]["rows"][0][1].startswith(desk.item_label("QH-66-03"))
    lead, item = said["quotes"][0]["lines"]
    code, _, _ = desk.own_item("QH-66-03")
    assert "中止" in lead and item.endswith(desk.breaches.items[code].text)
    assert said["quotes"][-1]["label"] == desk.terms.defence.article


@pytest.mark.rule("Q06.3")
def test_a_case_that_went_back_is_notified_and_heard_anew(people):
    case = perform(people.heard().investigate_again, by=people.desk.reviewer, reason="金额有变", on=TODAY)
    assert case.status == "investigating" and case.agreement.deadlines.open().filter(rule="T-22").count() == 0
    with pytest.raises(RuleBroken, match="还没有送达拟处理告知书"):
        people.proposed(case=case)
    case = perform(case.plan_handling, by=people.desk.clerk, plan=people.fit(plan()))
    case = cases.notify(case, by=people.desk.reviewer, on=TODAY)
    people.received(case.notice_paper)
    assert people.fresh(case).status == "defence" and people.fresh(case).window.status == "open"
    with pytest.raises(RuleBroken, match="24:00才届满"):
        people.proposed(case=people.fresh(case))


@pytest.mark.only_text("qinghai", reason="no item weighs more in the other texts (第六十五条)")
def test_an_item_can_be_weighed_anew_while_the_case_is_investigated(people):
    case = people.investigating()
    heavier = {**ITEM, "weighs_as": 66, "severity": "社会影响较大", "severity_reason": "媒体报道"}
    case = perform(case.weigh_item, by=people.desk.clerk, row=case.items.get(), **heavier)
    assert case.items.get().weighs_as == 66 and case.cap == Decimal(24_000)


def test_an_item_that_is_not_proved_is_removed(people):
    case = people.investigating()
    case = perform(case.remove_item, by=people.desk.clerk, row=case.items.get(), reason="查不实")
    assert not case.items.exists()


@pytest.mark.rule("Q04.5")
def test_an_inspection_that_found_something_becomes_a_case_with_its_findings(people, agency):
    office = Office(people.desk, agency)
    inspection = office.signed()
    case = people.clue(inspection.agreement, inspection=inspection, source="inspection")
    finding, item = inspection.findings.first(), case.items.first()
    assert office.fresh(inspection).status == "transferred"
    _, _, article = people.desk.own_item("QH-65-06")
    found = (item.finding, item.item, item.amount, item.weighs_as)
    assert found == (finding, finding.item, finding.amount, article)


def test_who_planned_the_handling_does_not_send_the_notice(people):
    wanted = people.fit(plan())
    case = perform(people.investigating().plan_handling, by=people.desk.clerk, plan=wanted)
    with pytest.raises(PermissionDenied):
        cases.notify(case, by=people.desk.clerk, on=TODAY)
