"""Clocks as rows: which act starts and ends which, and what a change of the calendar does to them."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from agreements.clocks import actions as clocks
from agreements.clocks import checks as clock_checks
from agreements.clocks.deadlines import add_months
from agreements.gate import SYSTEM, RuleBroken, acts_of, declared, perform
from agreements.models import Agreement, Deadline
from institutions.holidays import Day, publish_notice, seed
from institutions.workdays import calendar_for

from ..desk import TODAY

Status = Deadline.Status
EACH = pytest.mark.each_text  # the others name the clocks of the reference one by one


@pytest.fixture
def calendar(db):
    seed()


def running(agreement, **conditions):
    return {row.rule: row for row in agreement.deadlines.open().filter(**conditions)}


def days(agreement):
    return {rule: row.due_on for rule, row in running(agreement).items()}


# ── what starts them ──


@pytest.mark.rule("Q07.7")
@pytest.mark.rule("Q78.1")
def test_an_agreement_in_force_waits_for_its_renewal_and_its_end(desk):
    agreement = desk.signed()
    ends_on = agreement.ends_on
    starts_on = agreement.starts_on
    half = calendar_for(agreement.agency.region).next_working(add_months(starts_on, 6))
    assert days(agreement) == {"T-07": date(ends_on.year, 9, 30), "T-14": ends_on, "T-27": half}
    assert running(agreement)["T-07"].bound == "乙"


@EACH
@pytest.mark.own_days
@pytest.mark.rule("Q78.1")
def test_an_application_for_renewal_meets_its_clock_and_the_end_is_still_waited_for(desk):
    agreement = desk.renewable()
    waited_for = set(running(agreement))
    perform(agreement.apply_for_renewal, by=desk.operator, self_assessment="履行良好", on=TODAY)
    row = agreement.deadlines.get(rule=desk.renewal_clock)
    assert (row.status, row.closed_on) == (Status.MET, TODAY)
    assert set(running(agreement)) == waited_for - {desk.renewal_clock}
    assert running(agreement, event="agreement_end")


@pytest.mark.rule("Q79.3")
def test_a_suspension_from_the_first_of_march_ends_by_itself_on_its_180th_day(desk, calendar):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "suspension_start", date(2026, 3, 1), "中止 1")
    assert days(agreement) == {"T-08": date(2026, 8, 28), "T-09": date(2026, 8, 28)}
    row = running(agreement)["T-09"]
    assert (row.bound, row.article, row.provisional) == ("系统", "第七十九条", False)
    assert timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M") == "2026-08-29 00:00"


@pytest.mark.rule("Q79.3")
def test_the_180th_day_on_a_day_off_moves_to_the_next_working_day(desk, calendar):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "suspension_start", date(2026, 4, 6), "中止 1")
    assert days(agreement)["T-09"] == date(2026, 10, 8)


@EACH
@pytest.mark.rule("Q79.3")
def test_only_a_requested_suspension_runs_towards_an_end_by_itself(desk):
    requested = desk.suspended()
    assert running(requested)["T-08"].about == running(requested)["T-09"].about
    desk.terminated(requested)
    punished = desk.suspended_for_breach(desk.signed())
    assert "T-08" in running(punished) and "T-09" not in running(punished)
    assert running(punished)["T-08"].bound == "甲"


@EACH
def test_two_suspensions_have_a_clock_each(desk):
    agreement = desk.suspended()
    first = agreement.open_suspensions.get()
    again = desk.suspended(desk.resumed(agreement, first))
    rows = again.deadlines.filter(rule="T-09").order_by("pk")
    second = again.open_suspensions.get()
    assert [row.about for row in rows] == [f"中止 {first.pk}", f"中止 {second.pk}"]
    assert [row.status for row in rows] == [Status.MET, Status.OPEN]


@pytest.mark.rule("Q73.1")
@pytest.mark.rule("Q82.1")
def test_a_suspension_asks_the_hospital_for_a_notice_and_both_sides_for_aftercare(desk, calendar):
    agreement = desk.suspended()
    about = agreement.deadlines.filter(event="status_changed")
    assert {(row.rule, row.bound, row.status) for row in about} == {
        ("T-29", "乙", "open"), ("T-30", "甲", "open"), ("T-30", "乙", "open"), ("T-35", "系统", "met"),
    }  # fmt: skip
    notice, start = about.get(rule="T-29"), TODAY
    for _ in range(agreement.terms.announcement.working_days):
        start = clocks.Calendars().of(agreement).add_working_days(start, 1)
    assert notice.due_on == start
    assert not agreement.deadlines.filter(rule="T-29b").exists()  # the plaque stays up (第八十二条)


@pytest.mark.rule("Q83.2")
def test_holding_over_reminds_the_agency_every_month_until_it_is_over(desk, calendar):
    agreement = desk.continued()
    first = running(agreement)["T-36"]
    assert (first.bound, first.started_on) == ("甲", agreement.ends_on + timedelta(days=1))
    assert set(running(agreement)) == {
        "T-36",
        "T-27",
    }  # neither its end nor its renewal is waited for any more
    on = first.due_on + timedelta(days=70)
    clocks.advance(on)
    rounds = list(agreement.deadlines.filter(rule="T-36").order_by("round"))
    assert [row.status for row in rounds] == [Status.MISSED] * (len(rounds) - 1) + [Status.OPEN]
    assert rounds[-1].due_on >= on and len(rounds) in (3, 4)
    assert clocks.advance(on) == []
    assert "T-36" not in running(desk.terminated(agreement))


def test_what_runs_already_goes_on_unchanged(desk, calendar):
    agreement = desk.drafted()
    for day in (date(2026, 3, 1), date(2026, 3, 9)):
        clocks.start_clocks(agreement, "suspension_start", day, "中止 1")
    assert days(agreement)["T-09"] == date(2026, 8, 28)
    assert agreement.deadlines.count() == 2


def test_counters_and_clocks_without_a_length_are_not_started(desk):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "request_served", date(2026, 3, 1))
    clocks.start_clocks(agreement, "agreement_start", date(2026, 3, 1))
    assert not agreement.deadlines.exists()


def test_every_act_and_event_of_the_table_exists(edition):
    events = {term.start_event for term in edition.terms.deadlines.values()}
    assert set(clocks.EFFECTS) <= set(acts_of(Agreement))
    for effect in clocks.EFFECTS.values():
        assert {*effect.starts, *effect.meets, *effect.drops} <= events
        assert set(effect.starts) <= set(clocks.BEGINNINGS)


# ── what ends them ──


def test_resuming_meets_the_clocks_of_that_suspension_and_no_other(desk):
    agreement = desk.suspended()
    requested = agreement.open_suspensions.get()
    agreement = desk.suspended_for_breach(agreement)
    desk.resumed(agreement, requested)
    rows = agreement.deadlines.filter(event="suspension_start")
    assert {row.status for row in rows if row.about == f"中止 {requested.pk}"} == {Status.MET}
    assert [row.status for row in rows if row.about != f"中止 {requested.pk}"] == [Status.OPEN]


@EACH
@pytest.mark.rule("Q79.3")
def test_a_leaders_exception_stops_the_end_by_itself(desk):
    agreement = desk.suspended()
    stop = agreement.open_suspensions.get()
    desk.decided(agreement, "grant_suspension_exception", suspension=stop, reason="医院搬迁", on=TODAY)
    assert not agreement.deadlines.open().filter(event="suspension_start").exists()


@pytest.mark.rule("Q82.2")
def test_an_ending_drops_what_lost_its_object_and_keeps_what_is_left_to_do(desk):
    agreement = desk.terminated(desk.suspended())
    gone = agreement.deadlines.filter(status=Status.DROPPED)
    assert {row.rule for row in gone} == {"T-07", "T-08", "T-09", "T-14", "T-27"}
    assert all(row.closed_on == TODAY for row in gone)
    left = agreement.deadlines.open()
    assert {(row.rule, row.bound) for row in left if row.about == "结束"} == {
        ("T-29", "乙"), ("T-29b", "乙"), ("T-30", "甲"), ("T-30", "乙"),
    }  # fmt: skip
    assert {row.rule for row in left if row.about != "结束"} == {"T-29", "T-30"}


@pytest.mark.rule("Q82.1")
def test_the_hospital_meets_its_aftercare_once_and_says_how(desk):
    agreement = desk.suspended()
    notice = agreement.deadlines.get(rule="T-30", bound="乙")
    with pytest.raises(RuleBroken, match="写明怎样办结的"):
        perform(notice.meet, by=desk.operator, on=TODAY, remark=" ")
    with pytest.raises(RuleBroken, match="还没有到"):
        perform(notice.meet, by=desk.operator, on=TODAY + timedelta(days=1), remark="门诊大厅已张贴")
    with pytest.raises(RuleBroken, match="早于起算日"):
        perform(notice.meet, by=desk.operator, on=TODAY - timedelta(days=1), remark="门诊大厅已张贴")
    met = perform(notice.meet, by=desk.operator, on=TODAY, remark="门诊大厅已张贴")
    assert (met.status, met.closed_on, met.remark) == (Status.MET, TODAY, "门诊大厅已张贴")
    event = agreement.events.latest("seq")
    assert (event.label, event.actor, event.details["remark"]) == (
        "办结时限",
        desk.operator,
        "门诊大厅已张贴",
    )
    with pytest.raises(RuleBroken, match="已办结"):
        perform(notice.meet, by=desk.operator, on=TODAY, remark="再来一次")


@pytest.mark.rule("Q82.1")
def test_each_side_closes_its_own_half_of_the_aftercare(desk, other_operator):
    agreement = desk.terminated(desk.signed())
    own, theirs = (
        agreement.deadlines.get(rule="T-30", bound="甲"),
        agreement.deadlines.get(rule="T-30", bound="乙"),
    )
    for row, stranger in (
        (own, desk.operator),
        (theirs, desk.clerk),
        (theirs, other_operator),
        (own, SYSTEM),
    ):
        with pytest.raises(PermissionDenied):
            perform(row.meet, by=stranger, on=TODAY, remark="在院 3 人均已结算")
    perform(own.meet, by=desk.clerk, on=TODAY, remark="在院 3 人均已结算")
    perform(theirs.meet, by=desk.operator, on=TODAY, remark="交接单已盖章")
    assert not agreement.deadlines.open().filter(rule="T-30").exists()


@EACH
def test_a_clock_that_waits_for_an_act_is_not_met_by_hand(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    limit = running(agreement)["T-08"]
    with pytest.raises(RuleBroken, match="不用登记"):
        perform(limit.meet, by=desk.clerk, on=TODAY, remark="已办")


@EACH
def test_no_clock_is_closed_without_a_day(desk):
    agreement = desk.signed()
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.deadlines.filter(event="agreement_end").update(status="met")


def test_the_acts_on_a_clock_have_a_label_an_article_a_permission_and_a_sentence():
    for name in acts_of(Deadline):
        step = declared(Deadline, name)
        assert step.custom["label"] and "条" in step.custom["article"] and step.permission
        assert "条" in getattr(Deadline, name).__doc__
    for check in declared(Deadline, "meet").custom["checks"]:
        assert check.sentence and check.article and check.__module__ == clock_checks.__name__


# ── the calendar ──


@pytest.fixture
def provisional(desk, calendar):
    """A notice clock in a year whose holidays are not announced: 2031-05-01 is a Thursday."""
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "status_changed", date(2031, 4, 29), "中止 1")
    return agreement


def test_a_due_day_in_a_year_without_a_notice_is_provisional_until_the_notice_comes(provisional):
    row = running(provisional)["T-29"]
    assert (row.due_on, row.provisional) == (date(2031, 5, 2), True)
    off = [Day(date(2031, 5, n), False, "劳动节") for n in (1, 2, 5)]
    publish_notice(2031, off, number="国办发明电〔2030〕9号", announced_on=date(2030, 11, 4))
    out = StringIO()
    call_command("recompute_deadlines", verbosity=2, stdout=out)
    row.refresh_from_db()
    assert (row.due_on, row.provisional) == (date(2031, 5, 7), False)
    assert "T-29 公告并交证明：2031-05-07" in out.getvalue() and clocks.recompute() == []


def test_a_clock_that_was_met_stays_as_it_was_met(provisional):
    row = running(provisional)["T-29"]
    clocks.stop_clocks(provisional, "status_changed", date(2031, 5, 2), ["中止 1"])
    publish_notice(2031, [Day(date(2031, 5, 2), False, "劳动节")], number="国办发明电〔2030〕9号")
    assert clocks.recompute() == []
    row.refresh_from_db()
    assert (row.status, row.due_on, row.provisional) == (Status.MET, date(2031, 5, 2), True)


def test_a_pause_gives_back_whole_working_days(provisional):
    row = running(provisional)["T-29"]
    row.pauses = [["2031-04-30", "2031-05-01", "退回补正"]]
    row.save()
    clocks.recompute()
    row.refresh_from_db()
    assert row.due_on == date(2031, 5, 6)


def test_the_daily_job_counts_again_and_is_the_same_run_twice(provisional):
    publish_notice(2031, [Day(date(2031, 5, 2), False, "劳动节")], number="国办发明电〔2030〕9号")
    first, second = StringIO(), StringIO()
    call_command("daily", stdout=first)
    call_command("daily", stdout=second)
    assert "时限：3项到期日有变动" in first.getvalue() and "时限：0项到期日有变动，0项" in second.getvalue()
    assert running(provisional)["T-29"].due_on == date(2031, 5, 5)
