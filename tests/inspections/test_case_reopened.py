"""第八十一条：复议、诉讼没有维持的处理决定，怎样撤下、怎样重新办理；留存原来的，不改写。"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements.clocks.actions import about_of
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Message
from agreements.models.event import first_fault
from agreements.publication import bans_on, listed
from agreements.stops.repeat import times_suspended
from inspections.cases import actions as cases
from inspections.cases import points as case_points
from inspections.cases.plan import Ban
from inspections.cases.undoing import left_of
from inspections.models import BreachCase, Dispute, Handling, RecoveryItem
from inspections.models.recovery import DEMANDED
from inspections.records.actions import file_record
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY, upload
from .case_desk import NOTHING, collective, plan, rescinding, suspending

pytestmark = pytest.mark.each_text

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]
WORST = [{"item": "QH-67-02", "part": "", "weighs_as": 67}]
FACTS = {"kind": "review", "body": "西宁市人民政府", "began_on": TODAY, "matter": "不服违约处理决定"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def finance(agency):
    return User.objects.create_user("finance", "金出纳", Role.FINANCE, PASSWORD, agency=agency)


def result(people, case, outcome="revoked", number="宁政复〔2026〕3号"):
    facts = FACTS | {"case_number": number}
    made = file_record(Dispute, case.agreement, by=people.desk.operator, facts=facts, breach_case=case)
    words = {"outcome": outcome, "text": "事实不清", "decided_on": TODAY, "files": [upload()], "on": TODAY}
    return perform(made.conclude, by=people.desk.clerk, **words)


def reopened(people, case, outcome="revoked", again=True, **changed):
    words = {"dispute": result(people, case, outcome), "again": again, "reason": "复议撤销", **changed}
    return cases.reopen(case, by=people.desk.leader, **words)


def titles(user):
    return {title: items for title, items in desk_for(user)}


# ── when ──


@pytest.mark.rule("Q81.1")
def test_a_case_is_reopened_only_on_a_result_that_did_not_let_its_decision_stand(people):
    case = people.decided()
    for outcome in ("upheld", "settled"):
        with pytest.raises(
            RuleBroken, match=people.desk.words("没有撤销、变更处理或责令重新处理.*第八十一条")
        ):
            made = result(people, case, outcome, number=outcome)
            cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="不服")
    made = result(people, case)
    with pytest.raises(PermissionDenied):
        cases.reopen(case, by=people.desk.reviewer, dispute=made, again=True, reason="撤销")
    with pytest.raises(RuleBroken, match="写明原因"):
        cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason=" ")
    case = cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    assert case.status == "investigating"


@pytest.mark.rule("Q81.1")
def test_one_result_reopens_once_and_only_the_decision_that_it_came_after(people):
    case = people.decided()
    made = result(people, case)
    case = cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    with pytest.raises(RuleBroken, match="不能重新办理"):
        cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    other = result(people, people.decided(agreement=people.agreement(case)), number="另案")
    decided = BreachCase.objects.exclude(pk=case.pk).get()
    with pytest.raises(RuleBroken, match="不是本案的"):
        cases.reopen(decided, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    Dispute.objects.filter(pk=other.pk).update(decided_on=TODAY - timedelta(days=1))
    other.refresh_from_db()
    with pytest.raises(RuleBroken, match="早于本案的处理决定"):
        cases.reopen(decided, by=people.desk.leader, dispute=other, again=True, reason="撤销")


@pytest.mark.rule("Q81.1")
@pytest.mark.parametrize("outcome", ["changed", "redone"])
def test_what_is_changed_or_to_be_made_anew_is_decided_anew(people, outcome):
    case = people.decided()
    made = result(people, case, outcome)
    with pytest.raises(RuleBroken, match="须重新处理"):
        cases.reopen(case, by=people.desk.leader, dispute=made, again=False, reason="了结")
    case = cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="重新处理")
    assert case.status == "investigating"


@pytest.mark.rule("Q81.1")
def test_what_the_quashed_decision_said_stays_as_it_was_when_its_items_are_weighed_anew(people, client):
    case = people.decided(decided=suspending(**NOTHING), items=SEVERE)
    said = case.decision.words
    case = reopened(people, case)
    case = perform(case.remove_item, by=people.desk.clerk, row=case.items.get(), reason="查不实")
    assert case.handlings.get().words == said and people.desk.item_label("QH-66-03") in "".join(said)
    client.force_login(people.desk.leader, backend=BACKEND)
    for page in (case.get_absolute_url(), case.handlings.get().get_absolute_url()):
        assert "中止医保协议" in client.get(page).content.decode()


# ── what falls ──


@pytest.mark.rule("Q81.1")
def test_the_decision_stays_on_record_as_quashed_and_the_case_goes_back(people):
    before = people.decided()
    case = reopened(people, before)
    old = Handling.objects.get(pk=before.decision_id)
    assert (old.status, old.quashed_on, old.quashed_by.outcome) == ("carried-out", TODAY, "revoked")
    assert old.plan == before.decision.plan and old.paper == before.decision_paper
    assert (case.status, case.decision, case.intended, case.notice_paper) == ("investigating", None, {}, None)
    assert case.since == TODAY and first_fault(people.agreement(case)) is None
    assert people.agreement(case).papers.filter(pk=before.demand_paper_id).exists()


@pytest.mark.rule("Q81.1")
def test_a_decision_that_is_not_to_be_made_anew_closes_the_case_as_not_established(people):
    case = reopened(people, people.decided(), again=False)
    assert (case.status, case.closed_on, case.closing_reason) == ("not_established", TODAY, "复议撤销")


@pytest.mark.rule("Q60.1", "Q81.1")
def test_what_is_still_owed_is_cancelled_and_its_clock_stops(people):
    case = people.decided()
    people.received(case.demand_paper)
    clocks = case.agreement.deadlines.filter(event=DEMANDED, about=about_of(case.demand_paper))
    assert clocks.open().exists()
    case = reopened(people, case)
    assert {one.status for one in case.recoveries.all()} == {"cancelled"}
    assert {one.cancelling_reason for one in case.recoveries.all()} == {"复议撤销"}
    assert not clocks.open().exists() and clocks.filter(status="dropped").exists()
    assert Message.objects.filter(recipient=people.desk.operator, subject="处理决定不再执行").exists()


@pytest.mark.rule("Q60.1", "Q81.1")
def test_a_demand_that_comes_after_the_decision_fell_starts_no_clock(people):
    case = people.decided()
    demand = case.demand_paper
    reopened(people, case)
    people.received(demand)
    assert not case.agreement.deadlines.filter(event=DEMANDED).exists()


@pytest.mark.rule("Q60.1", "Q81.1")
def test_what_was_paid_is_given_back_by_finance_with_a_voucher(people, finance):
    case = people.decided()
    item = case.recoveries.get(kind="fees")
    paid = {"amount": Decimal(20_000), "paid_on": TODAY, "files": [upload("回单.pdf")]}
    perform(item.record_payment, by=finance, **paid)
    made = result(people, case)
    with pytest.raises(RuleBroken, match="还有一笔没有核对"):
        cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    cases.confirm_payment(item.payments.get(), by=people.desk.reviewer)
    case = cases.reopen(case, by=people.desk.leader, dispute=made, again=True, reason="撤销")
    item = case.recoveries.get(kind="fees")
    assert item.status == "returning" and "撤销的款项没有退还" in case.left_to_do
    assert titles(finance)["要退还的款项"] and item.paid == 20_000
    with pytest.raises(RuleBroken, match="须上传银行回单"):
        perform(item.give_back, by=finance, files=[], on=TODAY)
    item = perform(item.give_back, by=finance, files=[upload("退款回单.pdf")], on=TODAY)
    assert (item.status, item.returned_on, item.paid) == ("cancelled", TODAY, 20_000)
    assert "要退还的款项" not in titles(finance)


@pytest.mark.rule("Q63.1", "Q81.1")
def test_open_rectifications_and_interviews_end_and_what_was_done_stays_done(people):
    case = people.decided(
        decided=suspending(damages=Decimal(0), rectify_by=TODAY + timedelta(30)), items=SEVERE
    )
    rectification = case.rectifications.get()
    people.received(rectification.paper)
    case = reopened(people, case)
    rectification.refresh_from_db()
    assert rectification.status == "cancelled" and not rectification.is_open
    assert not case.agreement.deadlines.open().filter(about=rectification.about).exists()


def test_nothing_falls_while_its_decision_stands(people):
    item = people.decided().recoveries.first()
    with pytest.raises(RuleBroken, match="没有被撤销、变更，不能撤销"):
        perform(item.cancel, by=people.desk.leader, reason="算了", on=TODAY)


# ── what it had stopped ──


@pytest.mark.rule("Q67.5", "Q81.1")
def test_the_suspension_counts_no_more_and_is_ended_by_the_act_that_there_is(people):
    case = people.decided(
        decided=suspending(damages=Decimal(0), rectify_by=TODAY + timedelta(30)), items=SEVERE
    )
    agreement = people.agreement(case)
    stop = agreement.open_suspensions.get()
    with pytest.raises(RuleBroken, match="没有被撤销、变更，或作出的不是这条中止"):
        perform(
            agreement.disown_suspension,
            by=people.desk.leader,
            suspension=stop,
            on=TODAY,
            proposal=case.decision,
        )
    assert times_suspended(agreement) == 1
    case = reopened(people, case)
    agreement = people.agreement(case)
    assert (agreement.status, times_suspended(agreement)) == ("suspended", 0)
    assert titles(people.desk.clerk)["处理撤销，要恢复的"]
    agreement = people.desk.resumed(agreement)
    assert agreement.status == "active" and "处理撤销，要恢复的" not in titles(people.desk.clerk)
    assert listed().get().status == "active"


@pytest.mark.rule("Q67.5", "Q81.1")
def test_what_was_kept_at_a_count_that_fell_is_decided_again_at_the_next(people):
    desk = people.desk
    agreement = desk.resumed(desk.suspended_for_breach(desk.signed()))
    case = people.decided(decided=suspending(damages=Decimal(0)), items=SEVERE, agreement=agreement)
    keep = {"reason": "情节较轻", "times": 2, "on": TODAY}
    agreement = desk.decided(people.agreement(case), "keep_despite_repeat", **keep)
    assert agreement.kept_at_times == 2
    case = reopened(people, case)
    agreement = desk.resumed(people.agreement(case))
    assert (agreement.kept_at_times, agreement.times_suspended) == (1, 1)
    agreement = desk.suspended_for_breach(agreement)
    with pytest.raises(RuleBroken, match="已2次被中止"):
        desk.resumed(agreement)


@pytest.mark.rule("Q81.1")
def test_a_stopped_department_is_listed_until_it_is_lifted(people):
    ward = people.desk.hospital.departments.create(code="A01", name="心内科")
    ban = Ban("department", ward.pk, 1, TODAY + timedelta(120))
    stopped = [people.stopping("department")]
    case = people.decided(decided=plan(**NOTHING, bans=(ban,)), items=stopped)
    ban = people.agreement(case).service_bans.get()
    assert list(case.decision.bans.all()) == [ban]
    case = reopened(people, case)
    assert bans_on(TODAY).exists() and titles(people.desk.clerk)["处理撤销，要恢复的"]
    people.desk.decided(people.agreement(case), "lift_ban", ban=ban, reason="复议撤销", on=TODAY)
    assert not bans_on(TODAY).exists() and "处理撤销，要恢复的" not in titles(people.desk.clerk)


@pytest.mark.rule("Q68.1", "Q81.1")
def test_points_given_for_the_case_are_named_once_its_decision_fell_and_not_before(people):
    doctor = people.desk.hospital.staff_members.create(code="D630105000001", name="林一", kind="physician")
    case = people.decided(items=[{"staff": doctor}])
    row = {"staff": doctor, "points": 2, "responsibility": "main", "reason": "重复收费"}
    case_points.propose(case, by=people.desk.clerk, rows=[row], on=TODAY)
    assert left_of(case) == []
    [(sentence, _)] = left_of(reopened(people, case))
    assert sentence.startswith("撤销记分：林一")


@pytest.mark.rule("Q67.2", "Q81.1")
def test_a_rescission_that_fell_leads_to_a_new_agreement_and_revives_nothing(people, client):
    handling = people.reviewed(decided=rescinding(**NOTHING), items=WORST, **collective())
    case = reopened(people, cases.decide(handling, by=people.desk.leader), again=False)
    assert people.agreement(case).status == "rescinded"
    client.force_login(people.desk.clerk, backend=BACKEND)
    assert "由双方另行签订协议" in client.get(case.get_absolute_url()).content.decode()


# ── and again ──


@pytest.mark.rule("Q06.3", "Q81.1")
def test_it_is_notified_heard_and_decided_anew_and_only_the_new_sum_is_demanded(people):
    case = reopened(people, people.decided(), "changed")
    with pytest.raises(RuleBroken, match="还没有送达拟处理告知书"):
        cases.propose(case, by=people.desk.clerk, outcome="handle", plan=plan(), on=TODAY)
    damages = people.desk.damages * 2 // 3
    less = plan(recover=Decimal(80_000), damages=Decimal(damages))
    case = perform(case.plan_handling, by=people.desk.clerk, plan=less)
    case = cases.notify(case, by=people.desk.reviewer, on=TODAY)
    people.received(case.notice_paper)
    case = perform(people.fresh(case).waive_defence, by=people.desk.signatory, files=[upload()], on=TODAY)
    case = cases.decide(people_reviewed(people, case, less), by=people.desk.leader)
    owed = case.recoveries.filter(status="pending")
    asked = {"fees": 80_000, "damages": damages}
    assert {one.kind: one.amount for one in owed} == {kind: sum for kind, sum in asked.items() if sum}
    assert {one.paper for one in owed} == {case.demand_paper}
    assert f"{80_000 + damages:,}.00元" in "".join(case.demand_paper.snapshot["paragraphs"])
    assert RecoveryItem.objects.filter(breach_case=case, status="cancelled").count() == 2
    assert case.handlings.filter(quashed_on__isnull=False).count() == 1


def people_reviewed(people, case, wanted):
    return perform(people.proposed(case=case, decided=wanted).review, by=people.desk.reviewer, remark="同意")


@pytest.mark.rule("Q81.1")
def test_the_leader_reopens_on_the_page_and_both_sides_read_what_became_of_it(people, client):
    case = people.decided()
    made = result(people, case)
    client.force_login(people.desk.leader, backend=BACKEND)
    assert "退回调查，重新处理" in client.get(case.get_absolute_url()).content.decode()
    sent = {
        "deed": "reopen",
        "dispute": made.pk,
        "again": "yes",
        "reason": "复议撤销",
        "on": TODAY.isoformat(),
    }
    assert client.post(case.get_absolute_url(), sent).status_code == 302
    for person in (people.desk.clerk, people.desk.operator):
        client.force_login(person, backend=BACKEND)
        page = client.get(case.get_absolute_url()).content.decode()
        assert "原处理决定，已撤销或变更" in page and "宁政复〔2026〕3号" in page
    page = client.get(reverse("recovery", args=[case.number, case.recoveries.first().pk])).content.decode()
    assert "已撤销" in page and "尚欠" not in page
    assert Agreement.objects.get(pk=case.agreement_id).events.filter(act="reopen").exists()
