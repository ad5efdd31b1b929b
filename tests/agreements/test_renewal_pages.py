"""续签的页面：申请、受理、补正、统一组织；谁看得到，谁办得了，办不了的写明为什么。"""

from datetime import timedelta

import pytest
from django.urls import reverse

from agreements.daily import run
from agreements.desk import desk_for
from agreements.models import Agreement, RenewalCampaign
from agreements.renewals.actions import apply_for_renewal

from ..desk import TODAY
from .test_expiry import OVER, held_over, returned

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]
GOES_ON = pytest.mark.only_text(
    "qinghai", reason="no other text lets an agreement go on after its term (第八十三条)"
)

ENDS = TODAY + timedelta(days=20)
RUNNING = {"starts_on": TODAY - timedelta(days=345), "ends_on": ENDS}


@pytest.fixture
def agreement(desk):
    return desk.signed(**RUNNING)


@pytest.fixture
def page(client):
    """page(person, url) asks; page(person, url, deed=...) does. The response with redirects followed."""

    def ask(person, url, **data):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(url, data, follow=True) if data else client.get(url)

    return ask


def titles(user):
    return [title for title, _ in desk_for(user)]


@pytest.mark.only_text("qinghai", "made-up", reason="in Shanghai nobody applies too late (第二十五条)")
def test_a_late_application_goes_through_the_hands_of_both_sides(desk, agreement, page):
    act = reverse("agreement-act", args=[agreement.number, "apply-for-renewal"])
    assert page(desk.operator, act, self_assessment="本期考核合格").status_code == 200
    request = agreement.renewal_requests.get()
    assert (request.filed_on, request.on_time) == (TODAY, False)
    assert "续签申请" in titles(desk.reviewer) and "续签申请" in titles(desk.clerk)
    url = request.get_absolute_url()
    assert "逾期，最迟应在" in page(desk.clerk, url).text
    assert "先由复核人决定是否受理" in page(desk.clerk, url, deed="start_talks").text
    page(desk.reviewer, url, deed="return_for_completion", reason="缺考核结果")
    assert "要补正的续签申请" in titles(desk.operator)
    page(desk.operator, url, deed="refile", self_assessment="附考核结果")
    page(desk.reviewer, url, deed="accept_late")
    assert "开始协商：已办理" in page(desk.clerk, url, deed="start_talks").text
    assert agreement.renewal_requests.get().status == "negotiating"


def test_a_deed_that_is_not_yours_is_forbidden_and_a_strangers_request_is_unknown(
    desk, agreement, page, other_operator
):
    request = apply_for_renewal(agreement, by=desk.operator, self_assessment="合格")
    url = request.get_absolute_url()
    assert page(desk.operator, url, deed="accept_late").status_code == 403
    assert page(desk.clerk, url, deed="no_such_deed").status_code == 403
    assert page(other_operator, url).status_code == 404
    assert request.agreement.number not in page(other_operator, reverse("renewals")).text
    assert request.agreement.number in page(desk.operator, reverse("renewals")).text


def test_a_missing_reason_is_asked_for_on_the_page(desk, agreement, page):
    request = apply_for_renewal(agreement, by=desk.operator, self_assessment="合格")
    answer = page(desk.leader, request.get_absolute_url(), deed="fail", reason="")
    assert "还不能提交" in answer.text
    assert agreement.renewal_requests.get().status == "submitted"


def test_a_leader_announces_a_campaign_and_closes_it(desk, page):
    url = reverse("renewals")
    days = {"first_end": TODAY.isoformat(), "last_end": ENDS.isoformat()}
    assert page(desk.clerk, url, **days).status_code == 403
    assert "已公告" in page(desk.leader, url, **days).text
    assert "重叠" in page(desk.leader, url, **days).text
    campaign = RenewalCampaign.objects.get()
    assert campaign.agency == desk.leader.agency
    close = reverse("campaign-close", args=[campaign.pk])
    assert page(desk.clerk, close, yes="1").status_code == 403
    assert "已办结" in page(desk.leader, close, yes="1").text
    assert "已于" in page(desk.leader, close, yes="1").text


def test_an_application_in_time_is_returned_completed_and_talked_about(desk, page):
    agreement = desk.renewable()
    act = reverse("agreement-act", args=[agreement.number, "apply-for-renewal"])
    assert page(desk.operator, act, self_assessment="本期考核合格").status_code == 200
    url = agreement.renewal_requests.get().get_absolute_url()
    page(desk.reviewer, url, deed="return_for_completion", reason="缺考核结果")
    assert "要补正的续签申请" in titles(desk.operator)
    page(desk.operator, url, deed="refile", self_assessment="附考核结果")
    assert "开始协商：已办理" in page(desk.clerk, url, deed="start_talks").text


@GOES_ON
@pytest.mark.rule("Q83.2")
def test_an_unclear_continuation_is_on_the_desk_until_its_cause_is_written(desk, page):
    agreement = held_over(desk, returned)
    assert "延续有效：写明原因" in titles(desk.leader) and "延续有效：写明原因" in titles(desk.clerk)
    url = reverse("agreement-act", args=[agreement.number, "set-holdover-cause"])
    assert page(desk.clerk, url).status_code == 403
    page(desk.leader, url, cause="甲方没有按时告知补正内容")
    assert Agreement.objects.get(pk=agreement.pk).holdover.cause == "甲方没有按时告知补正内容"
    assert "延续有效：写明原因" not in titles(desk.leader)


@GOES_ON
def test_the_clerk_proposes_the_end_of_a_continuation_only_on_a_record(desk, page):
    agreement = held_over(desk, returned)
    url = reverse("agreement-act", args=[agreement.number, "end-continuation"])
    answer = page(desk.clerk, url, reason="续签未成", on=TODAY.isoformat(), inpatients="0", unsettled="0")
    assert "没有协商不一致" in answer.text
    decline = reverse("agreement-act", args=[agreement.number, "decline-renewal"])
    page(desk.signatory, decline, reason="转为自费医院")
    page(desk.clerk, url, reason="续签未成", on=TODAY.isoformat(), inpatients="0", unsettled="0")
    proposal = agreement.proposals.get(act="end_continuation")
    assert "续签未成" in page(desk.reviewer, reverse("proposal", args=[agreement.number, proposal.pk])).text


def test_an_exception_is_proposed_for_one_suspension(desk, agreement, page):
    agreement = desk.suspended(agreement)
    url = reverse("agreement-act", args=[agreement.number, "grant-suspension-exception"])
    chosen = agreement.open_suspensions.get().pk
    page(desk.clerk, url, suspension=chosen, reason="灾后重建", on=TODAY.isoformat())
    proposal = agreement.proposals.get(act="grant_suspension_exception")
    assert "灾后重建" in page(desk.reviewer, reverse("proposal", args=[agreement.number, proposal.pk])).text


def test_the_record_page_shows_every_state_the_daily_work_leaves(desk, page):
    agreement = desk.signed(**OVER)
    run(TODAY)
    for person in (desk.clerk, desk.operator):
        assert "终止" in page(person, agreement.get_absolute_url()).text
