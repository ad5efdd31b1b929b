"""What is left to do when a suspension is over, and when an agreement has ended by itself (第七十三、八十二条)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements.desk import desk_for
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import Agreement, Paper, Status
from agreements.models.delivery import contact_of
from institutions.actions import revise_institution

from ..desk import AFTERCARE, TERM, TODAY
from .test_cascade import elsewhere  # noqa: F401

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
P = Paper.Purpose
CARES = pytest.mark.only_text(
    "qinghai", reason="no other text has aftercare and its clocks (第七十三条、第八十二条)"
)


def open_clocks(agreement):
    return agreement.deadlines.open().filter(event="status_changed")


# ── a suspension that is over leaves nothing to announce or to care for ──


@CARES
@pytest.mark.rule("Q73.1", "Q82.1")
def test_with_the_suspension_its_announcement_and_aftercare_lose_their_object(desk):
    agreement = desk.suspended()
    waiting = {(one.rule, one.bound) for one in open_clocks(agreement)}
    assert waiting == {("T-29", "乙"), ("T-30", "甲"), ("T-30", "乙")}
    agreement = desk.resumed(agreement)
    assert not open_clocks(agreement).exists()
    assert {one.status for one in agreement.deadlines.filter(rule__in=["T-29", "T-30"])} == {"dropped"}


@CARES
@pytest.mark.rule("Q73.1")
def test_another_cause_keeps_its_own_clocks(desk):
    agreement = desk.suspended_for_breach(desk.suspended())
    requested, breach = agreement.suspensions.order_by("pk")
    agreement = desk.resumed(agreement, requested)
    assert agreement.status == Status.SUSPENDED
    assert {one.about for one in open_clocks(agreement)} == {f"中止 {breach.pk}"}


@pytest.mark.rule("Q61.3")
def test_a_proved_breach_goes_on_under_the_clocks_of_the_investigation_until_it_is_over(desk):
    facts = {"reason": "疑似虚记费用", "on": TODAY, "aftercare": AFTERCARE}
    agreement = desk.decided(desk.signed(), "suspend_for_investigation", **facts)
    until = agreement.latest_suspension_end(TODAY)
    agreement = desk.suspended_for_breach(agreement, until=until, check_hold="refused")
    assert open_clocks(agreement).count() == 3
    assert not open_clocks(desk.resumed(agreement)).exists()


@pytest.mark.rule("Q61.3")
@pytest.mark.parametrize("outcome, word", [("paid", "补付"), ("refused", "不予支付")])
def test_after_an_investigation_the_notice_says_what_was_decided_about_the_money(desk, outcome, word):
    facts = {"reason": "疑似虚记费用", "on": TODAY, "aftercare": AFTERCARE}
    agreement = desk.decided(desk.signed(), "suspend_for_investigation", **facts)
    if outcome == "refused":
        hold = agreement.payment_holds.get()
        desk.decided(agreement, "release_payment", hold=hold, outcome="refused", reason="查实", on=TODAY)
    agreement = desk.resumed(agreement, reason="查清")
    notice = "".join(agreement.papers.get(purpose=P.RESUMPTION_NOTICE).snapshot["paragraphs"])
    assert f"核查期间暂停拨付的，{word}" in notice and "中止期间发生的，不予结算" not in notice


@pytest.mark.parametrize("stopped", ["suspended", "suspended_for_breach"])
def test_after_other_causes_the_fees_meanwhile_are_not_settled(desk, stopped):
    agreement = desk.resumed(getattr(desk, stopped)(desk.signed()))
    notice = "".join(agreement.papers.get(purpose=P.RESUMPTION_NOTICE).snapshot["paragraphs"])
    assert "中止期间发生的，不予结算" in notice


# ── what ends by itself is counted afterwards ──


@pytest.fixture
def expired(desk):
    year = TODAY.year - 1
    agreement = desk.signed(starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
    return perform(agreement.expire, by=SYSTEM, reason="期满未续签", on=TERM["starts_on"])


def papers(agreement):
    return set(agreement.papers.values_list("purpose", flat=True))


@CARES
@pytest.mark.rule("Q82.1")
def test_what_expires_opens_an_aftercare_that_waits_for_its_numbers(desk, expired, client):
    plan = expired.aftercare_plans.get()
    assert (plan.opened_on, plan.inpatients, plan.unsettled) == (TERM["starts_on"], None, None)
    assert P.ENDING_NOTICE in papers(expired) and P.HANDOVER not in papers(expired)
    titles = {title: items for title, items in desk_for(desk.clerk)}
    assert [one.agreement for one in titles["善后：填人数"]] == [expired]
    client.force_login(desk.clerk, BACKEND)
    assert "待填" in client.get(expired.get_absolute_url()).content.decode()


@CARES
@pytest.mark.rule("Q79.3", "Q82.1")
def test_what_lapses_opens_one_too(desk, monkeypatch):
    agreement = desk.suspended()
    stop = agreement.suspensions.get()
    monkeypatch.setattr("agreements.models.Suspension.lapse_day", lambda one: TODAY)
    agreement = perform(agreement.lapse, by=SYSTEM, suspension=stop, on=TODAY)
    assert agreement.aftercare_plans.filter(inpatients=None).count() == 1


@CARES
@pytest.mark.rule("Q82.1")
def test_the_numbers_are_filled_in_once_and_the_hand_over_follows(desk, expired, client):
    client.force_login(desk.clerk, BACKEND)
    url = reverse("agreement-act", args=[expired.number, "count-aftercare"])
    assert client.post(url, {"inpatients": 4, "unsettled": 7, "handover_number": ""}).status_code == 302
    plan, sheet = expired.aftercare_plans.get(), expired.papers.get(purpose=P.HANDOVER)
    assert (plan.inpatients, plan.unsettled, plan.handover_number) == (4, 7, sheet.number)
    assert [row[1] for row in sheet.snapshot["table"]["rows"]] == [4, 7]
    assert "善后：填人数" not in dict(desk_for(desk.clerk))
    with pytest.raises(RuleBroken, match=desk.words("第八十二条")):
        perform(Agreement.objects.get(pk=expired.pk).count_aftercare, by=desk.clerk, aftercare=AFTERCARE)


@pytest.mark.own_days
def test_the_agency_counts_and_nobody_else(desk, expired):
    for person in (desk.operator, desk.leader):
        with pytest.raises(PermissionDenied):
            perform(expired.count_aftercare, by=person, aftercare=AFTERCARE)


@CARES
def test_what_a_person_ended_has_its_numbers(desk):
    agreement = desk.terminated(desk.signed())
    assert agreement.aftercare_plans.get().inpatients == AFTERCARE["inpatients"]
    assert P.HANDOVER in papers(agreement)
    with pytest.raises(RuleBroken, match="已经填写"):
        perform(agreement.count_aftercare, by=desk.clerk, aftercare=AFTERCARE)


# ── supplements ──


def renamed(desk, agreement, name):
    desk.granted(desk.change_request(agreement, changes={"name": name}))
    return agreement.amendments.latest("order")


def sign(desk, amendment, **changed):
    details = {"name": "祁雪原", "capacity": "legal", "signed_on": TODAY, "statement": "同意", **changed}
    return perform(amendment.sign_for_institution, by=desk.signatory, **details)


@pytest.mark.rule("Q77.1")
def test_a_supplement_is_not_signed_when_its_agreement_has_ended(desk):
    agreement = desk.signed()
    amendment = renamed(desk, agreement, "西宁湟滨第一医院")
    desk.ended(agreement)
    with pytest.raises(RuleBroken, match=desk.words("已经结束.*第七十七条")):
        sign(desk, amendment)


@pytest.mark.rule("Q77.1")
def test_of_two_supplements_on_the_same_thing_the_first_is_signed_first(desk):
    agreement = desk.signed()
    first, second = renamed(desk, agreement, "甲医院"), renamed(desk, agreement, "乙医院")
    with pytest.raises(RuleBroken, match="第1份补充协议.*先签那一份"):
        sign(desk, second)
    sign(desk, first)
    details = {"name": "韩兆麟", "capacity": "legal", "signed_on": TODAY, "statement": "同意"}
    perform(first.sign_for_agency, by=desk.leader, **details)
    assert sign(desk, second).signature_of("institution")


@pytest.mark.rule("Q77.1")
def test_supplements_on_different_things_do_not_wait_for_each_other(desk):
    agreement = desk.signed()
    renamed(desk, agreement, "甲医院")
    desk.granted(desk.change_request(agreement, changes={"legal_representative": "新任"}))
    other = agreement.amendments.latest("order")
    assert sign(desk, other, name="新任").signature_of("institution")


# ── where a paper is sent, and how its files are listed ──


@pytest.mark.rule("Q84.1")
def test_what_was_sent_before_the_address_changed_went_to_the_address_of_that_day(desk):
    agreement = desk.signed()
    fixed = agreement.fixed_on
    moves = [fixed + (TODAY - fixed) / 2, TODAY]
    for day, street in zip(moves, ("五四路8号", "昆仑路1号"), strict=True):
        revise_institution(desk.hospital, by=None, valid_from=day, reason="迁址", address=street)
    agreement = Agreement.objects.get(pk=agreement.pk)
    said = {
        on: contact_of(agreement, "institution", on)["address"]
        for on in (fixed, moves[0], TODAY - timedelta(days=1), TODAY)
    }
    assert said[fixed].startswith(agreement.cover["institution_address"])
    assert said[moves[0]].startswith("五四路8号") and said[TODAY - timedelta(days=1)].startswith("五四路8号")
    assert said[TODAY].startswith("昆仑路1号")
