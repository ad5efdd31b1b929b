"""门户升级以前生效的协议，缺少的时限由 recompute_deadlines 补上：自今日所在的一期起，重复运行结果相同（第七、七十八、八十三条）。"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from agreements.clocks.missing import open_missing
from agreements.gate import perform
from agreements.models import Deadline

from ..desk import TODAY

LAST_YEAR = {"starts_on": TODAY - timedelta(days=500), "ends_on": TODAY + timedelta(days=100)}
pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]


def as_before(agreement, **conditions):
    """As an older release left it: without these clocks. Returns what they were."""
    found = agreement.deadlines.filter(**conditions)
    told = sorted(found.values_list("rule", "bound", "due_on"))
    found.delete()
    return told


def clocks_of(agreement):
    return sorted(agreement.deadlines.open().values_list("rule", "bound", "due_on"))


def run():
    out = StringIO()
    call_command("recompute_deadlines", stdout=out)
    return out.getvalue()


@pytest.mark.rule("Q07.7")
def test_an_agreement_of_an_older_release_gets_its_clocks_once(desk):
    agreement = desk.signed(starts_on=TODAY - timedelta(days=30), ends_on=TODAY + timedelta(days=300))
    before = as_before(agreement)
    assert before and f"补上：{len(before)}项时限开始计时" in run() and clocks_of(agreement) == before
    assert "补上" not in run() and clocks_of(agreement) == before


@pytest.mark.rule("Q07.7")
def test_the_round_is_the_one_in_which_today_lies_and_none_was_missed(desk):
    agreement = desk.signed(**LAST_YEAR)
    as_before(agreement, rule="T-27")
    run()
    clock = agreement.deadlines.get(rule="T-27")
    assert clock.round > 1 and clock.due_on >= TODAY and clock.started_on == agreement.starts_on
    assert not agreement.deadlines.filter(status=Deadline.Status.MISSED).exists()


def test_the_clock_counts_from_the_last_self_check_where_there_is_one(desk):
    agreement = desk.signed(**LAST_YEAR)
    facts = {"found_on": TODAY, "what": "未发现", "item_code": "", "amount": 0, "returned_on": None}
    agreement = perform(agreement.file_self_check, by=desk.operator, facts=facts, files=[], on=TODAY)
    before = as_before(agreement, rule="T-27", status="open")
    agreement.deadlines.filter(rule="T-27").delete()
    run()
    assert [row for row in clocks_of(agreement) if row[0] == "T-27"] == before


def test_who_has_applied_for_renewal_is_not_asked_to_apply(desk):
    agreement = desk.renewable()
    perform(agreement.apply_for_renewal, by=desk.operator, self_assessment="良好", on=TODAY)
    waiting = [rule for rule, *_ in clocks_of(agreement)]
    as_before(agreement)
    run()
    assert [rule for rule, *_ in clocks_of(agreement)] == waiting
    assert not agreement.deadlines.open().filter(event="agreement_end", bound="乙").exists()


def test_what_goes_on_after_its_term_waits_for_no_end(desk):
    agreement = desk.continued()
    as_before(agreement)
    assert [row.rule for row in open_missing()] == ["T-27"]


def test_what_is_not_in_force_gets_no_clock(desk):
    agreement = desk.rescinded(desk.signed())
    as_before(agreement)
    desk.drafted(starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=90))
    assert open_missing() == []
