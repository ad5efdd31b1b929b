"""执行：缴款、抵扣、约谈、解释（第五条、第六十条、第六十三条）。"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from agreements import daily
from agreements import desk as desks
from agreements.clocks.actions import about_of
from agreements.clocks.deadlines import due
from agreements.gate import RuleBroken, perform
from agreements.models import Event
from inspections.cases import actions as cases
from inspections.cases import days as case_days
from inspections.cases.money import offset_split
from inspections.models import Interview, RecoveryItem
from institutions.models import Role, User
from institutions.workdays import calendar_for

from ..conftest import PASSWORD
from ..desk import TODAY, upload
from .case_desk import NOTHING, plan

pytestmark = pytest.mark.each_text


@pytest.fixture
def finance(agency):
    return User.objects.create_user("finance", "蔡文静", Role.FINANCE, PASSWORD, agency=agency)


# ── recovery ──


@pytest.mark.rule("Q60.1")
@pytest.mark.parametrize(
    "received, last",  # within fifteen days and within twenty
    [
        ("2026-09-16", {15: "2026-10-08", 20: "2026-10-08"}),
        ("2026-09-25", {15: "2026-10-10", 20: "2026-10-15"}),
        ("2026-04-17", {15: "2026-05-06", 20: "2026-05-07"}),
    ],
)
def test_what_is_owed_is_due_so_many_days_after_the_receipt(people, received, last):
    terms, calendar = people.desk.terms, calendar_for(people.desk.clerk.agency.region)
    found = due(terms.deadlines["T-05"], date.fromisoformat(received), calendar)
    assert found.day.isoformat() == last[terms.recovery.pay_days]


@pytest.mark.rule("Q60.1")
def test_the_time_to_pay_starts_with_the_receipt_and_an_objection_does_not_move_it(people):
    case = people.decided()
    assert {one.status for one in case.recoveries.all()} == {"pending"}
    people.received(case.demand_paper)
    item = case.recoveries.get(kind="fees")
    clocks = item.agreement.deadlines.filter(event="demand_received", about=about_of(case.demand_paper))
    assert [clock.rule for clock in clocks] == ["T-05"] and item.status == "notified"
    assert item.due_on == clocks.get().due_on
    assert item.due_on >= TODAY + timedelta(days=people.desk.terms.recovery.pay_days)
    perform(people.fresh(case).ask_explanation, by=people.desk.operator, question="计算不清", on=TODAY)
    assert clocks.get().due_on == item.due_on and clocks.get().paused_since is None


@pytest.mark.rule("Q60.1")
def test_finance_records_and_another_person_confirms_until_all_is_paid(people, finance):
    case = people.decided()
    people.received(case.demand_paper)
    item, (_, owed) = people.beyond_fees(case), people.desk.beyond_fees
    with pytest.raises(RuleBroken, match=f"不多于尚欠的{owed:,}.00元"):
        pay(item, finance, owed + 1)
    with pytest.raises(PermissionDenied):
        pay(item, people.desk.clerk, 1)
    item = pay(item, finance, owed - 5_000)
    with pytest.raises(RuleBroken, match="不多于尚欠的5,000.00元"):
        pay(item, finance, 6_000)
    cases.confirm_payment(item.payments.get(), by=people.desk.reviewer)
    item = RecoveryItem.objects.get(pk=item.pk)
    assert (item.paid, item.unpaid, item.status) == (owed - 5_000, 5_000, "notified")
    item = pay(item, finance, 5_000)
    cases.confirm_payment(item.payments.last(), by=people.desk.reviewer)
    assert RecoveryItem.objects.get(pk=item.pk).status == "paid"
    clock = item.agreement.deadlines.get(event="demand_received")
    assert clock.status == "open"  # the fees are still owed


def pay(item, by, amount):
    return perform(item.record_payment, by=by, amount=Decimal(amount), paid_on=TODAY, files=[upload()])


@pytest.mark.rule("Q60.1")
def test_what_is_not_paid_is_due_on_its_day_and_owing_the_day_after_once(people):
    case = people.decided()
    people.received(case.demand_paper)
    last = case.recoveries.first().due_on
    for _ in range(2):
        daily.run(last)
        assert {one.status for one in case.recoveries.all()} == {"due"}
    for _ in range(2):
        daily.run(last + timedelta(days=1))
        assert {one.status for one in case.recoveries.all()} == {"owing"}
    assert case.agreement.events.filter(act="fall_behind").count() == 2


@pytest.mark.rule("Q60.2")
@pytest.mark.parametrize(
    "debt, fund, deposit, taken",
    [
        ("100", "300", "50", [("fund", "100")]),
        ("100", "60", "50", [("fund", "60"), ("deposit", "40")]),
        ("100", "0", "30", [("deposit", "30")]),
        ("100", "60", "0", [("fund", "60")]),
        ("100", "0", "0", []),
        ("0", "10", "10", []),
        ("100000", "30000", "45000", [("fund", "30000"), ("deposit", "45000")]),  # E17
    ],
)
def test_the_fund_applied_for_is_taken_before_the_deposit_and_nothing_falls_below_zero(
    debt, fund, deposit, taken
):
    available = {"fund": Decimal(fund), "deposit": Decimal(deposit)}
    found = offset_split(Decimal(debt), available, ("fund", "deposit", "institution"))
    assert found == [(source, Decimal(amount)) for source, amount in taken]


def owing(people):
    """Fees of 120,000 and what was asked for beyond them, demanded and not paid in time."""
    case = people.decided()
    people.received(case.demand_paper)
    daily.run(case.recoveries.first().due_on + timedelta(days=1))
    return case.recoveries.get(kind="fees"), people.beyond_fees(case)


def offset(item, by, deposit=0, files=()):
    files = list(files) or [upload("保证金余额.pdf")]
    return perform(item.offset, by=by, deposit=Decimal(deposit), files=files, on=TODAY)


@pytest.mark.rule("Q60.2")
def test_an_offset_is_made_by_finance_and_decided_by_the_leader_with_a_notice(people, finance):
    fees, beyond = owing(people)
    with pytest.raises(RuleBroken, match="没有可以抵扣的"):
        offset(fees, finance)
    people.claimed(fees.agreement, 100_000)
    with pytest.raises(RuleBroken, match="更早的欠款.*先违规费用、后其他款项"):
        offset(beyond, finance)
    with pytest.raises(PermissionDenied):
        offset(fees, people.desk.clerk)
    source, deposit = people.also_available(fees.agreement, 20_000)
    fees = offset(fees, finance, deposit=deposit)
    taken = {(one.source, one.amount) for one in fees.payments.all()}
    assert taken == {("fund", 100_000), (source, 20_000)}
    with pytest.raises(RuleBroken, match="已经提请抵扣"):
        offset(fees, finance)
    with pytest.raises(PermissionDenied):
        cases.confirm_payment(fees.payments.first(), by=people.desk.reviewer)
    assert "要决定的抵扣" in dict(desks.desk_for(people.desk.leader))
    for payment in fees.payments.all():
        cases.confirm_payment(payment, by=people.desk.leader)
    assert RecoveryItem.objects.get(pk=fees.pk).status == "paid"
    notices = fees.agreement.papers.filter(purpose="offset_notice")
    assert [one.snapshot["title"] for one in notices] == ["抵扣通知书"] * 2
    _, deposit = people.also_available(fees.agreement, 1, back=2)
    offset(RecoveryItem.objects.get(pk=beyond.pk), finance, deposit=deposit)


@pytest.mark.rule("Q60.3")
def test_what_an_offset_does_not_cover_is_demanded_anew_with_days_of_its_own(people, finance):
    fees, _ = owing(people)
    first = fees.paper
    people.claimed(fees.agreement, 70_000)
    fees = offset(fees, finance)
    cases.confirm_payment(fees.payments.get(), by=people.desk.leader)
    fees = RecoveryItem.objects.get(pk=fees.pk)
    assert fees.status == "owing" and fees.paper != first
    assert fees.paper.snapshot["table"]["rows"] == [
        [f"{people.desk.overcharging}：违规费用", "120,000.00元", "70,000.00元", "50,000.00元"]
    ]
    people.received(fees.paper)
    clock = fees.agreement.deadlines.get(event="demand_received", about=about_of(fees.paper))
    fees = RecoveryItem.objects.get(pk=fees.pk)
    terms = people.desk.terms
    demands = [one.id for one in terms.deadlines.values() if one.start_event == "demand_received"]
    assert clock.rule == demands[-1] and fees.status == "notified" and fees.due_on == clock.due_on
    assert clock.due_on >= TODAY + timedelta(days=terms.recovery.pay_days)


def payment_of(item, amount):
    return item.payments.get(amount=amount)


@pytest.mark.rule("Q60.3")
def test_the_rest_is_demanded_when_the_leader_turns_down_a_part_of_the_offset(people, finance):
    fees, _ = owing(people)
    first = fees.paper_id
    people.claimed(fees.agreement, 70_000)
    _, deposit = people.also_available(fees.agreement, 20_000)
    fees = offset(fees, finance, deposit=deposit)
    cases.confirm_payment(payment_of(fees, 70_000), by=people.desk.leader)
    assert RecoveryItem.objects.get(pk=fees.pk).paper_id == first, "the other part still waits"
    cases.reject_payment(payment_of(fees, 20_000), by=people.desk.leader, reason="保证金已清算")
    fees = RecoveryItem.objects.get(pk=fees.pk)
    assert fees.paper_id != first and fees.paper.snapshot["table"]["rows"][0][-1] == "50,000.00元"


@pytest.mark.rule("Q60.3")
def test_the_rest_is_demanded_when_a_payment_that_waited_is_checked_after_the_offset(people, finance):
    fees, _ = owing(people)
    first, fees = fees.paper_id, pay(fees, finance, 10_000)
    people.claimed(fees.agreement, 70_000)
    fees = offset(fees, finance)
    cases.confirm_payment(payment_of(fees, 70_000), by=people.desk.leader)
    cases.confirm_payment(payment_of(fees, 10_000), by=people.desk.reviewer)
    fees = RecoveryItem.objects.get(pk=fees.pk)
    assert fees.paper_id != first and fees.paper.snapshot["table"]["rows"][0][-1] == "40,000.00元"


@pytest.mark.rule("Q60.3")
def test_what_is_rejected_without_an_offset_demands_nothing_anew(people, finance):
    fees, _ = owing(people)
    people.claimed(fees.agreement, 70_000)
    fees = offset(fees, finance)
    cases.reject_payment(fees.payments.get(), by=people.desk.leader, reason="本期没有应付")
    assert RecoveryItem.objects.get(pk=fees.pk).paper_id == fees.paper_id


@pytest.mark.rule("Q60.2")
def test_the_hospital_sees_an_offset_when_the_leader_has_decided_it(people, finance, client):
    fees, _ = owing(people)
    people.claimed(fees.agreement, 70_000)
    fees = offset(fees, finance)
    client.force_login(people.desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    shown = [Event.objects.visible_to(people.desk.operator).filter(act="offset").exists()]
    shown += ["70,000.00 元" in client.get(fees.get_absolute_url()).text]
    assert shown == [False, False]
    cases.confirm_payment(fees.payments.get(), by=people.desk.leader)
    assert "70,000.00 元" in client.get(fees.get_absolute_url()).text


def test_days_off_and_single_days_come_to_the_same(people):
    case = people.decided()
    people.received(case.demand_paper)
    for item in case_days.payments_due(case.recoveries.first().due_on + timedelta(days=9)):
        case_days.bring_payment(item, item.due_on + timedelta(days=9))
    assert {one.status for one in case.recoveries.all()} == {"owing"}


# ── interview, explanation, closing ──


@pytest.mark.rule("Q63.1")
def test_an_interview_is_called_and_held_with_signed_minutes(people):
    wanted = plan(interview=True, rectify_by=TODAY + timedelta(30), **NOTHING)
    case = people.decided(
        decided=wanted, items=[{"item": "QH-63-02", "part": "", "weighs_as": 63, "amount": Decimal(0)}]
    )
    assert "决定的约谈没有通知" in case.left_to_do
    interview = cases.call_interview(
        case,
        by=people.desk.clerk,
        persons="祁雪原",
        place="三楼会议室",
        at=timezone.now(),
        matters="未传送就诊信息",
        on=TODAY,
    )
    assert interview.paper.snapshot["title"] == "约谈通知书"
    with pytest.raises(RuleBroken, match="签名的记录"):
        perform(interview.hold, by=people.desk.clerk, present="祁雪原", minutes="已说明", files=[], on=TODAY)
    held = {"present": "祁雪原", "minutes": "已说明", "files": [upload()]}
    with pytest.raises(RuleBroken, match="早于通知日期"):
        perform(interview.hold, by=people.desk.clerk, on=TODAY - timedelta(days=1), **held)
    cases.hold_interview(interview, by=people.desk.clerk, on=TODAY, **held)
    interview = Interview.objects.get()
    record = interview.record_paper.snapshot
    assert interview.status == "held" and record["title"] == "约谈记录"
    assert ["记录", "已说明"] in record["rows"] and interview.attachments.get().sha256 in record["rows"][-1][
        1
    ]


@pytest.mark.rule("Q05.9")
def test_the_hospital_may_ask_why_and_is_answered(people):
    case = asked_why(people)
    assert explained(people, case).paper.snapshot["title"] == "违约处理结果解释说明书"


@pytest.mark.rule("Q05.9")
def test_the_answer_to_why_has_its_time(people):
    case = asked_why(people)
    clock = case.agreement.deadlines.get(rule="T-24b")
    assert clock.bound == "甲"
    explained(people, case)
    clock.refresh_from_db()
    assert clock.status == "met"


def asked_why(people):
    asked = {"by": people.desk.operator, "question": "怎样计算", "on": TODAY}
    return perform(people.decided().ask_explanation, **asked)


def explained(people, case):
    said = {"explanation": case.explanations.get(), "answer": "按违约费用计算", "on": TODAY}
    return cases.explain(case, by=people.desk.clerk, **said)


def test_a_case_closes_when_nothing_is_left(people, finance):
    case = people.decided(decided=plan(damages=Decimal(0)))
    people.received(case.decision_paper)
    case = people.fresh(case)
    assert case.status == "served"
    case = perform(case.carry_out, by=people.desk.clerk, on=TODAY)
    with pytest.raises(RuleBroken, match="没有缴清"):
        perform(case.close, by=people.desk.reviewer, reason="办结", on=TODAY)
    item = case.recoveries.get()
    perform(item.record_payment, by=finance, amount=item.amount, paid_on=TODAY, files=[upload()])
    cases.confirm_payment(item.payments.get(), by=people.desk.leader)
    assert (
        perform(people.fresh(case).close, by=people.desk.reviewer, reason="办结", on=TODAY).status == "closed"
    )
