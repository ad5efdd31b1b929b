"""Coordination, review and court, opinions and explanations (第五、六、八十一条)."""

import pytest
from django.core.exceptions import PermissionDenied

from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Message, Paper
from inspections.cases import actions as cases
from inspections.models import CoordinationRequest, Dispute, Opinion
from inspections.records.actions import file_record

from ..desk import TODAY, upload
from .case_desk import CaseDesk

pytestmark = pytest.mark.each_text

DISPUTE = {
    "kind": "review",
    "body": "西宁市人民政府",
    "case_number": "宁政复〔2026〕3号",
    "began_on": TODAY,
    "matter": "不服违约处理决定",
}


@pytest.mark.rule("Q06.2", "Q06.3", "Q40.1", "Q81.1")
def test_the_hospital_asks_the_authority_to_coordinate_and_reads_the_result(desk, authority):
    facts = {"about": "audit", "matter": "扣款依据不明", "request": "协调复核"}
    asked = file_record(CoordinationRequest, desk.signed(), by=desk.operator, facts=facts, files=[upload()])
    assert asked.paper.purpose == Paper.Purpose.COORDINATION_REQUEST
    assert ("请求", "协调复核") in [tuple(row) for row in asked.paper.snapshot["rows"]]
    with pytest.raises(PermissionDenied):
        perform(asked.accept, by=desk.leader, on=TODAY)
    asked = perform(asked.accept, by=authority, on=TODAY)
    perform(asked.conclude, by=authority, text="双方复核", files=[], on=TODAY)
    assert Message.objects.filter(recipient=desk.operator, subject="协调结果").exists()


@pytest.mark.rule("Q81.1")
@pytest.mark.parametrize(
    "outcome, reopens",
    [("upheld", False), ("settled", False), ("revoked", True), ("changed", True), ("redone", True)],
)
def test_a_result_against_the_agency_asks_for_a_new_handling(desk, outcome, reopens):
    made = file_record(Dispute, desk.signed(), by=desk.operator, facts=DISPUTE)
    details = {"outcome": outcome, "text": "决定书", "decided_on": TODAY, "on": TODAY}
    with pytest.raises(RuleBroken, match="附上"):
        perform(made.conclude, by=desk.clerk, files=[], **details)
    made = perform(made.conclude, by=desk.clerk, files=[upload()], **details)
    assert (made.status, made.reopens) == ("decided", reopens)
    assert Message.objects.filter(recipient=desk.leader, subject="争议结果").exists()


@pytest.mark.rule("Q81.1")
def test_a_decision_that_does_not_stand_is_on_the_leaders_desk_until_its_case_is_reopened(desk):
    people = CaseDesk(desk)
    case = people.decided()
    made = file_record(Dispute, case.agreement, by=desk.operator, facts=DISPUTE, breach_case=case)
    title = "要重新办理的决定"
    assert title not in dict(desk_for(desk.leader))
    details = {"outcome": "redone", "text": "责令重新处理", "decided_on": TODAY, "on": TODAY}
    made = perform(made.conclude, by=desk.clerk, files=[upload()], **details)
    [item] = dict(desk_for(desk.leader))[title]
    assert case.number in item.subject and "责令重新处理" in item.subject
    assert item.url == case.get_absolute_url()
    cases.reopen(case, by=desk.leader, dispute=made, again=True, reason="依复议决定")
    assert title not in dict(desk_for(desk.leader))


@pytest.mark.rule("Q81.1")
def test_either_side_registers_a_dispute_and_only_once(desk):
    agreement = desk.signed()
    file_record(Dispute, agreement, by=desk.clerk, facts=DISPUTE)
    with pytest.raises(RuleBroken, match="已经登记过"):
        file_record(Dispute, agreement, by=desk.operator, facts=DISPUTE)
    assert Dispute.objects.count() == 1


@pytest.mark.rule("Q05.8", "Q05.9")
@pytest.mark.parametrize("kind, clock", [("opinion", "T-24"), ("explanation", "T-24b")])
def test_an_opinion_starts_the_agencys_clock_and_its_answer_ends_it(desk, kind, clock):
    agreement = desk.signed()
    facts = {"kind": kind, "subject": "病组权重", "text": "建议调整"}
    made = file_record(Opinion, agreement, by=desk.operator, facts=facts)
    running = agreement.deadlines.get(rule=clock, bound="甲")
    assert running.status == "open" and running.started_on == TODAY
    made = perform(made.answer, by=desk.clerk, text="已列入协商", on=TODAY)
    running.refresh_from_db()
    assert running.status == "met" and made.paper.purpose == Paper.Purpose.EXPLANATION
    assert "已列入协商" in made.paper.snapshot["paragraphs"][1]


@pytest.mark.rule("Q05.8")
def test_two_opinions_have_two_clocks(desk):
    agreement = desk.signed()
    first, _ = (
        file_record(
            Opinion, agreement, by=desk.operator, facts={"kind": "opinion", "subject": "甲", "text": text}
        )
        for text in ("一", "二")
    )
    perform(first.answer, by=desk.clerk, text="答复", on=TODAY)
    assert list(agreement.deadlines.filter(rule="T-24").order_by("pk").values_list("status", flat=True)) == [
        "met",
        "open",
    ]
