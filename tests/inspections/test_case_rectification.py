"""执行：限期整改（第六十三条、第六十四条、第六十六条、第六十七条（一））。"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.timezone import localdate

from agreements import daily
from agreements import desk as desks
from agreements.gate import RuleBroken, perform
from inspections.cases import actions as cases
from inspections.models import Rectification

from ..desk import TODAY, upload
from .case_desk import NOTHING, plan, suspending

pytestmark = pytest.mark.each_text


def light(people):
    code, part, article = people.desk.own_item(people.desk.rectified_item)
    return [{"item": code, "part": part, "weighs_as": article, "amount": Decimal(0)}]


def rectifying(people, hold=True):
    """Rectification is ordered and payment held meanwhile, as under 第六十四条; its notice has been received."""
    wanted = plan(hold=hold, rectify_by=TODAY + timedelta(30), **NOTHING)
    case = people.decided(decided=wanted, items=light(people))
    rectification = case.rectifications.get()
    people.received(rectification.paper)
    return rectification


def submitted(people, rectification):
    return cases.submit_rectification(
        rectification, by=people.desk.operator, report="已改由平台采购", files=[upload("整改.pdf")], on=TODAY
    )


@pytest.mark.rule("Q64.1")
def test_a_case_under_64_holds_payment_and_sets_a_day(people):
    rectification = rectifying(people)
    agreement = people.desk.hospital.agreements.get()
    hold = agreement.payment_holds.get()
    assert (hold.article, hold.is_open, rectification.hold) == ("第六十四条", True, hold)
    assert agreement.status == "active"
    clock = agreement.deadlines.get(event="rectification_served")
    assert clock.rule == "T-20" and clock.due_on == TODAY + timedelta(30)
    assert agreement.papers.filter(purpose="hold_notice").exists()


@pytest.mark.rule("Q64.2")
def test_rectified_in_place_the_hold_is_released_and_what_was_held_is_paid(people, client):
    rectification = submitted(people, rectifying(people))
    claim = people.claimed(rectification.agreement, 30_000)
    client.force_login(people.desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(rectification.get_absolute_url()).text
    assert f"{claim.month_name} 30,000.00 元" in page
    assert rectification.commitment_paper.purpose == "commitment"
    rectification = perform(rectification.check_once, by=people.desk.clerk, opinion="属实", on=TODAY)
    note = "2026年10月、11月应付费用按原所属期补付"
    rectification = cases.accept_rectification(rectification, by=people.desk.leader, held_note=note, on=TODAY)
    hold = rectification.agreement.payment_holds.get()
    assert rectification.status == "accepted" and hold.outcome == "paid" and not hold.is_open
    paper = rectification.agreement.papers.get(purpose="release_notice")
    assert note in "".join(paper.snapshot["paragraphs"])
    assert paper.snapshot["table"]["rows"] == [[claim.month_name, "30,000.00元"]]


@pytest.mark.rule("Q64.2")
def test_what_is_held_is_let_go_by_the_leader_alone(people):
    rectification = submitted(people, rectifying(people))
    rectification = perform(rectification.check_once, by=people.desk.clerk, opinion="属实", on=TODAY)
    with pytest.raises(PermissionDenied):
        cases.accept_rectification(rectification, by=people.desk.reviewer, on=TODAY)
    assert rectification.agreement.payment_holds.get().is_open


@pytest.mark.rule("Q64.2")
def test_acceptance_takes_two_people(people, leader):
    rectification = submitted(people, rectifying(people, hold=people.desk.breaches.hold_payment))
    with pytest.raises(RuleBroken, match="第一人验收"):
        cases.accept_rectification(rectification, by=leader, on=TODAY)
    rectification = perform(rectification.check_once, by=people.desk.clerk, opinion="属实", on=TODAY)
    Rectification.objects.filter(pk=rectification.pk).update(checked_by=leader)
    with pytest.raises(RuleBroken, match="第一验收人不能自己复验"):
        cases.accept_rectification(rectification, by=leader, on=TODAY)
    assert Rectification.objects.get().status == "submitted"


@pytest.mark.rule("Q64.1")
def test_what_was_sent_back_or_is_overdue_keeps_the_hold(people):
    holds = people.desk.breaches.hold_payment
    rectification = submitted(people, rectifying(people, hold=holds))
    assert rectification.agreement.deadlines.get(rule="T-20").status == "met"
    again = TODAY + timedelta(days=40)
    rectification = perform(
        rectification.send_back, by=people.desk.clerk, reason="没有凭证", due_on=again, on=TODAY
    )
    clocks = rectification.agreement.deadlines.filter(event="rectification_served")
    assert sorted((one.status, one.due_on) for one in clocks) == [
        ("met", TODAY + timedelta(30)),
        ("open", again),
    ]
    daily.run(again + timedelta(days=1))
    rectification = Rectification.objects.get(pk=rectification.pk)
    assert rectification.status == "overdue"
    assert [one.is_open for one in rectification.agreement.payment_holds.all()] == ([True] if holds else [])


@pytest.mark.rule("Q63.1")
def test_the_day_of_a_rectification_is_always_written(people):
    with pytest.raises(RuleBroken, match="不晚于起日"):
        people.decided(decided=plan(rectify_by=TODAY, **NOTHING), items=light(people))


@pytest.mark.rule("Q67.5")
def test_no_rectification_by_the_end_of_a_suspension_asks_whether_to_rescind(people, monkeypatch):
    wanted = suspending(days=20, rectify_by=TODAY + timedelta(10), **NOTHING)
    case = people.decided(decided=wanted, items=[{"item": "QH-66-03", "part": "", "weighs_as": 66}])
    title = "考虑解除：中止期间没有整改到位"
    assert title not in dict(desks.desk_for(people.desk.leader))
    daily.run(TODAY + timedelta(11))
    case.rectifications.get().suspension.__class__.objects.update(planned_end=localdate())
    [item] = dict(desks.desk_for(people.desk.leader))[title]
    assert people.desk.words("第六十七条（一）") in item.note


@pytest.mark.rule("Q66.3", "Q67.5")
def test_a_suspension_is_not_resumed_before_its_rectification_is_accepted(people):
    wanted = suspending(days=20, rectify_by=TODAY + timedelta(10), **NOTHING)
    case = people.decided(decided=wanted, items=[{"item": "QH-66-03", "part": "", "weighs_as": 66}])
    with pytest.raises(
        RuleBroken, match=people.desk.words("现为“待整改”，验收通过才能恢复履行.*第六十七条（一）")
    ):
        people.desk.resumed(people.agreement(case))
    rectification = submitted(people, case.rectifications.get())
    rectification = perform(rectification.check_once, by=people.desk.clerk, opinion="属实", on=TODAY)
    cases.accept_rectification(rectification, by=people.desk.reviewer, on=TODAY)
    assert people.desk.resumed(people.agreement(case)).status == "active"
