"""第六条、第六十四条至第六十七条：处理措施只由立案、告知、听取陈述申辩后决定的违约案件采取。"""

import pytest
from django.urls import reverse

from agreements import actions
from agreements.gate import NEEDS_A_CASE, NO_PROPOSAL_YET, RuleBroken, declared, perform, refusal
from agreements.models import Agreement, Proposal, Status
from agreements.offers import offers_for

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text

BREACH = {"severity": "", "reason": "查实", "on": TODAY}
BY_CASE = {
    "suspend_for_breach": BREACH | {"until": TODAY, "aftercare": AFTERCARE},
    "prove_breach": BREACH | {"until": TODAY},
    "rescind": BREACH | {"minutes": "纪要", "aftercare": AFTERCARE},
    "ban_service": {
        "scope": "service", "staff": None, "department": None, "service": "针刺", "reason": "查实", "on": TODAY, "until": TODAY,
    },
}  # fmt: skip
CODES = {"rescind": "QH-67-04", "ban_service": "QH-65-06"}


def details(desk, name):
    code, _, _ = desk.own_item(CODES.get(name, "QH-66-03"))
    return BY_CASE[name] | {"item": desk.breaches.find(code)[0]}


def open_to(desk, name):
    """An agreement in which nothing but the missing case stands against the act."""
    agreement = desk.signed()
    if name != "prove_breach":
        return agreement
    doubt = {"reason": "涉嫌冒名就医", "on": TODAY, "aftercare": AFTERCARE}
    return desk.decided(agreement, "suspend_for_investigation", **doubt)


@pytest.mark.rule("Q06.3", "Q65.3", "Q66.3", "Q67.2")
@pytest.mark.parametrize("name", BY_CASE)
def test_no_measure_is_proposed_or_carried_out_beside_a_case(desk, name):
    agreement = open_to(desk, name)
    given = details(desk, name)
    with pytest.raises(RuleBroken, match=desk.words(f"{NEEDS_A_CASE}（第六条）")):
        actions.propose(agreement, name, given, by=desk.clerk)
    for proposal in (None, NO_PROPOSAL_YET, Proposal(agreement=agreement, act=name, status="reviewed")):
        with pytest.raises(RuleBroken, match=NEEDS_A_CASE):
            perform(getattr(agreement, name), by=desk.leader, proposal=proposal, **given)


def test_every_such_act_says_so_in_its_declaration():
    assert {name for name in BY_CASE if declared(Agreement, name).custom["by_case"]} == {*BY_CASE}


@pytest.mark.rule("Q64.1")
def test_payment_is_held_to_rectify_by_a_case_alone_and_on_other_grounds_without(desk):
    agreement = desk.signed()
    for code, why in (("64", f"依第六十四条暂停拨付是违约处理，{NEEDS_A_CASE}"), ("61", None), ("69", None)):
        asked = {"hold_ground": agreement.terms.payment_hold.ground(code), "reason": "线索", "on": TODAY}
        said = refusal(agreement, "hold_payment", by=desk.clerk, proposal=NO_PROPOSAL_YET, **asked)
        assert said == (why and f"{why}（第六条）")


@pytest.mark.rule("Q64.1")
def test_the_form_of_a_hold_leaves_the_ground_to_the_case(desk, client):
    agreement = desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("agreement-act", args=[agreement.number, "hold-payment"])).content.decode()
    by_case = {"64"} if desk.breaches.hold_payment else set()
    offered = {one.code: f'value="{one.code}"' in page for one in desk.terms.hold_grounds}
    assert offered == {code: code not in by_case for code in offered}
    assert ("听取陈述申辩" in page) == bool(by_case)


@pytest.mark.rule("Q06.3")
@pytest.mark.parametrize("name", BY_CASE)
def test_the_page_of_the_agreement_says_why_and_leads_to_the_case(desk, client, name):
    agreement = open_to(desk, name)
    [offer] = [one for one in offers_for(agreement, desk.clerk) if one.name == name]
    way = reverse("case-new", args=[agreement.number])
    assert (offer.refusal, offer.way_on) == (desk.words(f"{NEEDS_A_CASE}（第六条）"), ("登记线索", way))
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert (
        f'<a class="small" href="{way}">登记线索</a>'
        in client.get(agreement.get_absolute_url()).content.decode()
    )
    assert client.get(f"{agreement.get_absolute_url()}{name.replace('_', '-')}/").status_code == 404


def test_nothing_leads_to_a_case_that_could_not_do_it(desk):
    ended = desk.terminated(desk.signed())
    assert not [one for one in offers_for(ended, desk.clerk) if one.name in BY_CASE]
    names = [one.name for one in offers_for(desk.signed(), desk.clerk)]
    assert "prove_breach" not in names and "rescind" in names


def test_a_proposal_written_before_stays_readable_and_is_turned_down(desk, client):
    agreement = desk.signed()
    old = Proposal.objects.create(
        agreement=agreement, act="rescind", details={"item": "QH-67-04", "reason": "查实", "on": TODAY.isoformat()},
        proposed_by=desk.clerk, reviewed_by=desk.reviewer, status=Proposal.Status.REVIEWED,
    )  # fmt: skip
    client.force_login(desk.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("proposal", args=[agreement.number, old.pk])
    assert "查实" in client.get(url).content.decode()
    client.post(url, {"deed": "turn_down", "reason": "改由案件办理"})
    old.refresh_from_db()
    assert (old.status, agreement.status) == ("returned", Status.ACTIVE)
