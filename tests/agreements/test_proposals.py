"""经办提请、复核审核、负责人决定：三个人办一件事，谁也不能一个人办。"""

import pytest
from django.core.exceptions import PermissionDenied

from agreements import actions
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform

pytestmark = pytest.mark.each_text


def proposed(desk, agreement=None):
    return actions.propose(agreement or desk.signed(), "hold_payment", desk.hold(), by=desk.clerk)


def test_nobody_decides_alone(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="经办提请、复核审核"):
        perform(agreement.hold_payment, by=desk.leader, **desk.hold())


def test_the_leader_carries_out_what_was_proposed_and_nothing_else(desk):
    agreement = desk.signed()
    proposal = desk.proposal(agreement, "hold_payment", **desk.hold())
    with pytest.raises(RuleBroken, match="与呈批不一致"):
        perform(agreement.hold_payment, by=desk.leader, proposal=proposal, **desk.hold(reason="别的"))


def test_an_unreviewed_proposal_cannot_be_decided(desk):
    with pytest.raises(RuleBroken, match="还没有经过复核"):
        actions.decide(proposed(desk), by=desk.leader)


def test_the_reviewer_cannot_decide_and_the_clerk_cannot_review(desk):
    proposal = proposed(desk)
    with pytest.raises(PermissionDenied):
        perform(proposal.review, by=desk.clerk, remark="同意")
    with pytest.raises(PermissionDenied):
        perform(proposal.decide, by=desk.reviewer)


def test_one_open_proposal_an_act(desk):
    agreement = desk.signed()
    proposed(desk, agreement)
    with pytest.raises(RuleBroken, match="已有未办结的呈批"):
        proposed(desk, agreement)


def test_a_returned_proposal_keeps_its_reason_and_can_be_proposed_again(desk):
    agreement = desk.signed()
    proposal = perform(proposed(desk, agreement).turn_down, by=desk.reviewer, reason="缺通报原件")
    assert (proposal.status, proposal.remark) == ("returned", "缺通报原件")
    assert proposed(desk, agreement).status == "proposed"


def test_a_proposal_that_a_rule_forbids_is_not_even_written(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="写明"):
        actions.propose(agreement, "hold_payment", desk.hold(reason=" "), by=desk.clerk)
    assert not agreement.proposals.exists()


def test_the_hospital_does_not_read_what_the_agency_still_proposes(desk, client):
    agreement = desk.signed()
    proposed(desk, agreement)
    for person, reads in ((desk.operator, False), (desk.reviewer, True)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(agreement.get_absolute_url()).content.decode()
        assert ("提请</strong>：暂停拨付" in page) == reads


def test_a_proposal_on_an_ended_agreement_leaves_the_desk(desk):
    agreement = desk.signed()
    proposed(desk, agreement)
    assert any(title == "要复核的呈批" for title, _ in desk_for(desk.reviewer))
    desk.rescinded(agreement)
    assert not any(title == "要复核的呈批" for title, _ in desk_for(desk.reviewer))
