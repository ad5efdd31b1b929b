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

pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]
YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}


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
    return desk.beside(other_hospital)


@pytest.fixture
def neighbour(other_desk, agreement):
    return other_desk.signed(**YEAR)


def shorter(desk):
    """A supplement by which a suspension is over after half the days."""
    days = desk.longest_stop // 2
    return f"[suspension]\nmax_days = {days}\nends_automatically_after_days = {days}\n"


def changed(desk, agreement, terms=None, **more):
    """A supplement with these terms, signed today by both. Returns the agreement as it is then."""
    supplement = desk.sent(agreement, terms=terms, **more)
    desk.both_sign(agreement.amendments.get(supplement=supplement), localdate())
    return Agreement.objects.get(pk=agreement.pk)


def suspension(desk, on, days):
    return desk.suspension(on=on, days=days, requested_on=on)


# ── the numbers ──


@pytest.mark.rule("Q77.2", "Q79.2", "S27.1")
def test_a_supplement_in_force_refuses_more_days_and_only_to_its_agreement(desk, agreement, neighbour):
    agreement, half = changed(desk, agreement, shorter(desk)), desk.longest_stop // 2
    longer = suspension(desk, localdate(), half + 10)
    with pytest.raises(RuleBroken, match=desk.words(f"不得超过{half}日.*第七十九条")):
        desk.decided(agreement, "suspend_on_request", **longer)
    assert desk.decided(neighbour, "suspend_on_request", **longer).status == Status.SUSPENDED


@pytest.mark.rule("Q77.2", "Q79.2")
def test_what_began_the_day_before_it_is_in_force_has_the_old_number(desk, agreement, at):
    at("2026-03-02")
    agreement, longest = changed(desk, agreement, shorter(desk)), desk.longest_stop
    eve = day("2026-03-01")
    decided = desk.decided(agreement, "suspend_on_request", **suspension(desk, eve, longest // 2 + 10))
    assert decided.status == Status.SUSPENDED
    assert decided.latest_suspension_end(eve) == eve + timedelta(days=longest)


@pytest.mark.rule("Q77.2", "S27.1")
def test_the_day_before_it_is_in_force_the_old_number_counts(desk, agreement, at):
    at("2026-03-02")
    old, (*_, new, _) = desk.number_in(agreement.terms), desk.changed_number
    agreement = changed(desk, agreement)
    days = day("2026-03-01"), day("2026-03-02")
    assert old != new and [desk.number_in(agreement.terms_on(one)) for one in days] == [old, new]


def test_while_it_waits_for_a_signature_nothing_changes(desk, agreement):
    desk.sent(agreement)
    assert Agreement.objects.get(pk=agreement.pk).terms == agreement.edition.terms


def test_it_may_apply_from_a_later_day(desk, agreement, at):
    agreement = changed(desk, agreement, from_on=day("2026-07-01"))
    assert agreement.terms == agreement.edition.terms
    at("2026-07-01")
    assert desk.number_in(agreement.terms) == desk.changed_number[2]
    assert agreement.amendments.get().changed_from == day("2026-07-01")


def test_an_earlier_day_than_the_signatures_is_that_of_the_signatures(desk, agreement):
    agreement = changed(desk, agreement, from_on=day("2026-01-01"))
    assert agreement.amendments.get().changed_from == localdate()


def test_the_later_of_two_supplements_counts(desk, agreement, at):
    old, (table, key, new, _) = desk.number_in(agreement.terms), desk.changed_number
    agreement = changed(desk, agreement, from_on=day("2026-09-01"))
    at("2026-03-02")
    agreement = changed(desk, agreement, terms=f"[{table}]\n{key} = {new + 1}\n")
    days = "2026-03-01", "2026-03-02", "2026-09-01"
    assert [desk.number_in(agreement.terms_on(day(one))) for one in days] == [old, new + 1, new]


def test_numbers_that_no_signed_supplement_says_show(desk, agreement):
    agreement = changed(desk, agreement)
    assert first_fault(agreement) is None
    Agreement.objects.filter(pk=agreement.pk).update(
        changed_terms=[{"order": 1, "from": "2026-01-01", "toml": "[recovery]\npay_days = 900\n"}]
    )
    assert "与记录不符" in first_fault(Agreement.objects.get(pk=agreement.pk))


def test_the_terms_of_many_agreements_need_no_query_each(
    desk, agreement, neighbour, django_assert_num_queries
):
    old = desk.number_in(agreement.terms)
    changed(desk, agreement)
    with django_assert_num_queries(1):
        found = Agreement.objects.select_related("edition").order_by("pk")
        assert [desk.number_in(one.terms) for one in found] == [desk.changed_number[2], old]


# ── clocks ──


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


@pytest.mark.rule("Q79.3")
def test_a_suspension_ends_the_agreement_after_the_days_that_it_began_with(
    desk, other_desk, agreement, neighbour, at
):
    half, began = desk.longest_stop // 2, localdate()
    before = desk.decided(neighbour, "suspend_on_request", **suspension(desk, began, half - 5))
    after = changed(desk, agreement, shorter(desk))
    at("2026-02-03")
    changed(other_desk, before, shorter(desk))
    desk.decided(after, "suspend_on_request", **suspension(desk, localdate(), half - 5))
    at(str(began + timedelta(days=half + 5)))
    ended, refused = lapse_overlong(localdate())
    assert (ended, refused) == ([after], {})
    assert after.ending.reason.startswith(f"中止超过{half}日")
    at(str(began + timedelta(days=desk.longest_stop + 14)))
    assert lapse_overlong(localdate())[0] == [before]


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


@pytest.mark.rule("Q67.5")
def test_the_desk_counts_suspensions_by_the_agreements_own_number(desk, agreement, neighbour):
    once = {"until": localdate() + timedelta(days=30), "on": localdate()}
    agreement = changed(desk, agreement, terms="[repeat_suspension]\ncount = 1\n")
    for one in (agreement, neighbour):
        desk.suspended_for_breach(one, **once)
    found = dict(desk_for(desk.leader))["考虑解除"]
    assert [item.agreement for item in found] == [agreement]
