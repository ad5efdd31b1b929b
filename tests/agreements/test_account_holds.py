"""第七十六条：银行账户变更未决前，乙方在各地的协议都暂停拨付，续签后的新协议也是；了结后一起恢复。"""

from datetime import timedelta

import pytest

from agreements import actions
from agreements.applications import actions as applications
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Message, PaymentHold
from agreements.models.event import first_fault

from ..desk import TODAY, signature
from .test_cascade import elsewhere  # noqa: F401

BANK = {"bank_account": "6300000000009999"}
YESTERDAY = TODAY - timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.each_text]


def asked(desk, agreement):
    return desk.change_request(agreement, changes=BANK, authority="", approval_number="")


def held(*agreements):
    return [PaymentHold.objects.filter(agreement=one, released_on=None).count() for one in agreements]


def ended(desk, request, how):
    if how == "grant":
        request = perform(desk.checking(request).check_account, by=desk.leader)
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    elif how == "refuse":
        perform(
            perform(request.accept, by=desk.clerk, on=TODAY).refuse, by=desk.reviewer, reason="不符", on=TODAY
        )
    else:
        perform(request.withdraw, by=desk.operator, on=TODAY)


@pytest.mark.rule("Q39.4")
@pytest.mark.rule("Q76.2")
@pytest.mark.parametrize("how", ["grant", "refuse", "withdraw"])
def test_payment_waits_in_every_region_and_goes_on_in_every_region(desk, elsewhere, how):  # noqa: F811
    home, *others = desk.signed(), *(other.signed() for other in elsewhere)
    request = asked(desk, home)
    assert held(home, *others) == [1, 1, 1]
    told = Message.objects.filter(recipient=elsewhere[0].clerk, subject="暂停拨付")
    assert "银行账户变更待核对" in told.get().text
    ended(desk, request, how)
    assert held(home, *others) == [0, 0, 0]
    for one in others:
        acts = list(one.events.order_by("-seq").values_list("act", flat=True)[:2])
        assert acts == ["release_for_account", "hold_for_account"]
        assert first_fault(Agreement.objects.get(pk=one.pk)) is None


def test_the_other_agency_does_not_let_go_by_itself(desk, elsewhere):  # noqa: F811
    other = elsewhere[0].signed()
    asked(desk, desk.signed())
    hold = other.payment_holds.get()
    with pytest.raises(RuleBroken, match="银行账户的变更申请还没有办结"):
        elsewhere[0].decided(other, "release_payment", hold=hold, outcome="paid", reason="先付", on=TODAY)


def test_a_draft_holds_nothing_and_sending_it_back_lets_nothing_go(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    draft = desk.change_request(home, submit=False, changes=BANK)
    assert held(home, other) == [0, 0]
    request = applications.submit(draft, by=desk.operator)
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺开户证明", on=TODAY)
    assert held(home, other) == [1, 1]
    applications.submit(request, by=desk.operator)
    assert held(home, other) == [1, 1]


def test_a_request_that_is_about_no_account_any_more_lets_go(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    request = perform(asked(desk, home).return_for_completion, by=desk.clerk, reason="账户填错", on=TODAY)
    facts = {
        "authority": "卫健委",
        "approval_number": "1号",
        "approved_on": YESTERDAY,
        "synced_on": None,
        "files": [],
    }
    request = perform(
        request.rewrite, by=desk.operator, changes={"name": "西宁湟滨第一医院"}, on=TODAY, **facts
    )
    applications.submit(request, by=desk.operator)
    assert held(home, other) == [0, 0]


def renewed(desk, agreement):
    """The next agreement, signed yesterday, begins today."""
    draft = desk.confirmed(starts_on=TODAY, ends_on=TODAY + timedelta(days=364))
    draft = actions.fix_text(draft, by=desk.reviewer, today=YESTERDAY)
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        draft = actions.sign(draft, side, by=by, today=YESTERDAY, **signature(name, YESTERDAY))
    return actions.begin(draft, TODAY)


@pytest.mark.only_text("qinghai", "made-up", reason="Shanghai asks for no request on an account (第二十三条)")
@pytest.mark.rule("Q76.2")
def test_the_agreement_that_succeeds_takes_the_hold_over_and_the_old_one_keeps_it(desk):
    old = desk.signed(starts_on=TODAY - timedelta(days=200), ends_on=YESTERDAY)
    request = asked(desk, old)
    new = renewed(desk, old)
    assert (Agreement.objects.get(pk=old.pk).status, new.status) == ("renewed", "active")
    assert held(old, new) == [1, 1], (
        "what is still to be paid under the old one must not go to the old account either"
    )
    assert new.payment_holds.get().change_request == request
    ended(desk, request, "grant")
    assert held(old, new) == [0, 0]


def test_what_begins_elsewhere_meanwhile_is_held_as_well_and_once(desk, elsewhere):  # noqa: F811
    request = asked(desk, desk.signed())
    other = elsewhere[0].signed()
    assert held(other) == [1]
    perform(request.accept, by=desk.clerk, on=TODAY)
    assert held(other) == [1]


def test_a_request_that_ends_with_its_agreement_lets_go_everywhere(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    request = asked(desk, home)
    desk.terminated(home)
    applications.end_left_behind(request, TODAY)
    assert held(home, other) == [0, 0]
