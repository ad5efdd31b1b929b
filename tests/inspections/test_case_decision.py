"""告知、陈述申辩、三人决定、一次办成（第六条、第六十三条至第六十七条、第七十条、第七十五条）。"""

import threading
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection

from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Event, Status
from agreements.reports import self_report
from agreements.stops import cascade
from inspections import actions as inspection_actions
from inspections.cases import actions as cases
from inspections.cases import sheets as case_sheets
from inspections.cases.plan import Ban, Plan
from inspections.models import AuthorityFiling, BreachCase, Handling, RecoveryItem, Referral
from inspections.records.actions import file_record
from institutions.holidays import seed
from institutions.workdays import calendar_for

from ..desk import TODAY, upload
from .case_desk import ITEM, CaseDesk, collective, plan, rescinding, suspending
from .office import Office, strokes

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]
WORST = [{"item": "QH-67-02", "part": "", "weighs_as": 67}]


@pytest.fixture
def people(desk):
    seed()
    return CaseDesk(desk)


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
    five = case.agreement.terms.defence.working_days
    assert case.window.due_on == calendar_for(case.agreement.agency.region).add_working_days(TODAY, five)


@pytest.mark.rule("Q06.3")
def test_a_decision_within_the_window_is_refused_with_its_last_day(people):
    case = people.hearing()
    with pytest.raises(RuleBroken, match=f"{case.defence_ends_on}24:00.*第六条"):
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
        cases.propose(case, by=people.desk.clerk, outcome="handle", plan=plan(on=after), on=after)
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
    with pytest.raises(RuleBroken, match="处理比告知书写的重：违约金12,000.00元"):
        people.proposed(case=case, decided=plan())
    assert people.proposed(case=case, decided=plan(damages=Decimal(4_000)))


@pytest.mark.rule("Q06.3")
def test_the_notice_says_what_is_intended_and_how_long_there_is_to_answer(people):
    case = people.notified(intended=suspending(damages=Decimal(24_000)), items=SEVERE)
    said = case.notice_paper.snapshot
    words = "".join(said["paragraphs"])
    assert (
        "追回违规费用120,000.00元" in words
        and "要求支付违约金24,000.00元" in words
        and "中止医保协议" in words
    )
    assert (
        "陈述、申辩" in words
        and "5个工作日" in words
        and said["table"]["rows"][0][1].startswith("第六十六条（三）")
    )
    lead, item = said["quotes"][0]["lines"]
    assert "中止医保协议" in lead and item.startswith("（三）") and said["quotes"][-1]["label"] == "第六条"


@pytest.mark.rule("Q06.3")
def test_a_case_that_went_back_is_notified_and_heard_anew(people):
    case = perform(people.heard().investigate_again, by=people.desk.reviewer, reason="金额有变", on=TODAY)
    assert case.status == "investigating" and case.agreement.deadlines.open().filter(rule="T-22").count() == 0
    with pytest.raises(RuleBroken, match="还没有送达拟处理告知书"):
        people.proposed(case=case)
    case = perform(case.plan_handling, by=people.desk.clerk, plan=plan())
    case = cases.notify(case, by=people.desk.reviewer, on=TODAY)
    people.received(case.notice_paper)
    assert people.fresh(case).status == "defence" and people.fresh(case).window.status == "open"
    with pytest.raises(RuleBroken, match="24:00才届满"):
        people.proposed(case=people.fresh(case))


def test_an_item_can_be_weighed_anew_while_the_case_is_investigated(people):
    case = people.investigating()
    heavier = {**ITEM, "weighs_as": 66, "severity": "社会影响较大", "severity_reason": "媒体报道"}
    case = perform(case.weigh_item, by=people.desk.clerk, row=case.items.get(), **heavier)
    assert case.items.get().weighs_as == 66 and case.cap == Decimal(24_000)
    case = perform(case.remove_item, by=people.desk.clerk, row=case.items.get(), reason="查不实")
    assert not case.items.exists()


