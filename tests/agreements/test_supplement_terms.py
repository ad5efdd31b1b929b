"""第七十七条: from its day on an agreement lives under the numbers of its supplement; its neighbour does not, and what runs runs on."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils.timezone import get_default_timezone, localdate

from agreements.clocks.actions import recompute, start_clocks
from agreements.daily import lapse_overlong
from agreements.desk import desk_for
from agreements.gate import RuleBroken
from agreements.messages.reminders import write_due
from agreements.models import Agreement, Message, Status
from agreements.models.event import first_fault
from institutions.models import Role, User

from ..desk import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]
YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
SHORTER = "[suspension]\nmax_days = 90\nends_automatically_after_days = 90\n"


def day(text):
    return date.fromisoformat(text)


@pytest.fixture
def at():
    """Sets the day on which everybody acts from now on."""
    travellers = []

    def travel(text):
        moment = datetime.combine(day(text), time(12), get_default_timezone())
        travellers.append(time_machine.travel(moment, tick=False))
        travellers[-1].start()

    yield travel
    for traveller in reversed(travellers):
        traveller.stop()


@pytest.fixture
def agreement(desk, at):
    call_command("load_calendar", verbosity=0)
    at("2026-02-02")
    return desk.signed(**YEAR)


@pytest.fixture
def other_desk(desk, other_hospital):
    people = [
        User.objects.create_user(f"other_{role.value}", "祁雪原", role, institution=other_hospital)
        for role in (Role.OPERATOR, Role.SIGNATORY)
    ]
    return Desk(desk.clerk, desk.reviewer, desk.leader, *people, other_hospital)


@pytest.fixture
def neighbour(other_desk, agreement):
    return other_desk.signed(**YEAR)


def changed(desk, agreement, terms=SHORTER, **more):
    """A supplement with these terms, signed today by both. Returns the agreement as it is then."""
    supplement = desk.sent(agreement, terms=terms, **more)
    desk.both_sign(agreement.amendments.get(supplement=supplement), localdate())
    return Agreement.objects.get(pk=agreement.pk)


def suspension(desk, on, days):
    return desk.suspension(on=on, days=days, requested_on=on)


# ── the numbers ──


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q77.2", "Q79.2", "S27.1")
def test_a_supplement_in_force_refuses_100_days_and_only_to_its_agreement(desk, agreement, neighbour):
    agreement = changed(desk, agreement)
    with pytest.raises(RuleBroken, match="不得超过90日.*第七十九条"):
        desk.decided(agreement, "suspend_on_request", **suspension(desk, localdate(), 100))
    assert (
        desk.decided(neighbour, "suspend_on_request", **suspension(desk, localdate(), 100)).status
        == Status.SUSPENDED
    )


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q77.2", "Q79.2")
def test_the_day_before_it_is_in_force_the_old_number_counts(desk, agreement, at):
    at("2026-03-02")
    agreement = changed(desk, agreement)
    eve, today = day("2026-03-01"), day("2026-03-02")
    assert (agreement.terms_on(eve).suspension.max_days, agreement.terms_on(today).suspension.max_days) == (
        180,
        90,
    )
    assert agreement.latest_suspension_end(eve) == eve + timedelta(days=180)
    assert (
        desk.decided(agreement, "suspend_on_request", **suspension(desk, eve, 100)).status == Status.SUSPENDED
    )


@pytest.mark.only_text("qinghai", "shanghai")
def test_while_it_waits_for_a_signature_nothing_changes(desk, agreement):
    desk.sent(agreement, terms=SHORTER)
    assert Agreement.objects.get(pk=agreement.pk).terms.suspension.max_days == 180


@pytest.mark.only_text("qinghai", "shanghai")
def test_it_may_apply_from_a_later_day(desk, agreement, at):
    agreement = changed(desk, agreement, from_on=day("2026-07-01"))
    assert agreement.terms.suspension.max_days == 180
    at("2026-07-01")
    assert agreement.terms.suspension.max_days == 90
    assert agreement.amendments.get().changed_from == day("2026-07-01")


def test_an_earlier_day_than_the_signatures_is_that_of_the_signatures(desk, agreement):
    agreement = changed(desk, agreement, from_on=day("2026-01-01"))
    assert agreement.amendments.get().changed_from == localdate()


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_later_of_two_supplements_counts(desk, agreement, at):
    agreement = changed(desk, agreement, from_on=day("2026-09-01"))
    at("2026-03-02")
    agreement = changed(desk, agreement, terms="[suspension]\nmax_days = 120\n")
    days = [
        agreement.terms_on(day(text)).suspension.max_days
        for text in ("2026-03-01", "2026-03-02", "2026-09-01")
    ]
    assert days == [180, 120, 90]


def test_numbers_that_no_signed_supplement_says_show(desk, agreement):
    agreement = changed(desk, agreement)
    assert first_fault(agreement) is None
    Agreement.objects.filter(pk=agreement.pk).update(
        changed_terms=[{"order": 1, "from": "2026-01-01", "toml": "[suspension]\nmax_days = 900\n"}]
    )
    assert "与记录不符" in first_fault(Agreement.objects.get(pk=agreement.pk))


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_terms_of_many_agreements_need_no_query_each(
    desk, agreement, neighbour, django_assert_num_queries
):
    changed(desk, agreement)
    with django_assert_num_queries(1):
        found = Agreement.objects.select_related("edition").order_by("pk")
        assert [one.terms.suspension.max_days for one in found] == [90, 180]


# ── clocks ──


@pytest.mark.own_days
@pytest.mark.rule("Q77.2", "Q39.1")
def test_a_clock_that_runs_keeps_its_length_and_the_next_has_the_new_one(desk, agreement):
    start_clocks(agreement, "claim_accepted", localdate(), "费用申报 1")
    running = agreement.deadlines.get(about="费用申报 1")
    agreement = changed(desk, agreement, terms="[payment]\nworking_days = 5\n")
    start_clocks(agreement, "claim_accepted", localdate(), "费用申报 2")
    assert recompute(agreement.deadlines.all()) == []
    before, following = running.due_on, agreement.deadlines.get(about="费用申报 2")
    running.refresh_from_db()
    assert running.due_on == before > following.due_on and following.term.length == 5


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.3")
def test_a_suspension_ends_the_agreement_after_the_days_that_it_began_with(
    desk, other_desk, agreement, neighbour, at
):
    before = desk.decided(neighbour, "suspend_on_request", **suspension(desk, localdate(), 60))
    after = changed(desk, agreement)
    at("2026-02-03")
    changed(other_desk, before)
    desk.decided(after, "suspend_on_request", **suspension(desk, localdate(), 60))
    at("2026-06-01")
    ended, refused = lapse_overlong(localdate())
    assert (ended, refused) == ([after], {})
    assert after.ending.reason.startswith("中止超过90日")
    at("2026-08-15")
    assert lapse_overlong(localdate())[0] == [before]


@pytest.mark.only_text("qinghai", "shanghai")
def test_reminders_come_on_the_days_of_the_supplement(desk, agreement, neighbour, at):
    terms = '[[deadline]]\nid = "T-03"\nreminders = [8, 0]\n'
    agreement = changed(desk, agreement, terms=terms)
    for one in (agreement, neighbour):
        start_clocks(one, "claim_accepted", localdate(), "费用申报 1")
    due = agreement.deadlines.get(about="费用申报 1").due_on
    for before in range(14, -1, -1):
        write_due(due - timedelta(days=before))
    told = Message.objects.filter(recipient=desk.clerk, deadline__rule="T-03").values_list(
        "agreement", "days"
    )
    assert sorted(told) == sorted(
        [(agreement.pk, 8), (agreement.pk, 0), (neighbour.pk, 5), (neighbour.pk, 0)]
    )


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q67.5")
def test_the_desk_counts_suspensions_by_the_agreements_own_number(desk, agreement, neighbour):
    once = {"until": localdate() + timedelta(days=30), "on": localdate()}
    agreement = changed(desk, agreement, terms="[repeat_suspension]\ncount = 1\n")
    for one in (agreement, neighbour):
        desk.suspended_for_breach(one, **once)
    found = dict(desk_for(desk.leader))["考虑解除"]
    assert [item.agreement for item in found] == [agreement]
