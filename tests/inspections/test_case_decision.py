"""三人决定，一次办成：措施、钱款、时限、文书，要么全有要么全无（第六条、第六十三条至第六十七条）。"""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from agreements.stops import cascade
from inspections.cases import actions as cases
from inspections.cases import sheets as case_sheets
from inspections.cases.plan import Ban
from inspections.models import AuthorityFiling, BreachCase, Handling, RecoveryItem

from ..desk import TODAY, upload
from .case_desk import BEYOND, NOTHING, collective, plan, rescinding, sent, suspending

pytestmark = pytest.mark.each_text

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]
WORST = [{"item": "QH-67-02", "part": "", "weighs_as": 67}]


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
    handling = people.reviewed(decided=suspending(**NOTHING), items=SEVERE)
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
            hold_ground=people.desk.free_ground,
        )  # fmt: skip
    assert (
        perform(getattr(agreement, name), by=people.desk.leader, proposal=handling, **details).status
        == "suspended"
    )


def test_what_was_decided_is_carried_out_once(people):
    handling = people.reviewed(decided=suspending(**NOTHING), items=SEVERE)
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
def test_a_decision_to_suspend_suspends_recovers_and_prints_everything_at_once(people):
    damages = people.desk.severe_damages
    wanted = suspending(damages=Decimal(damages), rectify_by=TODAY + timedelta(30))
    case = people.decided(decided=wanted, items=SEVERE)
    agreement = people.agreement(case)
    stop = agreement.open_suspensions.get()
    assert case.status == "decided" and agreement.status == Status.SUSPENDED
    assert (stop.cause, stop.article, stop.planned_end) == (
        "breach",
        people.desk.item_label("QH-66-03"),
        TODAY + timedelta(90),
    )
    owed = {one.kind: one.amount for one in case.recoveries.all()}
    assert owed == {"fees": 120_000} | ({"damages": damages} if damages else {})
    assert case.rectifications.get().suspension == stop
    purposes = set(agreement.papers.values_list("purpose", flat=True))
    assert {"breach_decision", "payment_demand", "rectification_notice", "suspension_notice"} <= purposes
    assert ("display_notice" in purposes) == bool(people.desk.terms.announcement)
    clocks = {one.start_event for one in people.desk.terms.deadlines.values()}
    started = agreement.deadlines.filter(event="suspension_start").exists()
    assert started == ("suspension_start" in clocks)


@pytest.mark.rule("Q60.1")
def test_the_demand_lists_the_fees_and_what_is_asked_beyond_them_apart(people):
    case, desk = people.decided(), people.desk
    kind, beyond = desk.beyond_fees
    assert case.demand_paper.snapshot["table"]["rows"] == [
        [desk.overcharging, "违规费用", "120,000.00元"],
        [desk.overcharging, BEYOND[kind], f"{beyond:,}.00元"],
        ["合计", "", f"{120_000 + beyond:,}.00元"],
    ]
    assert f"{desk.terms.recovery.pay_days}日内缴清" in "".join(case.demand_paper.snapshot["paragraphs"])


@pytest.mark.rule("Q67.1")
@pytest.mark.rule("Q67.2")
@pytest.mark.rule("Q67.3")
def test_a_rescission_wants_the_minutes_of_a_collective_decision(people):
    wanted = rescinding(recover=Decimal(0), damages=Decimal(people.desk.severe_damages))
    case = people.heard(intended=wanted, items=WORST)
    with pytest.raises(RuleBroken, match=people.desk.words("集体讨论.*第六十七条")):
        people.proposed(case=case, decided=wanted)
    with pytest.raises(RuleBroken, match="集体讨论"):
        people.proposed(case=case, decided=wanted, minutes="纪要3号")
    handling = people.proposed(case=case, decided=wanted, **collective())
    handling = perform(handling.review, by=people.desk.reviewer, remark="同意")
    case = cases.decide(handling, by=people.desk.leader, on=TODAY)
    agreement = people.agreement(case)
    assert agreement.status == Status.RESCINDED
    assert agreement.ending.article == people.desk.item_label("QH-67-02")
    assert agreement.papers.filter(purpose="ending_notice").exists()
    event = agreement.events.get(act="rescind")
    assert event.details["minutes"] and event.details["proposal"]["id"] == handling.pk


