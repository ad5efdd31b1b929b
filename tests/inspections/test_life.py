"""An inspection from the plan to the file: the table of moves, who may, what each step asks for."""

import inspect
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from agreements.gate import RuleBroken, acts_of, declared, perform, refusal
from agreements.models import Deadline
from inspections import actions, checks
from inspections.models import EvidenceRequest, Inspection
from inspections.states import InspectionStatus as S

from ..desk import TODAY, upload
from .office import strokes

pytestmark = pytest.mark.each_text

TABLE = {
    "plan": {S.PLANNED}, "revise_plan": {S.PLANNED}, "notify": {S.PLANNED}, "cancel": {S.PLANNED, S.NOTIFIED},
    "start": {S.PLANNED, S.NOTIFIED}, "ask_for_evidence": {S.NOTIFIED, S.UNDERWAY}, "record_checks": {S.UNDERWAY},
    "draw_sample": {S.UNDERWAY}, "add_finding": {S.UNDERWAY}, "change_finding": {S.UNDERWAY},
    "drop_finding": {S.UNDERWAY}, "record_visit": {S.UNDERWAY}, "finish": {S.UNDERWAY}, "reopen": {S.TO_SIGN}, "sign_as_inspector": {S.TO_SIGN},
    "sign_on_the_spot": {S.TO_SIGN}, "sign_online": {S.TO_SIGN}, "note_refusal": {S.TO_SIGN},
    "archive": {S.SIGNED, S.REFUSED}, "transfer": {S.SIGNED, S.REFUSED},
}  # fmt: skip


def test_the_table_names_every_act():
    assert set(acts_of(Inspection)) == set(TABLE)


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("name", TABLE)
def test_every_state_and_act(name, state):
    may = state in getattr(Inspection, name)._django_fsm.transitions
    assert may == (state in TABLE[name])
    if not may:
        why = refusal(Inspection(number="630100-HC2026-0001", status=state), name, by=None)
        assert S(state).label in why and declared(Inspection, name).custom["article"] in why


@pytest.mark.parametrize("model", [Inspection, EvidenceRequest])
def test_every_act_is_declared_whole(model):
    for name in acts_of(model):
        step, doc = declared(model, name), getattr(model, name).__doc__
        assert step.custom["label"] and step.custom["article"] and step.permission, name
        assert "条" in doc or "办审分离" in doc, name
        details = {*inspect.signature(getattr(model, name)).parameters, "by"}
        for check in step.custom["checks"]:
            assert set(check.wants) <= details, (name, check.__name__)


def test_every_check_has_a_sentence_and_an_article():
    for name, check in inspect.getmembers(checks, inspect.isfunction):
        if check.__module__ == checks.__name__:
            assert check.sentence and check.article, name


# ── the team and the notice ──


@pytest.mark.rule("Q57.1")
def test_one_too_few_is_no_team(office):
    inspecting = office.desk.terms.inspecting
    with pytest.raises(RuleBroken, match=f"至少{inspecting.team_minimum}人.*{inspecting.article}"):
        office.planned(team=office.team(office.inspector))
    assert not Inspection.objects.exists()


@pytest.mark.rule("Q57.1")
def test_the_same_person_twice_is_no_team(office):
    with pytest.raises(RuleBroken, match="各列一次"):
        office.planned(team=office.team(office.inspector, office.inspector))


@pytest.mark.rule("Q57.1")
def test_a_team_that_lost_a_member_cannot_start(office):
    inspection = office.planned()
    inspection.members.last().delete()
    with pytest.raises(RuleBroken, match=f"现在只有{office.desk.team_minimum - 1}人"):
        perform(office.fresh(inspection).start, by=office.inspector, on=TODAY)


@pytest.mark.rule("Q57.1")
def test_a_periodic_inspection_is_told_first_and_an_irregular_one_need_not_be(office):
    periodic = office.planned(kind="periodic")
    with pytest.raises(RuleBroken, match="先通知乙方"):
        perform(periodic.start, by=office.inspector, on=TODAY)
    notified = perform(periodic.notify, by=office.desk.clerk, on=TODAY)
    assert perform(notified.start, by=office.inspector, on=TODAY).status == S.UNDERWAY
    assert office.underway(kind="irregular").status == S.UNDERWAY


@pytest.mark.rule("Q57.1")
def test_the_scope_reaches_departments_and_staff_of_this_hospital_only(office, other_hospital):
    own = office.desk.hospital.departments.create(code="ZJ", name="针灸科")
    assert office.planned(departments=[own]).scope == "针灸科"
    strange = other_hospital.departments.create(code="ZJ", name="骨伤科")
    with pytest.raises(RuleBroken, match="骨伤科不是西宁湟滨医院的科室"):
        office.planned(departments=[strange])