@pytest.mark.rule("Q04.5")
def test_an_inspection_that_found_something_becomes_a_case_with_its_findings(people, agency):
    office = Office(people.desk, agency)
    inspection = office.signed()
    case = people.clue(inspection.agreement, inspection=inspection, source="inspection")
    finding, item = inspection.findings.first(), case.items.first()
    assert office.fresh(inspection).status == "transferred"
    assert (item.finding, item.item, item.amount, item.weighs_as) == (
        finding,
        finding.item,
        finding.amount,
        65,
    )


def test_who_planned_the_handling_does_not_send_the_notice(people):
    case = perform(people.investigating().plan_handling, by=people.desk.clerk, plan=plan())
    with pytest.raises(PermissionDenied):
        cases.notify(case, by=people.desk.clerk, on=TODAY)


# ── three people ──


@pytest.mark.rule("Q65.1")
def test_one_person_alone_never_decides(people):
    handling = people.proposed()
    with pytest.raises(RuleBroken, match="待复核"):
        cases.decide(handling, by=people.desk.leader, on=TODAY)
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    with pytest.raises(PermissionDenied):
        cases.decide(handling, by=people.desk.reviewer, on=TODAY)
    Handling.objects.filter(pk=handling.pk).update(reviewed_by=people.desk.leader)
    with pytest.raises(RuleBroken, match="复核人不能自己决定"):
        cases.decide(handling, by=people.desk.leader, on=TODAY)


def test_a_handling_carries_only_the_acts_that_it_says(people):
    handling = people.reviewed(decided=suspending(damages=Decimal(0)), items=SEVERE)
    agreement, (name, details) = handling.agreement, handling.acts()[0]
    longer = {**details, "until": details["until"] + timedelta(days=1)}
    with pytest.raises(RuleBroken, match="处理呈批还没有由负责人决定"):
        perform(getattr(agreement, name), by=people.desk.leader, proposal=handling, **details)
    words = {"override_reason": "", "override_files": []}
    handling = perform(handling.decide, by=people.desk.leader, on=TODAY, **words)
    with pytest.raises(RuleBroken, match="与处理呈批不一致"):
        perform(getattr(agreement, name), by=people.desk.leader, proposal=handling, **longer)
    with pytest.raises(RuleBroken, match="不一致"):
        perform(
            agreement.hold_payment, by=people.desk.leader, proposal=handling, reason="查实", on=TODAY,
            hold_ground=agreement.terms.payment_hold.ground("64"),
        )  # fmt: skip
    assert (
        perform(getattr(agreement, name), by=people.desk.leader, proposal=handling, **details).status
        == "suspended"
    )


def test_what_was_decided_is_carried_out_once(people):
    handling = people.reviewed(decided=suspending(damages=Decimal(0)), items=SEVERE)
    name, details = handling.acts()[0]
    case = cases.decide(handling, by=people.desk.leader, on=TODAY)
    with pytest.raises(RuleBroken, match="或已经办完"):
        perform(getattr(case.agreement, name), by=people.desk.leader, proposal=case.decision, **details)


def test_a_proposal_sent_back_brings_the_case_back(people):
    handling = people.reviewed()
    cases.turn_down(handling, by=people.desk.leader, reason="金额再核")
    case = people.fresh(handling.breach_case)
    assert case.status == "defence" and case.open_handling is None
    assert people.proposed(case=case).status == "proposed"


# ── what the decision does ──