@pytest.mark.rule("Q65.3")
@pytest.mark.rule("Q66.2")
def test_a_department_is_stopped_and_the_agreement_goes_on(people):
    department = people.desk.hospital.departments.create(code="A01", name="心内科")
    ban = Ban("department", department.pk, 1, TODAY + timedelta(days=120))
    item = people.stopping("department")
    case = people.decided(decided=plan(**NOTHING, bans=(ban,)), items=[item])
    agreement = people.agreement(case)
    assert agreement.status == Status.ACTIVE
    stopped, ground = agreement.service_bans.get(), people.desk.item_label(item["item"])
    assert (stopped.department, stopped.article, stopped.until) == (department, ground, ban.until)


@pytest.mark.only_text("qinghai", reason="no item weighs more in the other texts (第六十五条)")
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


@pytest.mark.rule("Q06.3", "Q65.3")
def test_nothing_takes_effect_before_it_is_proposed(people):
    with pytest.raises(RuleBroken, match="处理不能溯及提请以前"):
        people.proposed(decided=plan(on=TODAY - timedelta(days=1)), intended=plan())


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


@pytest.mark.only_text("qinghai", reason="no other text counts the suspensions (第六十七条（一）)")
@pytest.mark.rule("Q67.5")
def test_a_second_suspension_for_breach_asks_whether_to_rescind(people):
    first = people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE)
    people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE, agreement=people.agreement(first))
    agreement = people.agreement(first)
    assert agreement.times_suspended == 2
    with pytest.raises(RuleBroken, match=people.desk.words("已2次被中止.*第六十七条（一）")):
        people.desk.resumed(agreement)


@pytest.mark.rule("Q66.3")
def test_a_decision_at_home_spreads_in_the_same_moment(people, monkeypatch):
    spread = []
    monkeypatch.setattr(cases, "spread", lambda agreement, on: spread.append((agreement.status, on)))
    people.decided(decided=suspending(**NOTHING), items=SEVERE)
    assert spread == [(Status.SUSPENDED, TODAY)] and cascade.spread


# ── all or nothing ──


def counts(agreement):
    return [
        agreement.events.count(), agreement.suspensions.count(), agreement.papers.count(), agreement.deadlines.count(),
        agreement.payment_holds.count(), RecoveryItem.objects.count(), Handling.objects.filter(status="carried-out").count(),
    ]  # fmt: skip


@pytest.mark.parametrize("broken", ["payment_demand", "decision_notice", "rectification_notice"])
def test_a_decision_killed_on_its_way_leaves_nothing(people, monkeypatch, broken):
    damages = Decimal(people.desk.severe_damages)
    wanted = suspending(damages=damages, rectify_by=TODAY + timedelta(30))
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
    wanted = people.fit(wanted)
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
        [one for one in (wanted.recover, wanted.damages, wanted.doubled) if one]
    )


# ── the cap, in principle ──


@pytest.mark.rule("Q65.2")
def test_damages_over_the_cap_need_the_leaders_reason_and_file(people):
    cap = people.desk.damages
    handling = people.reviewed(decided=plan(damages=cap + Decimal("0.01")))
    with pytest.raises(RuleBroken, match=f"违约金{cap:,}.01元超过上限{cap:,}.00元"):
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
    caps, (_, _, grave) = people.desk.terms.liquidated_damages, people.desk.own_item("QH-67-02")
    cap = people.desk.damages * 80_000 / Decimal(120_000) + (40_000 * caps[grave].cap if grave in caps else 0)
    handling = people.reviewed(decided=plan(recover=Decimal(80_000), damages=cap), items=items)
    assert handling.cap == cap  # 8,000 and 12,000 under the reference
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).status == "decided"


def test_an_override_that_is_not_needed_is_refused(people):
    with pytest.raises(RuleBroken, match="没有超过上限"):
        people.decided(override_reason="以防万一", override_files=[upload()])