@pytest.mark.parametrize(
    "who, may",
    [("clerk", True), ("reviewer", True), ("leader", True), ("operator", False), ("other_clerk", False)],
)
def test_who_may_plan(office, request, who, may):
    by = request.getfixturevalue(who)
    if may:
        assert office.planned(by=by).planned_by == by
    else:
        with pytest.raises(PermissionDenied):
            office.planned(by=by)


def test_who_is_not_on_the_team_does_not_inspect(office):
    inspection = office.planned()
    for stranger in (office.desk.clerk, office.desk.leader, office.outsider, office.desk.signatory):
        with pytest.raises(PermissionDenied):
            perform(inspection.start, by=stranger, on=TODAY)


def test_the_plan_is_cancelled_with_a_reason_only(office):
    inspection = office.planned()
    with pytest.raises(RuleBroken):
        perform(inspection.cancel, by=office.desk.clerk, reason=" ", on=TODAY)
    assert (
        perform(inspection.cancel, by=office.desk.clerk, reason="合并到联合核查", on=TODAY).status
        == S.CANCELLED
    )


def test_with_the_inspection_what_was_asked_for_is_called_off(office):
    inspection = perform(office.planned().notify, by=office.desk.clerk, on=TODAY)
    actions.ask_for_evidence(inspection, by=office.desk.clerk, what="病历", due_on=TODAY)
    actions.cancel(office.fresh(inspection), by=office.desk.clerk, reason="改期", on=TODAY)
    assert inspection.evidence_requests.get().status == "withdrawn"
    assert not inspection.agreement.deadlines.open().filter(rule="T-39").exists()


def test_numbers_follow_each_other(office):
    first, second = office.planned(), office.planned()
    assert [one.number[-5:] for one in (first, second)] == ["-0001", "-0002"]


# ── evidence ──


@pytest.mark.rule("Q57.2")
def test_papers_are_asked_for_with_a_day_and_handed_over_with_a_letter_of_commitment(office):
    inspection = office.underway()
    request = actions.ask_for_evidence(
        inspection, by=office.inspector, what="出院病历", due_on=TODAY + timedelta(days=3)
    )
    clock = inspection.agreement.deadlines.get(rule="T-39")
    assert (clock.due_on, clock.bound, clock.status) == (
        TODAY + timedelta(days=3),
        "乙",
        Deadline.Status.OPEN,
    )
    assert request.paper.get_purpose_display() == "资料调取通知书" and "调〔" in request.paper.number
    with pytest.raises(RuleBroken, match="没有附上资料"):
        actions.hand_over(request, by=office.desk.operator, answer="", files=[])
    request = actions.hand_over(request, by=office.desk.operator, answer="共三份", files=[upload("病历.pdf")])
    assert request.status == "answered" and not request.late
    assert bool(request.commitment_paper) == bool(office.desk.edition.commitment)  # not every text has one
    clock.refresh_from_db()
    assert clock.status == Deadline.Status.MET


@pytest.mark.rule("Q57.2")
def test_what_is_late_is_taken_and_marked_and_shown_while_it_is_missing(office):
    inspection = office.underway()
    request = actions.ask_for_evidence(inspection, by=office.inspector, what="出院病历", due_on=TODAY)
    EvidenceRequest.objects.filter(pk=request.pk).update(
        due_on=TODAY - timedelta(days=1), asked_on=TODAY - timedelta(days=3)
    )
    request = EvidenceRequest.objects.get()
    assert request.is_overdue
    request = actions.hand_over(request, by=office.desk.operator, answer="", files=[upload()])
    assert request.late and not request.is_overdue


@pytest.mark.rule("Q57.2")
def test_what_is_incomplete_is_asked_for_again_with_a_new_day_and_a_new_clock(office):
    inspection = office.underway()
    request = actions.ask_for_evidence(inspection, by=office.inspector, what="出院病历", due_on=TODAY)
    assert inspection.agreement.deadlines.get(rule="T-39").due_on == TODAY
    request = actions.hand_over(request, by=office.desk.operator, answer="", files=[upload()])
    later = TODAY + timedelta(days=2)
    request = perform(request.ask_again, by=office.inspector, reason="缺第3份", due_on=later, on=TODAY)
    clocks = inspection.agreement.deadlines.filter(rule="T-39").order_by("pk")
    assert [(one.due_on, one.status) for one in clocks] == [(TODAY, "met"), (later, "open")]
    request = perform(request.withdraw, by=office.inspector, reason="已从系统取得", on=TODAY)
    assert clocks.last().status == "dropped"


def test_the_day_that_a_request_names_cannot_be_over(office):
    with pytest.raises(RuleBroken, match="已经过去"):
        actions.ask_for_evidence(
            office.underway(), by=office.inspector, what="出院病历", due_on=TODAY - timedelta(days=1)
        )


# ── findings ──


@pytest.mark.only_text("qinghai", reason="no other catalogue has two items for one act")
def test_of_overlapping_items_the_choice_needs_a_reason(office):
    inspection = office.underway()
    with pytest.raises(RuleBroken, match="第六十五条（十）与第六十六条（七）.*写明为什么"):
        office.finding(inspection, "QH-65-10", "a")
    assert office.finding(inspection, "QH-65-10", "a", choice_reason="没有套取资质").order == 1


