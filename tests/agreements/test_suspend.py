"""第七十九条、第六十六条：中止；第七十九条、第六十一条：恢复。"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from agreements.gate import RuleBroken
from agreements.models import Status
from agreements.standing import standing

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text


@pytest.mark.rule("Q79.1")
def test_a_request_suspends_the_agreement_with_its_end(desk):
    agreement = desk.suspended()
    suspension = agreement.suspensions.get()
    assert agreement.status == Status.SUSPENDED
    assert (suspension.cause, suspension.started_on, suspension.planned_end) == (
        "requested",
        TODAY,
        TODAY + timedelta(days=desk.stop_days),
    )


@pytest.mark.only_text("qinghai", reason="no aftercare in the other texts (第八十二条)")
@pytest.mark.rule("Q82.1")
def test_a_suspension_says_what_becomes_of_the_patients(desk):
    plan = desk.suspended().aftercare_plans.get()
    assert (plan.inpatients, plan.unsettled) == (AFTERCARE["inpatients"], AFTERCARE["unsettled"])


@pytest.mark.rule("Q79.2")
@pytest.mark.parametrize("past, allowed", [(-1, True), (0, True), (1, False), (185, False)])
def test_a_requested_suspension_cannot_pass_the_longest(desk, past, allowed):
    agreement, longest = desk.signed(), desk.longest_stop
    if allowed:
        assert desk.suspended(agreement, days=longest + past).status == Status.SUSPENDED
        return
    with pytest.raises(RuleBroken, match=desk.words(f"不得超过{longest}日.*第七十九条")):
        desk.suspended(agreement, days=longest + past)
    agreement.refresh_from_db()
    assert agreement.status == Status.ACTIVE and not agreement.suspensions.exists()


@pytest.mark.rule("Q79.2")
def test_the_database_itself_keeps_the_cap(desk):
    suspension = desk.suspended().suspensions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(suspension).objects.filter(pk=suspension.pk).update(
            planned_end=suspension.latest_end + timedelta(days=1)
        )


def test_a_suspension_starts_no_later_than_today_and_ends_no_earlier_than_it_starts(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="还没有到"):
        desk.suspended(agreement, on=TODAY + timedelta(days=1))


def test_an_end_before_the_start_is_refused(desk):
    with pytest.raises(RuleBroken, match="早于起期"):
        desk.suspended(until=TODAY - timedelta(days=1))


@pytest.mark.only_text(
    "qinghai", "made-up", reason="no longest suspension in the Shanghai texts (第七十九条)"
)
@pytest.mark.rule("Q66.3")
def test_a_breach_suspends_for_no_longer_than_a_request(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match=f"{desk.longest_stop}日"):
        desk.suspended_for_breach(agreement, until=TODAY + timedelta(days=desk.longest_stop + 1))


@pytest.mark.rule("Q66.3")
def test_a_breach_suspension_stores_its_article_and_item(desk):
    suspension = desk.suspended_for_breach(desk.signed()).suspensions.get()
    assert (suspension.cause, suspension.article) == ("breach", desk.item_label("QH-66-03"))


@pytest.mark.rule("Q66.1")
def test_a_lighter_item_suspends_nobody(desk):
    with pytest.raises(RuleBroken, match="没有“中止协议”的措施"):
        desk.suspended_for_breach(desk.signed(), "QH-65-06")


@pytest.mark.only_text(
    "qinghai", reason="only its articles can weigh as a heavier one (第六十三条至第六十七条)"
)
@pytest.mark.rule("Q66.1")
@pytest.mark.parametrize(
    "code, severity, allowed",
    [
        ("QH-66-01", "", True),
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
        with pytest.raises(RuleBroken, match="第六十三条至第六十七条"):
            desk.suspended_for_breach(agreement, code, severity)


def test_causes_stack_and_closing_one_does_not_revive_while_another_is_open(desk):
    agreement = desk.suspended_for_breach(desk.suspended())
    requested, breach = agreement.open_suspensions.order_by("pk")
    agreement = desk.resumed(agreement, requested)
    assert agreement.status == Status.SUSPENDED
    agreement = desk.resumed(agreement, breach)
    assert agreement.status == Status.ACTIVE


@pytest.mark.own_days
def test_resuming_returns_to_the_state_before(desk):
    continued = desk.continued()
    assert desk.resumed(desk.suspended(continued)).status == Status.CONTINUED


@pytest.mark.rule("Q79.3")
def test_a_requested_suspension_resumes_only_on_the_hospitals_request(desk):
    agreement = desk.suspended()
    with pytest.raises(RuleBroken, match=desk.words("第七十九条")):
        desk.resumed(agreement, requested_on=None)


def test_an_end_that_has_passed_is_refused(desk):
    with pytest.raises(RuleBroken, match="已经过去"):
        desk.suspended(on=TODAY - timedelta(days=30), days=20)


@pytest.mark.rule("Q79.2")
def test_causes_that_follow_each_other_share_the_longest_stop(desk):
    began = TODAY - timedelta(days=desk.longest_stop // 3)
    last = began + timedelta(days=desk.longest_stop)
    agreement = desk.suspended(on=began, days=desk.longest_stop // 2)
    with pytest.raises(RuleBroken, match="连同未结束的中止"):
        desk.suspended_for_breach(agreement, until=last + timedelta(days=1))
    assert desk.suspended_for_breach(agreement, until=last).suspensions.count() == 2


@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("asked", [TODAY - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_request_to_go_on_falls_into_the_suspension_and_not_after_the_day_it_takes_effect(desk, asked):
    agreement = desk.suspended()
    with pytest.raises(RuleBroken, match=desk.words("第七十九条")):
        desk.resumed(agreement, requested_on=asked)


@pytest.mark.rule("Q79.3")
def test_the_sentence_tells_the_planned_end_and_the_automatic_one_apart(desk):
    agreement = desk.suspended(days=30)
    sentence = standing(agreement).sentence
    assert f"计划到 {TODAY + timedelta(days=30)} 24:00" in sentence
    assert (
        f"到 {TODAY + timedelta(days=desk.longest_stop)} 乙方仍未申请继续履行的，本协议自动终止" in sentence
    )


def test_a_breach_suspension_promises_no_automatic_ending(desk):
    assert "自动终止" not in standing(desk.suspended_for_breach(desk.signed())).sentence
