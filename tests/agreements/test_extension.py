"""第二十五条、第二十六条（上海）：期满自动延长、妨碍延长的处理、延长期内凭书面通知终止。"""

from decimal import Decimal

import pytest
import time_machine

from agreements.daily import settle_expired
from agreements.deliveries import actions as deliveries
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from agreements.models.event import first_fault
from agreements.papers.printing import print_owed
from agreements.renewals.expiry import Facts, outcome_at_expiry
from agreements.signing_checks import agency_is_the_printed_one

from .. import shanghai
from ..desk import TODAY, upload
from ..shanghai import in_term

FIRST_END, SECOND_END, LAST_END = in_term(2027, 7, 31), in_term(2028, 7, 31), in_term(2029, 7, 31)


@pytest.fixture
def agreement(shanghai_desk):
    return shanghai_desk.signed(**shanghai.TERM)


def at_expiry(*days):
    for day in days:
        assert settle_expired(day)[1] == {}


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def fined(desk, agreement, day, **changed):
    details = {
        "authority": "上海市医疗保障局", "number": "沪医保罚〔2027〕5号", "amount": Decimal(30_000), "decided_on": day,
        "served_on": day, "reason": "违反收费标准", "on": day, "application": upload("决定书.pdf"), **changed,
    }  # fmt: skip
    return desk.decided(agreement, "record_fine", **details)


@pytest.mark.rule("S25.1")
def test_the_term_is_the_one_that_the_text_prints(shanghai_desk):
    wrong = shanghai_desk.drafted(starts_on=in_term(2026, 9, 1), ends_on=in_term(2027, 7, 31))
    with pytest.raises(RuleBroken, match=r"文本印明有效期自08-01起至07-31止.*（第二十五条）"):
        perform(wrong.negotiate, by=shanghai_desk.clerk)


@pytest.mark.rule("S00.1")
def test_the_agency_is_the_one_that_the_text_names(shanghai_desk, agency, clerk):
    other = Agreement(agency=agency, institution=shanghai_desk.hospital, edition=shanghai_desk.edition)
    assert not agency_is_the_printed_one(other)
    assert agency_is_the_printed_one(shanghai_desk.drafted())


@pytest.mark.rule("S25.2")
@pytest.mark.rule("S25.3")
@pytest.mark.rule("S25.4")
def test_without_a_sanction_it_is_extended_twice_and_ends_after_three_years(agreement):
    """E21."""
    at_expiry(in_term(2027, 8, 1))
    assert (fresh(agreement).status, fresh(agreement).ends_on) == (Status.ACTIVE, SECOND_END)
    at_expiry(in_term(2028, 8, 1))
    assert (fresh(agreement).status, fresh(agreement).ends_on) == (Status.ACTIVE, LAST_END)
    at_expiry(in_term(2029, 8, 1))
    ended = fresh(agreement)
    assert (ended.status, ended.ending.effective_on) == (Status.TERMINATED, in_term(2029, 8, 1))
    assert ended.ending.article == "第二十五条" and "自动延长已满" in ended.ending.reason
    assert first_fault(ended) is None


@pytest.mark.rule("S25.2")
def test_two_years_off_end_like_two_daily_runs(agreement):
    at_expiry(in_term(2028, 8, 3))
    assert fresh(agreement).ends_on == LAST_END
    assert [one.order for one in fresh(agreement).extensions.all()] == [1, 2]


@pytest.mark.rule("S20.2")
@pytest.mark.rule("S25.2")
def test_a_fine_served_in_the_second_year_lets_it_end_with_that_year(shanghai_desk, agreement):
    """E20; a criticism does the same (`test_other_measures`)."""
    at_expiry(in_term(2027, 8, 1))
    with time_machine.travel(in_term(2027, 12, 1)):
        fined(shanghai_desk, fresh(agreement), in_term(2027, 12, 1))
    at_expiry(in_term(2028, 8, 1))
    ended = fresh(agreement)
    assert (
        ended.status == Status.TERMINATED and f"{in_term(2027, 12, 1)}送达的行政处罚" in ended.ending.reason
    )


@pytest.mark.rule("S25.2")
@pytest.mark.parametrize(
    "served, left", [(in_term(2027, 7, 31), Status.TERMINATED), (in_term(2027, 8, 1), Status.ACTIVE)]
)
def test_what_counts_is_the_day_on_which_it_is_served(shanghai_desk, agreement, served, left):
    with time_machine.travel(in_term(2027, 8, 1)):
        fined(shanghai_desk, agreement, served, decided_on=in_term(2027, 7, 20), on=in_term(2027, 8, 1))
    at_expiry(in_term(2027, 8, 1))
    assert fresh(agreement).status == left


@pytest.mark.rule("S25.2")
def test_a_sanction_that_was_overturned_stands_no_more_in_the_way(shanghai_desk, agreement):
    day = in_term(2027, 3, 1)
    with time_machine.travel(day):
        fined(shanghai_desk, agreement, day)
        sanction = fresh(agreement).sanctions.get()
        shanghai_desk.decided(fresh(agreement), "lift_sanction", sanction=sanction, reason="复议撤销", on=day)
    at_expiry(in_term(2027, 8, 1))
    assert fresh(agreement).ends_on == SECOND_END
    assert fresh(agreement).sanctions.get().lifted_on == day