@pytest.mark.parametrize(
    "wrong", [{"item": "QH-99-01", "part": ""}, {"part": "x"}, {"item": "QH-62-01", "part": ""}]
)
def test_a_finding_names_an_item_against_the_hospital(office, wrong):
    item, part, _ = office.desk.own_item("QH-65-06", "c")
    facts = {"item": item, "part": part, "facts": "重复收费", "files": [upload()], **wrong}
    with pytest.raises(RuleBroken, match="没有“"):
        perform(office.underway().add_finding, by=office.inspector, **facts)


def test_a_finding_is_changed_and_dropped_while_the_inspection_is_under_way_only(office):
    inspection = office.underway()
    finding = office.finding(inspection)
    facts = {"item": finding.item, "part": finding.part, "files": [], "facts": "核对后为11例", "cases": 11}
    perform(inspection.change_finding, by=office.second, finding=finding, **facts)
    finding.refresh_from_db()
    assert (finding.cases, finding.evidence.count()) == (11, 1)
    with pytest.raises(RuleBroken):
        perform(inspection.drop_finding, by=office.second, finding=finding, reason="")
    actions.finish(inspection, by=office.inspector)
    with pytest.raises(RuleBroken, match="现为“结果待签”"):
        perform(inspection.drop_finding, by=office.second, finding=finding, reason="不成立")


def test_evidence_is_the_agencys_own(office):
    finding = office.finding(office.underway())
    assert finding.evidence.get().internal


# ── checklist ──


# Items of each catalogue against the hospital.
ITEMS = {"qinghai-2025": 55, "shanghai-secondary": 16, "shanghai-primary": 16, "yunling": 3}


def test_the_checklist_is_the_editions_catalogue_against_the_hospital(office):
    inspection, edition = office.planned(), office.desk.edition
    named = ["contacts"] if edition.terms.contacts else []  # those whom the hospital has to name
    wanted = [one.code for one in edition.breaches.items.values() if one.against == "institution"]
    assert list(inspection.checklist.values_list("item", flat=True)) == named + wanted
    assert len(wanted) == ITEMS[edition.code]


def test_a_line_that_concerns_another_grade_is_left_out(office, monkeypatch):
    from agreements.breaches import BreachItem

    monkeypatch.setattr(
        BreachItem, "concerns", lambda item, grade: item.code != "QH-65-02" or grade[:1] == "1"
    )
    assert not office.planned().checklist.filter(item="QH-65-02").exists()


def test_lines_are_recorded_by_the_team(office):
    inspection, (item, _, _) = office.underway(), office.desk.own_item("QH-65-01")
    perform(inspection.record_checks, by=office.inspector, results={item: ["not_met", "3 例"]})
    line = inspection.checklist.get(item=item)
    assert (line.result, line.note, line.checked_by) == ("not_met", "3 例", office.inspector)
    with pytest.raises(RuleBroken, match="QH-62-01"):
        perform(inspection.record_checks, by=office.inspector, results={"QH-62-01": ["met", ""]})


# ── the clock, the end ──


@pytest.mark.rule("Q57.3")
def test_the_result_is_fed_back_in_time_after_the_fieldwork(office):
    inspection = office.to_sign()
    clock = inspection.agreement.deadlines.get(rule="T-21")
    assert (clock.started_on, clock.bound, clock.status) == (TODAY, "甲", "open")
    perform(inspection.reopen, by=office.desk.reviewer, reason="金额有误", on=TODAY)
    clock.refresh_from_db()
    assert clock.status == "dropped"
    again = actions.finish(office.fresh(inspection), by=office.inspector)
    assert inspection.agreement.deadlines.filter(rule="T-21", status="open").count() == 1
    for shift, member in enumerate(again.team):
        again = actions.sign_as_inspector(again, member, by=office.inspector, strokes=strokes(shift))
    actions.note_refusal(again, by=office.inspector, reason="不认可")
    assert not inspection.agreement.deadlines.open().filter(rule="T-21").exists()


def test_a_signed_result_is_filed_or_becomes_a_case(office):
    inspection = office.signed()
    assert perform(inspection.transfer, by=office.desk.clerk, on=TODAY).status == S.TRANSFERRED
    empty = actions.finish(office.underway(), by=office.inspector)
    for shift, member in enumerate(empty.team):
        empty = actions.sign_as_inspector(empty, member, by=office.inspector, strokes=strokes(shift))
    office.agrees_to_electronic_delivery()
    empty = actions.sign_online(office.fresh(empty), by=office.desk.signatory, capacity="legal")
    with pytest.raises(RuleBroken, match="没有查出问题"):
        perform(empty.transfer, by=office.desk.clerk, on=TODAY)
    assert perform(empty.archive, by=office.desk.clerk, remark="", on=TODAY).status == S.ARCHIVED
