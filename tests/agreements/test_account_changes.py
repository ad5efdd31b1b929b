"""第七十六条: a change of the bank account, which a third person checks, and which holds payment until it is decided."""

import pytest
from django.urls import reverse

from agreements import daily
from agreements.applications import actions as applications
from agreements.gate import RuleBroken, perform
from agreements.models import ChangeRequest
from institutions.models import Role, User

from ..desk import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]
BANK = {"bank_name": "青海银行城北支行", "bank_account": "630000000000123456"}
held = pytest.mark.only_text(
    "qinghai", "made-up", reason="payment waits for an account only where the text names it (第七十六条)"
)


def asked(desk, agreement, **changed):
    """A new account: a major change where the text says so, else one that is told."""
    kind = "major" if agreement.terms.change.groups_of(BANK) else "general"
    return desk.change_request(agreement, kind=kind, changes=BANK, **changed)


@pytest.mark.rule("Q76.2")
def test_an_account_needs_a_checker_of_its_own(desk, agency):
    agreement = desk.signed()
    request = desk.checking(asked(desk, agreement, authority="", approval_number=""))
    with pytest.raises(RuleBroken, match="须另一人先核对账户"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    finance = User.objects.create_user("caiwu", "许安康", Role.FINANCE, agency=agency)
    request = perform(request.check_account, by=finance)
    request = applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    assert request.version.bank_account == BANK["bank_account"]


def test_an_account_is_told_with_its_proof(desk):
    with pytest.raises(RuleBroken, match="没有附上"):
        asked(desk, desk.signed(), files=[])


def test_its_form_has_a_place_for_what_the_agency_finds(desk):
    request = asked(desk, desk.signed())
    sheet = request.form_paper.snapshot
    assert "甲方审核意见：" in [line for box in sheet["boxes"] for line in box]
    assert ("请予审核" if request.is_major else "其中银行账户请予核对") in sheet["basis"]


@held
@pytest.mark.rule("Q76.2")
def test_payment_stops_until_the_account_is_decided(desk, agency):
    agreement = desk.signed()
    request = desk.checking(asked(desk, agreement))
    assert agreement.payment_holds.get().is_open
    request = perform(request.check_account, by=desk.leader)
    applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    assert agreement.payment_holds.get().outcome == "paid"


def test_who_checked_the_account_cannot_grant(desk):
    request = desk.checking(asked(desk, desk.signed()))
    request = perform(request.check_account, by=desk.leader)
    with pytest.raises(RuleBroken, match="核对账户的人不能自己同意"):
        applications.grant(request, by=desk.leader, opinion="同意", on=TODAY)


@held
@pytest.mark.parametrize("end", ["refuse", "withdraw"])
def test_the_hold_on_an_account_ends_with_the_request(desk, end):
    agreement = desk.signed()
    request = perform(asked(desk, agreement).accept, by=desk.clerk, on=TODAY)
    if end == "refuse":
        perform(request.refuse, by=desk.reviewer, reason="开户证明不符", on=TODAY)
    else:
        perform(request.withdraw, by=desk.operator, on=TODAY)
    assert not agreement.payment_holds.get().is_open


def test_another_account_needs_another_check(desk, agency):
    finance = User.objects.create_user("caiwu", "许安康", Role.FINANCE, agency=agency)
    request = desk.checking(asked(desk, desk.signed()))
    request = perform(request.check_account, by=finance)
    request = perform(request.return_for_completion, by=desk.reviewer, reason="账号有误", on=TODAY)
    other = BANK | {"bank_account": "630000000000999999"}
    facts = {"authority": "", "approval_number": "", "approved_on": TODAY, "synced_on": None, "files": []}
    request = perform(request.rewrite, by=desk.operator, changes=other, on=TODAY, **facts)
    request = desk.checking(applications.submit(request, by=desk.operator))
    with pytest.raises(RuleBroken, match="须另一人先核对账户"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)


def test_who_examines_is_never_who_checks_the_account(desk):
    request = perform(asked(desk, desk.signed()).accept, by=desk.clerk, on=TODAY)
    with pytest.raises(RuleBroken, match="不能核对账户"):
        perform(request.check_account, by=desk.reviewer)
    request = perform(request.examine, by=desk.reviewer, opinion="属实", on=TODAY)
    with pytest.raises(RuleBroken, match="审核人不能"):
        perform(request.check_account, by=desk.reviewer)


@held
def test_a_returned_request_can_be_refused_so_that_no_hold_stands_for_ever(desk):
    agreement = desk.signed()
    request = perform(
        asked(desk, agreement).return_for_completion,
        by=desk.clerk,
        reason="缺",
        on=TODAY,
    )
    perform(request.refuse, by=desk.reviewer, reason="逾期没有补正", on=TODAY)
    assert not agreement.payment_holds.get().is_open


@held
def test_an_open_request_ends_with_its_agreement_and_lets_go_what_it_held(desk):
    agreement = desk.signed()
    request = asked(desk, agreement)
    desk.terminated(agreement)
    daily.run(TODAY)
    request = ChangeRequest.objects.get(pk=request.pk)
    assert request.status == ChangeRequest.Status.WITHDRAWN and not agreement.payment_holds.get().is_open
    assert not agreement.deadlines.open().filter(rule="T-34c").exists()


@held
def test_a_hold_that_waits_for_an_account_is_not_released_before_it_is_decided(desk):
    agreement = desk.signed()
    asked(desk, agreement)
    hold = agreement.payment_holds.get()
    with pytest.raises(RuleBroken, match="银行账户的变更申请还没有办结"):
        desk.decided(agreement, "release_payment", hold=hold, outcome="paid", reason="先付", on=TODAY)


def test_the_form_says_that_an_account_is_checked(desk, client):
    agreement = desk.signed()
    kind = "major" if agreement.terms.change.groups_of(BANK) else "general"
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("change-new", args=[agreement.number, kind])).content.decode()
    assert ("经甲方另一人核对后变更" in page) == (kind == "general")