@pytest.mark.rule("S20.2")
@pytest.mark.parametrize("amount", [Decimal("30000.01"), Decimal(0)])
def test_a_fine_above_its_limit_is_not_recorded(shanghai_desk, agreement, amount):
    with pytest.raises(RuleBroken, match=r"30000元以下.*（第二十条）"):
        fined(shanghai_desk, agreement, TODAY, amount=amount)


def test_the_same_decision_is_recorded_once(shanghai_desk, agreement):
    fined(shanghai_desk, agreement, TODAY)
    with pytest.raises(RuleBroken, match="已经登记"):
        fined(shanghai_desk, fresh(agreement), TODAY)


@pytest.mark.rule("S26.1")
def test_the_agencys_notice_ends_it_on_the_day_on_which_it_arrives(shanghai_desk, agreement):
    at_expiry(in_term(2027, 8, 1))
    with time_machine.travel(in_term(2027, 9, 6)):
        shanghai_desk.decided(fresh(agreement), "announce_end", reason="预算指标", on=in_term(2027, 9, 6))
        notice = fresh(agreement).end_notices.get()
        print_owed(notice.paper)
        delivery = deliveries.send(notice.paper, by=shanghai_desk.clerk, on=in_term(2027, 9, 6), way="direct")
    assert fresh(agreement).status == Status.ACTIVE
    with time_machine.travel(in_term(2027, 9, 9)):
        perform(
            delivery.confirm_receipt,
            by=shanghai_desk.clerk,
            receiver="郭小满",
            files=[upload()],
            on=in_term(2027, 9, 8),
        )
    ended = fresh(agreement)
    assert (ended.status, ended.ending.effective_on, ended.ending.article) == (
        Status.TERMINATED, in_term(2027, 9, 8), "第二十六条",
    )  # fmt: skip


@pytest.mark.rule("S26.1")
def test_the_hospitals_own_notice_ends_it_today(shanghai_desk, agreement):
    with pytest.raises(RuleBroken, match=r"还没有进入自动延长期.*（第二十六条）"):
        perform(agreement.end_by_own_notice, by=shanghai_desk.signatory, reason="价格")
    at_expiry(in_term(2027, 8, 1))
    with time_machine.travel(in_term(2027, 10, 8)):
        ended = perform(fresh(agreement).end_by_own_notice, by=shanghai_desk.signatory, reason="价格")
    assert (ended.status, ended.ending.effective_on) == (Status.TERMINATED, in_term(2027, 10, 8))


@pytest.mark.rule("S26.1")
def test_a_paper_notice_ends_it_on_the_day_of_its_receipt(shanghai_desk, agreement):
    at_expiry(in_term(2027, 8, 1))
    with time_machine.travel(in_term(2027, 10, 8)):
        details = {"reason": "价格", "on": in_term(2027, 10, 6), "application": upload("通知.pdf")}
        ended = shanghai_desk.decided(fresh(agreement), "receive_end_notice", **details)
    assert (ended.status, ended.ending.effective_on) == (Status.TERMINATED, in_term(2027, 10, 6))


@pytest.mark.rule("S25.1")
@pytest.mark.parametrize("day", [in_term(2027, 6, 30), in_term(2027, 7, 31)])
def test_renewal_is_asked_for_within_the_last_month(shanghai_desk, agreement, day):
    with time_machine.travel(day):
        perform(agreement.apply_for_renewal, by=shanghai_desk.operator, self_assessment="良好", on=day)
    assert fresh(agreement).renewal_requests.get().on_time


@pytest.mark.rule("S25.1")
def test_before_its_last_month_no_renewal_is_taken(shanghai_desk, agreement):
    day = in_term(2027, 6, 29)
    with (
        time_machine.travel(day),
        pytest.raises(RuleBroken, match=r"期满前1个月才开始受理续签.*（第二十五条）"),
    ):
        perform(agreement.apply_for_renewal, by=shanghai_desk.operator, self_assessment="良好", on=day)


@pytest.mark.rule("S25.2")
def test_a_signed_successor_goes_before_an_extension():
    facts = Facts(successor_signed=True, holds_over=False, extends_to=SECOND_END)
    assert outcome_at_expiry(facts).kind == "renewed"


def test_its_clocks_follow_the_extension(agreement):
    at_expiry(in_term(2027, 8, 1))
    running = fresh(agreement).deadlines.open().filter(event="agreement_end")
    assert {row.due_on for row in running} == {SECOND_END}


def test_the_page_shows_the_extensions(shanghai_desk, agreement, client):
    at_expiry(in_term(2027, 8, 1))
    client.force_login(shanghai_desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert "h-extending" in page and f"{in_term(2027, 8, 1)} 至 {in_term(2028, 7, 31)}" in page


def test_what_the_text_does_not_know_is_refused_by_name(shanghai_desk, agreement):
    with pytest.raises(RuleBroken, match="文本没有“依申请中止”的约定"):
        shanghai_desk.decided(agreement, "suspend_on_request", **shanghai_desk.suspension())
