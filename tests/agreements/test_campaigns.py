"""统一组织续签的进度，和续签申请页上的在案情况（第七十八条）。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.gate import perform
from agreements.models import Message, RenewalCampaign
from agreements.renewals.actions import announce_campaign, apply_for_renewal, on_file
from agreements.renewals.campaigns import progress
from institutions.actions import revise_institution
from institutions.models import Role

from ..conftest import _person
from ..desk import TODAY
from .batch_world import another as another_hospital

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

ENDS = TODAY + timedelta(days=20)
RUNNING = {"starts_on": TODAY - timedelta(days=345), "ends_on": ENDS}
NEXT = {"starts_on": ENDS + timedelta(days=1), "ends_on": ENDS + timedelta(days=365)}


@pytest.fixture
def another(desk, regions):
    """another() is the desk of the same agency with one more hospital."""
    return lambda number: another_hospital(desk, regions, number)


def points(campaign):
    return {label: count for label, count in progress([campaign])[campaign.pk].points if count}


def announced(desk):
    return announce_campaign(ENDS - timedelta(days=5), ENDS, by=desk.leader)


@pytest.mark.rule("Q78.1")
@pytest.mark.parametrize("reached, label", [
    (None, "还没有草稿"), ("drafted", "起草、协商"), ("confirmed", "起草、协商"), ("to_sign", "待签"), ("signed", "已签"),
])  # fmt: skip
def test_an_agreement_is_at_the_point_that_the_next_one_has_reached(desk, reached, label):
    agreement = desk.signed(**RUNNING)
    campaign = announced(desk)
    if reached:
        getattr(desk, reached)(predecessor=agreement, **NEXT)
    assert points(campaign) == {label: 1}


def test_talks_that_failed_and_what_ended_meanwhile_will_not_be_renewed(desk, another):
    other = another(21)
    first, second = desk.signed(**RUNNING), other.signed(**RUNNING)
    campaign = announced(desk)
    request = apply_for_renewal(first, by=desk.operator, self_assessment="合格")
    perform(request.fail, by=desk.leader, reason="未达成一致", on=TODAY)
    assert points(campaign) == {"不续签": 1, "还没有草稿": 1}
    other.rescinded(second)
    # It ended on the day of the announcement and was never to be renewed.
    assert points(campaign) == {"不续签": 1}
    RenewalCampaign.objects.update(announced_on=TODAY - timedelta(days=1))
    campaign.refresh_from_db()
    assert points(campaign) == {"不续签": 2}


def test_a_withdrawn_application_that_was_made_again_does_not_count_as_refused(desk):
    agreement = desk.signed(**RUNNING)
    campaign = announced(desk)
    request = apply_for_renewal(agreement, by=desk.operator, self_assessment="合格")
    perform(request.withdraw, by=desk.operator, on=TODAY)
    assert points(campaign) == {"不续签": 1}
    apply_for_renewal(agreement, by=desk.operator, self_assessment="合格")
    assert points(campaign) == {"还没有草稿": 1}


def test_what_ends_outside_the_range_or_with_another_agency_is_not_counted(desk, another, other_clerk):
    desk.signed(**RUNNING)
    another(21).signed(**{**RUNNING, "ends_on": ENDS + timedelta(days=1)})
    other = other_clerk.agency
    leader = _person("other_leader", "韩兆麟", Role.LEADER, agency=other)
    mine, theirs = announced(desk), announce_campaign(ENDS - timedelta(days=5), ENDS, by=leader)
    found = progress([mine, theirs])
    assert (found[mine.pk].total, found[theirs.pk].total) == (1, 0)


def test_the_page_shows_how_far_it_is_to_the_agency_and_not_to_a_hospital(desk, client):
    desk.signed(**RUNNING)
    announced(desk)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("renewals")).content.decode()
    assert "已签 0 / 1 份" in page and '<progress max="1" value="0"' in page and "还没有草稿 1" in page
    assert f"?ends_from={ENDS - timedelta(days=5)}&amp;ends_to={ENDS}" in page
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("renewals")).content.decode()
    assert "进行中" in page and "<progress" not in page and "还没有草稿" not in page


def test_many_campaigns_take_as_many_queries_as_one(desk, another, client):
    desk.signed(**RUNNING)
    announced(desk)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("renewals"))
    for number in range(21, 24):
        ends = ENDS + timedelta(days=number)
        another(number).signed(**{**RUNNING, "ends_on": ends})
        announce_campaign(ends, ends, by=desk.leader)
    with CaptureQueriesContext(connection) as many:
        assert client.get(reverse("renewals")).content.decode().count("<progress") == 4
    assert len(many) == len(one)


# ── what is on file ──


@pytest.mark.rule("Q78.2")
def test_a_clean_term_says_so(desk):
    term = {"starts_on": TODAY - timedelta(days=60), "ends_on": TODAY + timedelta(days=300)}
    found = on_file(desk.signed(**term))
    assert found.is_clean and (found.breaches, found.holds, found.bans, found.changes) == (0, 0, 0, [])


@pytest.mark.rule("Q78.2")
def test_what_happened_in_the_term_is_on_the_decision_sheet(desk, client):
    days = {"on": TODAY - timedelta(days=12), "until": TODAY + timedelta(days=20)}
    agreement = desk.suspended_for_breach(desk.signed(**RUNNING), **days)
    agreement = desk.resumed(agreement)
    agreement = desk.decided(agreement, "hold_payment", **desk.hold())
    revise_institution(desk.hospital, by=desk.clerk, beds=300, valid_from=TODAY, reason="扩床")
    found = on_file(agreement)
    assert [(one.cause, days) for one, days in found.suspensions] == [("breach", 12)]
    assert (found.breaches, found.holds, found.open_holds) == (1, 1, 1)
    owed = agreement.papers.filter(status="owed")  # the notices, which are printed after the commit
    assert owed.exists() and set(found.owed) == set(owed)
    assert [one.reason for one in found.changes] == ["扩床"]
    request = apply_for_renewal(agreement, by=desk.operator, self_assessment="合格")
    client.force_login(desk.reviewer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(request.get_absolute_url()).content.decode()
    assert "在案情况" in page and "12 日" in page and "扩床" in page and "1 次未解除" in page
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert "在案情况" not in client.get(request.get_absolute_url()).content.decode()


@pytest.mark.rule("Q78.2")
def test_a_stop_of_a_department_and_an_open_clock_are_on_file(desk):
    agreement = desk.signed(**RUNNING)
    department = desk.hospital.departments.create(code="05", name="康复科")
    until = TODAY + timedelta(days=100)
    desk.banned(agreement, "department", department, until, code=desk.department_item)
    found = on_file(agreement)
    assert (found.bans, found.open_bans) == (1, 1)
    assert {"T-07"} & desk.terms.deadlines.keys() <= {clock.rule for clock in found.late}


@pytest.mark.rule("Q78.2")
def test_a_clock_met_late_or_missed_is_on_file_and_one_met_in_time_is_not(desk):
    agreement = desk.suspended(desk.signed(**RUNNING), on=TODAY - timedelta(days=60))
    for clock in agreement.deadlines.filter(rule="T-30"):
        in_time = clock.bound == "甲"
        person, day = (desk.clerk, clock.due_on) if in_time else (desk.operator, TODAY)
        perform(clock.meet, by=person, on=day, remark="交接完毕")
    late = {(clock.rule, clock.bound) for clock in on_file(agreement, on=TODAY).late}
    # The renewal, the self-check and the announcement are still open.
    assert late == {("T-07", "乙"), ("T-27", "乙"), ("T-29", "乙"), ("T-30", "乙")}


def test_reading_it_changes_nothing(desk):
    agreement = desk.signed(**RUNNING)
    before = (agreement.events.count(), Message.objects.count())
    assert on_file(agreement) == on_file(agreement)
    assert before == (agreement.events.count(), Message.objects.count())
