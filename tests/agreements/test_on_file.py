"""第七十九条、第八十条（三）：nothing is stopped or ended at the hospital's wish without its application on file."""

import pytest
from django.urls import reverse

from agreements import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Attachment, Proposal, Status

from ..desk import AFTERCARE, TODAY, upload
from .test_stop_requests import END, SUSPEND, drafted, filed

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


def ending(desk, agreement, **changed):
    ground = agreement.terms.termination.ground(desk.ending_ground)
    return {
        "ground": ground,
        "reason": "停业",
        "requested_on": TODAY,
        "on": TODAY,
        "aftercare": AFTERCARE,
    } | changed


@pytest.mark.rule("Q79.1")
def test_a_typed_day_alone_suspends_nothing(desk):
    agreement, details = desk.signed(), desk.suspension(application=None)
    with pytest.raises(RuleBroken, match=desk.words("没有.*的中止协议申请.*第七十九条")):
        actions.propose(agreement, "suspend_on_request", details, by=desk.clerk)
    drafted(desk, agreement, SUSPEND)
    with pytest.raises(RuleBroken, match="没有.*的中止协议申请"):
        actions.propose(agreement, "suspend_on_request", details, by=desk.clerk)


@pytest.mark.rule("Q80.3")
def test_a_typed_day_alone_ends_nothing(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match=desk.words("没有.*的终止协议申请.*第八十条")):
        actions.propose(agreement, "terminate", ending(desk, agreement), by=desk.clerk)


@pytest.mark.rule("Q80.1")
def test_the_agencys_own_grounds_need_no_application(desk):
    agreement = desk.signed()
    ground = agreement.terms.termination.ground("80-1")
    assert actions.propose(agreement, "terminate", ending(desk, agreement, ground=ground), by=desk.clerk)


@pytest.mark.rule("Q79.1")
def test_what_was_filed_in_the_portal_on_that_day_is_on_file(desk):
    agreement = desk.signed()
    filed(desk, agreement, SUSPEND)
    details = desk.suspension(application=None, requested_on=TODAY)
    assert desk.decided(agreement, "suspend_on_request", **details).status == Status.SUSPENDED


@pytest.mark.rule("Q80.3")
def test_what_was_taken_back_is_not_on_file(desk):
    agreement = desk.signed()
    request = filed(desk, agreement, END)
    perform(request.withdraw, by=desk.operator, on=TODAY)
    with pytest.raises(RuleBroken, match="没有.*的终止协议申请"):
        actions.propose(agreement, "terminate", ending(desk, agreement), by=desk.clerk)


@pytest.mark.rule("Q80.3")
def test_an_application_on_paper_is_kept_and_seen_by_both_sides(desk):
    agreement = desk.decided(
        agreement := desk.signed(), "terminate", **ending(desk, agreement, application=upload("申请.pdf"))
    )
    kept = Attachment.objects.get(name="申请.pdf")
    assert agreement.status == Status.TERMINATED and kept.agreement == agreement
    for person in (desk.leader, desk.operator):
        assert kept in Attachment.objects.visible_to(person)


@pytest.mark.only_text(
    "qinghai", "made-up", reason="nothing stops on request in the texts of Shanghai (第二十一条)"
)
def test_the_clerk_hands_it_in_with_the_form_and_the_proposal_links_to_it(desk, client):
    agreement = desk.signed()
    client.force_login(desk.clerk, BACKEND)
    url = reverse("agreement-act", args=[agreement.number, "suspend-on-request"])
    data = {
        "requested_on": TODAY,
        "on": TODAY,
        "until": TODAY,
        "reason": "停业",
        "inpatients": 0,
        "unsettled": 0,
    }
    assert "没有" in client.post(url, data).content.decode()
    assert client.post(url, data | {"application": upload("纸质申请.pdf")}).status_code == 302
    proposal = Proposal.objects.get()
    page = client.get(reverse("proposal", args=[agreement.number, proposal.pk])).content.decode()
    assert Attachment.objects.get().get_absolute_url() in page and "纸质申请.pdf" in page


def test_a_refused_proposal_keeps_no_file(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken):
        actions.propose(
            agreement, "suspend_on_request", desk.suspension(days=desk.longest_stop + 1), by=desk.clerk
        )
    assert not Attachment.objects.exists()
