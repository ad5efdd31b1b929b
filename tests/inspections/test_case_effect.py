"""第六条：处理不能早于决定之日；决定晚于提请的，日数不变，止期顺延（第六十三条至第六十七条、第七十九条）。"""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils.timezone import get_default_timezone, localdate

from agreements.clocks.deadlines import add_months
from agreements.gate import RuleBroken
from agreements.models import ServiceBan
from inspections.cases import actions as cases
from inspections.cases.plan import Ban, made_on

from ..desk import AFTERCARE, TODAY
from .case_desk import NOTHING, plan, suspending

pytestmark = pytest.mark.each_text

SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]
LATER = TODAY + timedelta(days=6)


@contextmanager
def on_the(day):
    with time_machine.travel(datetime.combine(day, time(10), get_default_timezone()), tick=False):
        yield


@pytest.fixture
def ward(people):
    return people.desk.hospital.departments.create(code="A01", name="心内科")


def decided_later(people, handling, day=LATER):
    with on_the(day):
        return cases.decide(handling, by=people.desk.leader)


@pytest.mark.rule("Q66.3")
def test_a_suspension_decided_later_begins_with_the_decision_and_is_as_long(people):
    wanted = suspending(days=90, damages=Decimal(0), rectify_by=TODAY + timedelta(30))
    case = decided_later(people, people.reviewed(decided=wanted, items=SEVERE))
    stop = people.agreement(case).open_suspensions.get()
    assert (stop.started_on, stop.planned_end) == (LATER, LATER + timedelta(90))
    assert case.rectifications.get().due_on == LATER + timedelta(30)
    assert case.decision.plan["on"] == TODAY.isoformat() and case.decision.typed_plan.on == LATER


@pytest.mark.rule("Q65.3")
def test_a_stop_decided_later_keeps_its_length(people, ward):
    until = TODAY + timedelta(days=120)
    wanted = plan(**NOTHING, bans=(Ban("department", ward.pk, 1, until),))
    case = decided_later(people, people.reviewed(decided=wanted, items=[people.stopping("department")]))
    stop = people.agreement(case).service_bans.get()
    assert (stop.started_on, stop.until) == (LATER, LATER + timedelta(days=120))


@pytest.mark.rule("Q65.3")
@pytest.mark.parametrize("longest", [False, True])
@pytest.mark.parametrize("first", [date(2026, month, 1) for month in range(1, 13)])
def test_the_end_of_a_stop_never_leaves_the_range_of_its_article(people, longest, first):
    case, day, stop = people.investigating(items=[people.stopping()]), date(2026, 12, 28), people.person_stop
    shortest = add_months(first, stop.min_months) - timedelta(days=stop.slack_days)
    ends = add_months(first, stop.max_months) if longest else shortest
    moved = made_on(plan(on=first, bans=(Ban("person", 1, 1, ends),)), day, case).bans[0].until
    least, most = case.agreement.ban_limits(case.items.get().weighs_as, day)
    assert least <= moved <= most and abs((moved - day) - (ends - first)) <= timedelta(days=3)


def test_a_stop_without_an_end_has_none_later_either(people):
    endless = plan(bans=(Ban("person", 1, 1, ServiceBan.NO_END),))
    assert made_on(endless, LATER, people.investigating()).bans == endless.bans


@pytest.mark.rule("Q79.2")
def test_what_is_suspended_already_still_ends_within_its_longest_time(people):
    agreement, longest = people.desk.suspended(), people.desk.longest_stop
    wanted = suspending(days=longest, **NOTHING)
    case = decided_later(people, people.reviewed(decided=wanted, items=SEVERE, agreement=agreement))
    assert people.agreement(case).suspensions.get(cause="breach").planned_end == TODAY + timedelta(longest)


@pytest.mark.rule("Q61.3")
def test_a_proved_check_ends_as_it_was_told_since_its_first_day_stands(people):
    doubt = {"reason": "涉嫌冒名就医", "on": TODAY, "aftercare": AFTERCARE}
    agreement = people.desk.decided(people.desk.signed(), "suspend_for_investigation", **doubt)
    wanted = suspending(days=90, damages=Decimal(0), check_hold="refused")
    case = decided_later(people, people.reviewed(decided=wanted, items=SEVERE, agreement=agreement))
    stop = people.agreement(case).open_suspensions.get()
    assert (stop.cause, stop.started_on, stop.planned_end) == ("breach", TODAY, TODAY + timedelta(90))


def test_a_decision_on_the_day_of_its_proposal_changes_nothing(people):
    wanted = people.fit(suspending(**NOTHING))
    case = people.decided(decided=wanted, items=SEVERE)
    assert case.decision.typed_plan == made_on(wanted, TODAY, case) == wanted


def test_what_would_begin_after_the_decision_is_not_proposed(people):
    tomorrow = TODAY + timedelta(days=1)
    case = people.heard(intended=suspending(**NOTHING), items=SEVERE)
    with pytest.raises(RuleBroken, match="还没有到。到当日再办"):
        people.proposed(case=case, decided=suspending(**NOTHING, on=tomorrow))


@pytest.mark.rule("Q06.3")
def test_a_stop_that_begins_later_and_is_as_long_is_no_heavier_than_was_told(people, ward):
    ban = Ban("department", ward.pk, 1, TODAY + timedelta(days=90))
    told = plan(**NOTHING, on=TODAY - timedelta(days=10), bans=(ban,))
    case = people.heard(intended=told, items=[people.stopping("department")])
    as_long = replace(told, on=TODAY, bans=(Ban("department", ward.pk, 1, TODAY + timedelta(days=100)),))
    longer = replace(as_long, bans=(Ban("department", ward.pk, 1, TODAY + timedelta(days=101)),))
    with pytest.raises(RuleBroken, match="处理比告知书写的重：停止人员、科室或项目服务"):
        people.proposed(case=case, decided=longer)
    assert people.proposed(case=case, decided=as_long).status == "proposed"


@pytest.mark.rule("Q66.3")
def test_the_leader_reads_the_days_that_would_count_before_deciding(people, client):
    days = people.desk.stop_days
    handling = people.reviewed(decided=suspending(days=days, **NOTHING), items=SEVERE)
    with on_the(LATER):
        client.force_login(people.desk.leader, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(handling.get_absolute_url()).content.decode()
        today, end = localdate(), localdate() + timedelta(days)
    assert f"提请写的是自 {TODAY} 起" in page and f"今日决定的，自 {today} 起" in page
    assert f"至{end:%Y年%-m月%-d日}止" in page
