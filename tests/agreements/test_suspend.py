"""第七十九条、第六十六条：中止；第七十九条、第六十一条：恢复。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from agreements import actions
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Status
from agreements.standing import standing

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.1")
@pytest.mark.rule("Q82.1")
def test_a_request_suspends_the_agreement_with_its_end_and_aftercare(desk):
    agreement = desk.suspended()
    suspension = agreement.suspensions.get()
    assert agreement.status == Status.SUSPENDED
    assert (suspension.cause, suspension.started_on, suspension.planned_end) == (
        "requested",
        TODAY,
        TODAY + timedelta(days=90),
    )
    plan = agreement.aftercare_plans.get()
    assert (plan.inpatients, plan.unsettled) == (AFTERCARE["inpatients"], AFTERCARE["unsettled"])


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q79.2")
@pytest.mark.parametrize("days, allowed", [(1, True), (180, True), (181, False), (365, False)])
def test_a_requested_suspension_cannot_pass_180_days(desk, days, allowed):
    agreement = desk.signed()
    if allowed:
        assert desk.suspended(agreement, days=days).status == Status.SUSPENDED
        return
    with pytest.raises(RuleBroken, match=desk.words("不得超过180日.*第七十九条")):
        desk.suspended(agreement, days=days)
    agreement.refresh_from_db()
    assert agreement.status == Status.ACTIVE and not agreement.suspensions.exists()


@pytest.mark.rule("Q79.2")
def test_the_database_itself_keeps_the_cap(desk):
    suspension = desk.suspended().suspensions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(suspension).objects.filter(pk=suspension.pk).update(
            planned_end=suspension.latest_end + timedelta(days=1)
        )


@pytest.mark.only_text("qinghai", "made-up")
def test_a_suspension_starts_no_later_than_today_and_ends_no_earlier_than_it_starts(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="还没有到"):
        desk.suspended(agreement, on=TODAY + timedelta(days=1))


@pytest.mark.only_text("qinghai", "made-up")
def test_an_end_before_the_start_is_refused(desk):
    with pytest.raises(RuleBroken, match="早于起期"):
        desk.suspended(until=TODAY - timedelta(days=1))


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q66.3")
def test_a_breach_of_article_66_suspends_for_at_most_180_days(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="180日"):
        desk.suspended_for_breach(agreement, until=TODAY + timedelta(days=181))
    desk.leader.refresh_from_db()


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q66.3")
def test_a_breach_suspension_stores_its_article_and_item(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    suspension = agreement.suspensions.get()
    assert (suspension.cause, suspension.article) == ("breach", "第六十六条（三）")


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q66.1")
@pytest.mark.parametrize(
    "code, severity, allowed",
    [
        ("QH-66-01", "", True),
        ("QH-65-06", "", False),
        ("QH-65-06", "社会影响较大", True),
        ("QH-63-03", "社会影响较大", False),
        ("QH-62-01", "", False),
    ],
)
def test_only_article_66_or_an_escalated_65_suspends(desk, code, severity, allowed):
    agreement = desk.signed()
    if allowed:
        assert desk.suspended_for_breach(agreement, code, severity).status == Status.SUSPENDED
    else:
        with pytest.raises(RuleBroken, match=desk.words("第六十三条至第六十七条")):
            desk.suspended_for_breach(agreement, code, severity)


def test_causes_stack_and_closing_one_does_not_revive_while_another_is_open(desk):
    agreement = desk.suspended_for_breach(desk.suspended())
    requested, breach = agreement.open_suspensions.order_by("pk")
    agreement = desk.resumed(agreement, requested)
    assert agreement.status == Status.SUSPENDED
    agreement = desk.resumed(agreement, breach)
    assert agreement.status == Status.ACTIVE


def test_resuming_returns_to_the_state_before(desk):
    continued = desk.continued()
    assert desk.resumed(desk.suspended(continued)).status == Status.CONTINUED


@pytest.mark.rule("Q79.3")
def test_a_requested_suspension_resumes_only_on_the_hospitals_request(desk):
    agreement = desk.suspended()
    with pytest.raises(RuleBroken, match=desk.words("第七十九条")):
        desk.resumed(agreement, requested_on=None)


@pytest.mark.only_text("qinghai", "made-up")
def test_nobody_suspends_alone(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="经办提请、复核审核"):
        perform(agreement.suspend_on_request, by=desk.leader, **desk.suspension())


def test_the_leader_carries_out_what_was_proposed_and_nothing_else(desk):
    agreement = desk.signed()
    proposal = desk.proposal(agreement, "suspend_on_request", **desk.suspension())
    other = desk.suspension(days=30)
    with pytest.raises(RuleBroken, match="与呈批不一致"):
        perform(agreement.suspend_on_request, by=desk.leader, proposal=proposal, **other)


def test_an_unreviewed_proposal_cannot_be_decided(desk):
    proposal = actions.propose(desk.signed(), "suspend_on_request", desk.suspension(), by=desk.clerk)
    with pytest.raises(RuleBroken, match="还没有经过复核"):
        actions.decide(proposal, by=desk.leader)


def test_the_reviewer_cannot_decide_and_the_clerk_cannot_review(desk):
    proposal = actions.propose(desk.signed(), "suspend_on_request", desk.suspension(), by=desk.clerk)
    with pytest.raises(PermissionDenied):
        perform(proposal.review, by=desk.clerk, remark="同意")
    with pytest.raises(PermissionDenied):
        perform(proposal.decide, by=desk.reviewer)


def test_one_open_proposal_an_act(desk):
    agreement = desk.signed()
    actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk)
    with pytest.raises(RuleBroken, match="已有未办结的呈批"):
        actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk)


def test_a_returned_proposal_keeps_its_reason_and_can_be_proposed_again(desk):
    agreement = desk.signed()
    proposal = actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk)
    proposal = perform(proposal.turn_down, by=desk.reviewer, reason="缺停业公告")
    assert (proposal.status, proposal.remark) == ("returned", "缺停业公告")
    assert (
        actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk).status
        == "proposed"
    )


@pytest.mark.only_text("qinghai", "made-up")
def test_an_end_that_has_passed_is_refused(desk):
    with pytest.raises(RuleBroken, match="已经过去"):
        desk.suspended(on=TODAY - timedelta(days=30), days=20)


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.2")
def test_causes_that_follow_each_other_share_the_180_days(desk):
    agreement = desk.suspended(on=TODAY - timedelta(days=60), days=100)
    with pytest.raises(RuleBroken, match="连同未结束的中止"):
        desk.suspended_for_breach(agreement, until=TODAY + timedelta(days=121))
    assert desk.suspended_for_breach(agreement, until=TODAY + timedelta(days=120)).suspensions.count() == 2


@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("asked", [TODAY - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_request_to_go_on_falls_into_the_suspension_and_not_after_the_day_it_takes_effect(desk, asked):
    agreement = desk.suspended()
    with pytest.raises(RuleBroken, match=desk.words("第七十九条")):
        desk.resumed(agreement, requested_on=asked)


@pytest.mark.only_text("qinghai")
def test_a_proposal_that_a_rule_forbids_is_not_even_written(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="不得超过180日"):
        actions.propose(agreement, "suspend_on_request", desk.suspension(days=181), by=desk.clerk)
    assert not agreement.proposals.exists()


def test_the_hospital_does_not_read_what_the_agency_still_proposes(desk, client):
    agreement = desk.signed()
    actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk)
    for person, reads in ((desk.operator, False), (desk.reviewer, True)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(agreement.get_absolute_url()).content.decode()
        assert ("提请</strong>：依申请中止" in page) == reads


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_the_sentence_tells_the_planned_end_and_the_automatic_one_apart(desk):
    agreement = desk.suspended(days=30)
    sentence = standing(agreement).sentence
    assert f"计划到 {TODAY + timedelta(days=30)} 24:00" in sentence
    assert f"到 {TODAY + timedelta(days=180)} 乙方仍未申请继续履行的，本协议自动终止" in sentence


def test_a_breach_suspension_promises_no_automatic_ending(desk):
    assert "自动终止" not in standing(desk.suspended_for_breach(desk.signed())).sentence


def test_a_proposal_on_an_ended_agreement_leaves_the_desk(desk):
    agreement = desk.signed()
    actions.propose(agreement, "suspend_on_request", desk.suspension(), by=desk.clerk)
    assert any(title == "要复核的呈批" for title, _ in desk_for(desk.reviewer))
    desk.terminated(agreement)
    assert not any(title == "要复核的呈批" for title, _ in desk_for(desk.reviewer))
