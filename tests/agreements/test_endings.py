"""第八十条、第六十七条、第七十八条、第八十三条：终止、解除、期满。"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from agreements.daily import activate_due
from agreements.desk import desk_for
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import Status

from ..desk import TERM, TODAY

pytestmark = pytest.mark.each_text


@pytest.mark.parametrize("code, article", [
    pytest.param("80-1", "第八十条（一）", marks=pytest.mark.rule("Q80.1")),
    pytest.param("80-2", "第八十条（二）", marks=pytest.mark.rule("Q80.2")),
    pytest.param("80-3", "第八十条（三）", marks=pytest.mark.rule("Q80.3")),
    ("80-5", "第八十条（五）"),
    ("80-6", "第八十条（六）"),
])  # fmt: skip
@pytest.mark.rule("Q82.1")
def test_a_termination_stores_its_ground_and_opens_the_aftercare(desk, code, article):
    agreement = desk.terminated(desk.signed(), code)
    assert (agreement.status, agreement.ending.kind, agreement.ending.article) == (
        Status.TERMINATED,
        "terminated",
        article,
    )
    assert agreement.aftercare_plans.exists()


def test_ending_at_the_hospitals_wish_stores_its_ground(desk):
    agreement = desk.terminated(desk.signed())
    ground = agreement.terms.termination.ground(desk.ending_ground)
    assert (agreement.status, agreement.ending.article) == (Status.TERMINATED, ground.article_label)


@pytest.mark.rule("Q80.3")
def test_ending_at_the_hospitals_wish_needs_its_request(desk):
    ground = desk.terms.termination.ground(desk.ending_ground)
    with pytest.raises(RuleBroken, match=f"“{ground.label}”的终止须有乙方的申请"):
        desk.terminated(desk.signed(), desk.ending_ground, requested_on=None)


def test_expiry_is_not_a_ground_that_a_person_chooses(desk):
    with pytest.raises(LookupError):
        desk.terminated(desk.signed(), "80-4")


@pytest.mark.only_text(
    "qinghai", reason="the other texts suspend and rescind by one article (第六十六条、第六十七条)"
)
@pytest.mark.rule("Q67.2")
@pytest.mark.parametrize("code, severity, allowed", [
    ("QH-67-04", "", True), ("QH-66-03", "", False), ("QH-66-03", "性质恶劣", True), ("QH-63-01", "造成医保基金重大损失", True),
    ("QH-62-01", "性质恶劣", False),
])  # fmt: skip
def test_article_67_rescinds_and_a_lighter_one_only_escalated(desk, code, severity, allowed):
    agreement = desk.signed()
    if allowed:
        agreement = desk.rescinded(agreement, code, severity)
        assert (agreement.status, agreement.ending.kind) == (Status.RESCINDED, "rescinded")
    else:
        with pytest.raises(RuleBroken, match=desk.words("第六十七条")):
            desk.rescinded(agreement, code, severity)


@pytest.mark.rule("Q67.2")
def test_a_rescission_is_decided_collectively(desk):
    with pytest.raises(RuleBroken, match="集体讨论"):
        desk.rescinded(desk.signed(), minutes=" ")


def test_ending_a_suspended_agreement_closes_its_suspensions(desk):
    agreement = desk.ended(desk.suspended_for_breach(desk.signed()))
    assert not agreement.open_suspensions.exists()
    assert agreement.suspensions.get().closing_reason == "协议结束"


@pytest.mark.only_text("qinghai", reason="no other text has clocks of these three (第七十三条、第八十二条)")
@pytest.mark.rule("Q73.1")
@pytest.mark.rule("Q82.1")
@pytest.mark.rule("Q82.2")
def test_announcement_plaque_and_aftercare_are_work_on_the_desk_until_they_are_done(desk):
    agreement = desk.terminated(desk.signed())
    group = "要公告、摘牌、办结善后的"
    for person, titles in (
        (
            desk.operator,
            {"公告并交证明": "proof-new", "摘除定点标识": "proof-new", "办结善后": "deadline-meet"},
        ),
        (desk.clerk, {"办结善后": "deadline-meet"}),
    ):
        rows = {
            row.title: row
            for row in agreement.deadlines.open().filter(bound="乙" if person == desk.operator else "甲")
        }
        found = {item.subject: item.url for item in dict(desk_for(person))[group]}
        assert found == {title: reverse(page, args=[rows[title].pk]) for title, page in titles.items()}
    perform(rows["办结善后"].meet, by=desk.clerk, on=TODAY, remark="全部转出")
    assert group not in dict(desk_for(desk.clerk))


@pytest.mark.rule("Q80.4")
def test_an_expired_agreement_ends_by_the_system_and_not_before(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="还没有期满"):
        perform(agreement.expire, by=SYSTEM, reason="未续签", on=agreement.ends_on)
    after = agreement.ends_on + timedelta(days=1)
    agreement = perform(agreement.expire, by=SYSTEM, reason="双方未就续签达成一致", on=after)
    assert (agreement.status, agreement.ending.article) == (
        Status.TERMINATED,
        agreement.terms.termination.expiry_ground,
    )


@pytest.mark.rule("Q83.2")
def test_holding_over_needs_a_cause_of_the_agency(desk):
    agreement = desk.signed()
    after = agreement.ends_on + timedelta(days=1)
    with pytest.raises(RuleBroken, match="甲方的原因"):
        perform(agreement.carry_on, by=SYSTEM, cause=" ", on=after)
    agreement = perform(agreement.carry_on, by=SYSTEM, cause="甲方未在期满前决定", on=after)
    assert agreement.status == Status.CONTINUED


@pytest.mark.own_days
@pytest.mark.rule("Q78.3")
def test_a_renewal_closes_the_old_agreement_and_starts_the_new_one_the_next_day(desk):
    last = {"starts_on": date(TODAY.year - 1, 1, 1), "ends_on": date(TODAY.year - 1, 12, 31)}
    old = desk.signed(**last)
    with pytest.raises(RuleBroken, match=desk.words("第七十八条")):
        perform(old.close_as_renewed, by=SYSTEM, on=TERM["starts_on"])
    new = desk.signed(predecessor=old)
    assert new.status == Status.SIGNED
    old = perform(old.close_as_renewed, by=SYSTEM, on=TERM["starts_on"])
    activate_due(TODAY)
    new.refresh_from_db()
    assert (old.status, old.ending.kind, new.status) == (Status.RENEWED, "renewed", Status.ACTIVE)