@pytest.mark.rule("Q66.1")
@pytest.mark.rule("Q66.3")
@pytest.mark.rule("Q66.4")
def test_a_decision_under_66_suspends_recovers_and_prints_everything_at_once(people):
    case = people.decided(
        decided=suspending(damages=Decimal(24_000), rectify_by=TODAY + timedelta(30)), items=SEVERE
    )
    agreement = people.agreement(case)
    stop = agreement.open_suspensions.get()
    assert case.status == "decided" and agreement.status == Status.SUSPENDED
    assert (stop.cause, stop.article, stop.planned_end) == (
        "breach",
        "第六十六条（三）",
        TODAY + timedelta(90),
    )
    assert {one.kind: one.amount for one in case.recoveries.all()} == {"fees": 120_000, "damages": 24_000}
    assert case.rectifications.get().suspension == stop
    purposes = set(agreement.papers.values_list("purpose", flat=True))
    assert {
        "breach_decision",
        "payment_demand",
        "rectification_notice",
        "suspension_notice",
        "display_notice",
    } <= purposes
    assert agreement.deadlines.filter(event="suspension_start").exists()


@pytest.mark.rule("Q60.1")
def test_the_demand_lists_fees_and_damages_apart(people):
    case = people.decided()
    item = "第六十五条（六）重复/超标准/分解收费"
    assert case.demand_paper.snapshot["table"]["rows"] == [
        [item, "违规费用", "120,000.00元"],
        [item, "违约金", "12,000.00元"],
        ["合计", "", "132,000.00元"],
    ]
    assert "15日内缴清" in "".join(case.demand_paper.snapshot["paragraphs"])


@pytest.mark.rule("Q67.1")
@pytest.mark.rule("Q67.2")
@pytest.mark.rule("Q67.3")
def test_a_rescission_wants_the_minutes_of_a_collective_decision(people):
    case = people.heard(intended=rescinding(damages=Decimal(36_000)), items=WORST)
    with pytest.raises(RuleBroken, match="集体讨论.*第六十七条"):
        people.proposed(case=case, decided=rescinding())
    with pytest.raises(RuleBroken, match="集体讨论"):
        people.proposed(case=case, decided=rescinding(), minutes="纪要3号")
    handling = people.proposed(case=case, decided=rescinding(damages=Decimal(36_000)), **collective())
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    case = cases.decide(handling, by=people.desk.leader, on=TODAY)
    agreement = people.agreement(case)
    assert agreement.status == Status.RESCINDED and agreement.ending.article == "第六十七条（二）"
    assert agreement.papers.filter(purpose="ending_notice").exists()
    event = agreement.events.get(act="rescind")
    assert event.details["minutes"] and event.details["proposal"]["id"] == handling.pk


@pytest.mark.rule("Q65.3")
@pytest.mark.rule("Q66.2")
def test_a_department_is_stopped_and_the_agreement_goes_on(people):
    department = people.desk.hospital.departments.create(code="A01", name="心内科")
    ban = Ban("department", department.pk, 1, TODAY + timedelta(days=120))
    case = people.decided(decided=plan(bans=(ban,)))
    agreement = people.agreement(case)
    assert agreement.status == Status.ACTIVE
    stopped = agreement.service_bans.get()
    assert (stopped.department, stopped.article, stopped.until) == (department, "第六十五条（六）", ban.until)


@pytest.mark.rule("Q65.1")
def test_an_item_that_was_escalated_bears_the_ban_of_the_heavier_article(people):
    department = people.desk.hospital.departments.create(code="A01", name="心内科")
    ban = Ban("department", department.pk, 1, TODAY + timedelta(days=300))
    heavier = {"weighs_as": 66, "severity": "社会影响较大", "severity_reason": "媒体报道"}
    case = people.decided(decided=plan(bans=(ban,), damages=Decimal(24_000)), items=[heavier])
    assert people.agreement(case).service_bans.get().article.startswith("第六十六条（有第六十五条（六）情形")


@pytest.mark.rule("Q61.2")
@pytest.mark.rule("Q61.3")
def test_a_proved_check_becomes_a_suspension_for_breach_and_settles_its_hold(people):
    agreement = people.desk.decided(
        people.desk.signed(), "suspend_for_investigation", reason="涉嫌骗保", on=TODAY,
        aftercare={"inpatients": 1, "unsettled": 0, "handover_number": ""},
    )  # fmt: skip
    intended = suspending(damages=Decimal(0), check_hold="refused")
    case = people.decided(decided=intended, agreement=agreement, items=SEVERE)
    agreement = people.agreement(case)
    assert [one.cause for one in agreement.open_suspensions] == ["breach"]
    assert agreement.payment_holds.get().outcome == "refused"
    assert case.after_check and "检查属实的处理没有报行政部门备案（第六十一条）" in case.left_to_do
    sent(people, AuthorityFiling, case)
    assert not [one for one in people.fresh(case).left_to_do if "备案" in one]


