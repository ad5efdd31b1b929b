"""第七十一条：辖区中止或解除，其他地区同时中止或解除；只从辖区向外，终止不联动。"""

from copy import copy

import pytest

from agreements import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from institutions.models import Role, User

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text
FOLLOWS = pytest.mark.only_text("qinghai", reason="no other text has a cascade (第七十一条)")


@pytest.fixture
def elsewhere(desk, request):
    """The same hospital's agreements with two agencies of other regions, and the desks there."""
    if desk.terms.signing.lowest_level == "province":
        pytest.skip("the one agency of the province signs: there is nobody elsewhere")
    desks = []
    for fixture in ("other_agency", "third_agency"):
        agency, there = request.getfixturevalue(fixture), copy(desk)
        there.clerk, there.reviewer, there.leader = (
            User.objects.create_user(f"{role}-{agency.pk}", "韩兆麟", role, agency=agency)
            for role in (Role.CLERK, Role.REVIEWER, Role.LEADER)
        )
        desks.append(there)
    return desks


def states(*agreements):
    return [Agreement.objects.get(pk=agreement.pk).status for agreement in agreements]


@FOLLOWS
@pytest.mark.rule("Q71.1")
def test_three_are_suspended_and_on_resuming_at_home_only_the_clean_one_resumes(desk, elsewhere):
    """E22."""
    home, clean, burdened = desk.signed(), elsewhere[0].signed(), elsewhere[1].signed()
    burdened = elsewhere[1].suspended_for_breach(burdened)
    home = desk.suspended(home, days=desk.longest_stop)
    assert states(home, clean, burdened) == ["suspended"] * 3
    followed = clean.suspensions.get()
    assert (followed.cause, followed.parent, followed.started_on) == (
        "cascade",
        home.suspensions.get(),
        TODAY,
    )
    desk.resumed(home)
    assert states(home, clean, burdened) == ["active", "active", "suspended"]


@FOLLOWS
@pytest.mark.rule("Q71.1")
def test_a_rescission_at_home_rescinds_everywhere_at_the_same_moment(desk, elsewhere):
    home, other = desk.signed(), elsewhere[0].signed()
    desk.rescinded(home)
    other.refresh_from_db()
    assert (other.status, other.ending.article, other.ending.parent) == (
        Status.RESCINDED,
        "第七十一条",
        home.ending,
    )


def test_it_never_goes_back_or_sideways(desk, elsewhere):
    home, other, third = desk.signed(), elsewhere[0].signed(), elsewhere[1].signed()
    elsewhere[0].suspended(other)
    assert states(home, other, third) == ["active", "suspended", "active"]
    elsewhere[1].rescinded(third)
    assert states(home, other, third) == ["active", "suspended", "rescinded"]


@FOLLOWS
def test_a_termination_does_not_spread_but_frees_what_followed_a_suspension(desk, elsewhere):
    home, other = desk.signed(), elsewhere[0].signed()
    home = desk.suspended(home)
    assert states(other) == ["suspended"]
    desk.terminated(home)
    assert states(home, other) == ["terminated", "active"]


def test_another_hospital_is_not_touched(desk, elsewhere, other_hospital):
    desk.signed()
    stranger = actions.draft_agreement(
        other_hospital,
        by=desk.clerk,
        starts_on=TODAY,
        ends_on=TODAY,
        services=["住院"],
        payment_methods=["按项目"],
    )
    desk.suspended(Agreement.objects.get(institution=desk.hospital))
    assert states(stranger) == ["draft"]


@FOLLOWS
def test_the_other_agency_takes_note_and_arranges_the_aftercare(desk, elsewhere, client):
    other = elsewhere[0].signed()
    desk.suspended(desk.signed())
    client.force_login(elsewhere[0].clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert "知悉联动，安排善后" in client.get("/").content.decode()
    other = perform(
        Agreement.objects.get(pk=other.pk).acknowledge_cascade, by=elsewhere[0].clerk, aftercare=AFTERCARE
    )
    assert (
        other.suspensions.get().acknowledged_by == elsewhere[0].clerk and other.aftercare_plans.count() == 1
    )
    with pytest.raises(RuleBroken, match="没有需要知悉的联动"):
        perform(other.acknowledge_cascade, by=elsewhere[0].clerk, aftercare=AFTERCARE)


@FOLLOWS
def test_both_files_record_it(desk, elsewhere):
    other = elsewhere[0].signed()
    desk.suspended(desk.signed())
    event = other.events.get(act="suspend_by_cascade")
    assert (event.actor_name, event.article, event.before, event.after) == (
        "系统",
        "第七十一条",
        "active",
        "suspended",
    )
