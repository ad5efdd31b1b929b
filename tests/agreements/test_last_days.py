"""第七十九条：违约、核查期间的中止到最长期限前，由负责人恢复、解除或写明例外；门户只提醒，从不自动终止。"""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from agreements import daily
from agreements import desk as desks
from agreements.desk import desk_for
from agreements.gate import RuleBroken
from agreements.models import Agreement, Message, Status
from agreements.standing import standing
from agreements.stops.last_days import last_days, to_decide

from ..desk import AFTERCARE, TODAY

pytestmark = [
    pytest.mark.each_text,
    pytest.mark.only_text(
        "qinghai", "made-up", reason="no longest suspension in the texts of Shanghai (第二十一条)"
    ),
]

LONG = {"starts_on": date(TODAY.year, 1, 1), "ends_on": date(TODAY.year + 1, 12, 31)}


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)


def breach(desk):
    return desk.suspended_for_breach(desk.signed(**LONG))


def investigation(desk):
    details = {"reason": "涉嫌冒名就医", "on": TODAY, "aftercare": AFTERCARE}
    return desk.decided(desk.signed(**LONG), "suspend_for_investigation", **details)


CAUSES = pytest.mark.parametrize("stop", [breach, investigation])


def last_day(agreement):
    """That of its clock; counted in the same way where the text has no clock for it."""
    clock = agreement.deadlines.filter(event="suspension_start").first()
    return clock.due_on if clock else agreement.open_suspensions.get().longest().day


def first_reminder(desk):
    """So many days before it: 30 in the reference text."""
    return max(desk.terms.suspension.reminder_days_before)


def tasks(user, day, monkeypatch, group="中止的最后一日"):
    monkeypatch.setattr(desks, "localdate", lambda: day)
    return [item.until for item in dict(desk_for(user)).get(group, [])]


@pytest.mark.rule("Q79.2")
@CAUSES
def test_the_leader_and_the_clerk_have_a_task_from_the_first_reminder_on_and_after(
    desk, calendar, monkeypatch, stop
):
    last = last_day(stop(desk))
    for before in (first_reminder(desk), 7, 1, 0, -1, -100):
        day = last - timedelta(days=before)
        for person in (desk.leader, desk.clerk):
            assert tasks(person, day, monkeypatch) == [last], before
        for person in (desk.reviewer, desk.operator):
            assert tasks(person, day, monkeypatch) == [], before


@CAUSES
def test_there_is_none_a_day_before_the_first_reminder(desk, calendar, monkeypatch, stop):
    day = last_day(stop(desk)) - timedelta(days=first_reminder(desk) + 1)
    assert tasks(desk.leader, day, monkeypatch) == []


@CAUSES
def test_the_same_suspension_is_not_listed_twice(desk, calendar, monkeypatch, stop):
    last = last_day(stop(desk))
    assert tasks(desk.leader, last, monkeypatch, "快到期的中止") == []


@pytest.mark.rule("Q79.2")
@CAUSES
def test_an_exception_or_a_decision_takes_the_task_away(desk, calendar, monkeypatch, stop):
    agreement = stop(desk)
    last, suspension = last_day(agreement), agreement.suspensions.get()
    desk.decided(
        agreement, "grant_suspension_exception", suspension=suspension, reason="整改尚未验收", on=TODAY
    )
    assert tasks(desk.leader, last, monkeypatch) == []


@pytest.mark.rule("Q79.3")
@CAUSES
def test_it_never_ends_by_itself(desk, calendar, stop):
    agreement = stop(desk)
    last = last_day(agreement)
    for day in (last + timedelta(days=1), last + timedelta(days=60)):
        daily.run(day)
    assert Agreement.objects.get(pk=agreement.pk).status == Status.SUSPENDED


@pytest.mark.rule("Q79.2")
@CAUSES
def test_the_agency_is_told_30_15_7_and_1_days_before(desk, calendar, stop):
    agreement = stop(desk)
    last = agreement.deadlines.get(rule="T-08").due_on
    for before in (31, 30, 29, 16, 15, 14, 8, 7, 6, 2, 1, 0, -1, -2):
        daily.run(last - timedelta(days=before))
    told = Message.objects.filter(deadline__rule="T-08").order_by("pk")
    assert list(told.filter(recipient=desk.leader).values_list("days", flat=True)) == [30, 15, 7, 1]
    assert set(told.values_list("recipient__username", flat=True)) == {"clerk", "reviewer", "leader"}


def test_a_requested_suspension_is_not_the_leaders_to_decide(desk, calendar):
    agreement = desk.suspended(desk.signed(**LONG))
    assert to_decide(Agreement.objects.all(), last_day(agreement)) == []


# ── the last day is the clock's, moved off days off; a plan keeps to the plain number ──


@pytest.fixture
def off_on_the_last_day(desk, db):
    """The longest number of days after today is a day off, and the two after it as well."""
    from institutions.models import HolidayNotice

    last = TODAY + timedelta(days=desk.longest_stop)
    notice = HolidayNotice.objects.create(year=last.year, number="国办发明电〔2026〕1号", announced_on=TODAY)
    for n in range(3):
        notice.days.create(date=last + timedelta(days=n), is_working=False, name="假日")
    day = last + timedelta(days=3)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("stop", [breach, investigation, lambda desk: desk.suspended(desk.signed(**LONG))])
def test_sentence_desk_and_clock_name_the_same_last_day(desk, off_on_the_last_day, stop):
    agreement = stop(desk)
    suspension = agreement.suspensions.get()
    assert suspension.latest_end == TODAY + timedelta(days=desk.longest_stop)
    assert last_day(agreement) == suspension.longest().day == off_on_the_last_day
    assert last_days([suspension]) == {suspension.pk: off_on_the_last_day}
    assert f"到 {off_on_the_last_day}" in standing(agreement).sentence


@pytest.mark.rule("Q79.2")
def test_a_plan_does_not_reach_past_180_days_though_the_last_day_moves(desk, off_on_the_last_day):
    days = desk.longest_stop
    with pytest.raises(RuleBroken, match=f"不得超过{days}日"):
        desk.suspended_for_breach(desk.signed(**LONG), until=TODAY + timedelta(days=days + 1))


def test_a_suspension_that_follows_another_ends_with_it(desk, calendar):
    agreement = investigation(desk)
    agreement = desk.suspended_for_breach(agreement, check_hold="refused")
    agreement = desk.suspended_for_breach(agreement)
    for one in agreement.open_suspensions:
        assert one.longest().day == last_days([one])[one.pk]