@pytest.mark.rule("Q61.3")
def test_what_is_filed_with_the_authority_is_a_decided_case_and_how_it_was_handled(people):
    case = people.heard()
    for early in (case, None):
        with pytest.raises(RuleBroken, match="备案的是检查属实、已经决定处理的违约案件.*第六十一条"):
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


@pytest.mark.rule("Q06.3", "Q65.3")
def test_nothing_takes_effect_before_it_is_proposed(people):
    with pytest.raises(RuleBroken, match="处理不能溯及提请以前"):
        people.proposed(decided=plan(on=TODAY - timedelta(days=1)), intended=plan())


def drafted(people, model, case, **changed):
    facts = {"addressee": "西宁市医疗保障局", "matter": case.facts_in_words, "basis": ""}
    return file_record(
        model, case.agreement, by=people.desk.clerk, facts=facts, **{"breach_case": case, **changed}
    )


def sent(people, model, case):
    return perform(drafted(people, model, case).send, by=people.desk.leader, on=TODAY)


@pytest.mark.rule("Q61.3")
def test_a_check_that_proves_nothing_releases_the_hold_and_resumes(people):
    agreement = people.desk.decided(
        people.desk.signed(), "suspend_for_investigation", reason="涉嫌骗保", on=TODAY,
        aftercare={"inpatients": 1, "unsettled": 0, "handover_number": ""},
    )  # fmt: skip
    case = people.investigating(agreement, items=())
    nothing = plan(recover=Decimal(0), damages=Decimal(0))
    with pytest.raises(RuleBroken, match="补付，还是不予支付"):
        people.proposed(case=case, outcome="not_established", decided=nothing)
    handling = people.proposed(
        case=case, outcome="not_established", decided=replace(nothing, check_hold="paid")
    )
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    case = cases.decide(handling, by=people.desk.leader, on=TODAY)
    agreement = people.agreement(case)
    assert case.status == "not_established" and agreement.status == Status.ACTIVE
    assert agreement.payment_holds.get().outcome == "paid"


@pytest.mark.rule("Q67.5")
def test_a_second_suspension_for_breach_asks_whether_to_rescind(people):
    first = people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE)
    people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE, agreement=people.agreement(first))
    agreement = people.agreement(first)
    assert agreement.times_suspended == 2
    with pytest.raises(RuleBroken, match="已2次被中止.*第六十七条（一）"):
        people.desk.resumed(agreement)


@pytest.mark.rule("Q66.3")
def test_a_decision_at_home_spreads_in_the_same_moment(people, monkeypatch):
    spread = []
    monkeypatch.setattr(cases, "spread", lambda agreement, on: spread.append((agreement.status, on)))
    people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE)
    assert spread == [(Status.SUSPENDED, TODAY)] and cascade.spread


# ── all or nothing ──


def counts(agreement):
    return [
        agreement.events.count(), agreement.suspensions.count(), agreement.papers.count(), agreement.deadlines.count(),
        agreement.payment_holds.count(), RecoveryItem.objects.count(), Handling.objects.filter(status="carried-out").count(),
    ]  # fmt: skip


@pytest.mark.parametrize("broken", ["payment_demand", "decision_notice", "rectification_notice"])
def test_a_decision_killed_on_its_way_leaves_nothing(people, monkeypatch, broken):
    wanted = suspending(damages=Decimal(24_000), rectify_by=TODAY + timedelta(30))
    handling = people.reviewed(decided=wanted, items=SEVERE)
    before, agreement = counts(handling.agreement), handling.agreement

    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(case_sheets, broken, killed)
    with pytest.raises(KeyboardInterrupt):
        cases.decide(handling, by=people.desk.leader, on=TODAY)
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert counts(agreement) == before and agreement.status == Status.ACTIVE
    assert people.fresh(handling.breach_case).status == "review"
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
@pytest.mark.parametrize("wanted", [plan(), suspending(damages=Decimal(0))])
def test_of_two_leaders_at_once_exactly_one_decides(people, wanted):
    handling = people.reviewed(decided=wanted, items=SEVERE)
    start, outcomes = threading.Barrier(2), []

    def decide():
        try:
            start.wait()
            outcomes.append(
                cases.decide(Handling.objects.get(pk=handling.pk), by=people.desk.leader, on=TODAY).status
            )
        except RuleBroken as why:
            outcomes.append(str(why))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "decided" for outcome in outcomes) == [False, True]
    assert any("现为“已办理”" in outcome for outcome in outcomes)
    assert BreachCase.objects.get().recoveries.count() == len(
        [one for one in (wanted.recover, wanted.damages) if one]
    )


# ── the cap, in principle ──


@pytest.mark.rule("Q65.2")
def test_damages_over_the_cap_need_the_leaders_reason_and_file(people):
    handling = people.reviewed(decided=plan(damages=Decimal("12000.01")))
    with pytest.raises(RuleBroken, match="违约金12,000.01元超过上限12,000.00元"):
        cases.decide(handling, by=people.desk.leader, on=TODAY)
    with pytest.raises(RuleBroken, match="超过上限"):
        cases.decide(handling, by=people.desk.leader, on=TODAY, override_reason="情节恶劣")
    files = [upload("会议纪要.pdf")]
    case = cases.decide(
        handling, by=people.desk.leader, on=TODAY, override_reason="情节恶劣", override_files=files
    )
    assert case.decision.is_over_cap and case.decision.override_reason == "情节恶劣"


@pytest.mark.rule("Q65.2")
def test_the_cap_of_a_mixed_case_is_the_sum_of_its_items(people):
    items = [
        {"amount": Decimal(80_000)},
        {"item": "QH-67-02", "part": "", "weighs_as": 67, "amount": Decimal(40_000)},
    ]
    handling = people.reviewed(decided=plan(recover=Decimal(80_000), damages=Decimal(20_000)), items=items)
    assert handling.cap == Decimal(20_000)
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).status == "decided"


def test_an_override_that_is_not_needed_is_refused(people):
    with pytest.raises(RuleBroken, match="没有超过上限"):
        people.decided(override_reason="以防万一", override_files=[upload()])


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


def test_what_the_hospital_reported_first_is_exempted(people):
    agreement = people.desk.signed()
    report = self_check(people, agreement)
    case = people.investigating(agreement)
    nothing = plan(recover=Decimal(0), damages=Decimal(0))
    handling = people.proposed(case=case, outcome="exempt", decided=nothing, report=report)
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).status == "exempt"


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
    case = perform(case.plan_handling, by=people.desk.clerk, plan=plan())
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

    case = people.decided(decided=suspending(damages=Decimal(24_000)), items=SEVERE)
    assert first_fault(people.agreement(case)) is None


def test_a_plan_falls_with_an_item_that_is_removed_and_what_was_turned_down_stays_readable(people):
    handling = people.reviewed(decided=suspending(damages=Decimal(0)), items=SEVERE)
    cases.turn_down(handling, by=people.desk.leader, reason="证据不足")
    case = people.fresh(handling.breach_case)
    case = perform(case.investigate_again, by=people.desk.reviewer, reason="再查", on=TODAY)
    case = perform(case.plan_handling, by=people.desk.clerk, plan=suspending(damages=Decimal(0)))
    case = perform(case.remove_item, by=people.desk.clerk, row=case.items.get(), reason="查不实")
    assert case.intended_plan is None
    assert "所依情形已撤去" in "".join(Handling.objects.get(pk=handling.pk).words)
