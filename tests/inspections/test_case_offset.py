"""第六十条：抵扣的医保基金从账上来：审核应付、还没有拨付的费用，逐月逐笔；保证金凭证填写。"""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements import daily
from agreements.gate import RuleBroken, perform
from inspections.cases import actions as cases
from inspections.cases.funds import fund_of, fund_sum, taken_from
from inspections.models import RecoveryItem
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def finance(agency):
    return User.objects.create_user("finance", "金出纳", Role.FINANCE, PASSWORD, agency=agency)


@pytest.fixture
def owing(people):
    """Fees of 120,000 and what was asked for beyond them, both overdue."""
    case = people.decided()
    people.received(case.demand_paper)
    daily.run(case.recoveries.first().due_on + timedelta(days=1))
    return people.fresh(case)


def fees_of(case):
    return case.recoveries.get(kind="fees")


def offset(item, by, deposit=0, files=()):
    return perform(item.offset, by=by, deposit=Decimal(deposit), files=list(files), on=TODAY)


@pytest.mark.rule("Q60.2")
def test_only_what_is_audited_and_not_paid_is_a_fund(people, finance, owing):
    claim = people.claim_received(owing.agreement, 90_000)
    agreement = people.agreement(owing)
    assert fund_of(agreement) == []
    audit = {"allowed": Decimal(50_000), "refusal_reason": "超限", "on": TODAY}
    claim = perform(claim.finish_audit, by=people.desk.reviewer, **audit)
    assert fund_of(agreement) == [(claim, 50_000)]
    claim = perform(claim.approve_payment, by=people.desk.leader, on=TODAY)
    assert fund_sum(agreement) == 50_000
    perform(claim.pay, by=finance, paid=Decimal(50_000), difference_reason="", on=TODAY)
    assert fund_of(agreement) == []


@pytest.mark.rule("Q60.2")
def test_the_fund_is_taken_month_by_month(people, finance, owing):
    newer, older = people.claimed(owing.agreement, 40_000), people.claimed(owing.agreement, 30_000, back=1)
    item = offset(fees_of(owing), finance)
    assert [(one.amount, one.claim) for one in item.payments.all()] == [(30_000, older), (40_000, newer)]
    assert item.unpaid_after_recorded == 50_000 and fund_sum(owing.agreement) == 0


@pytest.mark.rule("Q60.2")
def test_it_is_taken_from_the_fund_then_from_the_deposit_and_never_more_than_there_is(people, finance, owing):
    newer, older = people.claimed(owing.agreement, 40_000), people.claimed(owing.agreement, 30_000, back=1)
    item = offset(fees_of(owing), finance, deposit=45_000, files=[upload("余额.pdf")])
    taken = [(one.source, one.amount, one.claim) for one in item.payments.all()]
    assert taken == [("fund", 30_000, older), ("fund", 40_000, newer), ("deposit", 45_000, None)]
    assert item.unpaid_after_recorded == 5_000 and fund_sum(owing.agreement) == 0
    assert item.payments.get(source="deposit").vouchers.exists()


@pytest.mark.rule("Q60.2")
def test_no_more_is_taken_than_is_owed_and_the_rest_of_the_claim_stays(people, finance, owing):
    claim = people.claimed(owing.agreement, 200_000)
    offset(fees_of(owing), finance)
    assert (taken_from(claim), fund_of(owing.agreement)) == (120_000, [(claim, 80_000)])


@pytest.mark.rule("Q60.2")
def test_what_an_offset_has_taken_is_not_paid_out_as_well(people, finance, owing):
    claim = people.claimed(owing.agreement, 200_000)
    item = offset(fees_of(owing), finance)
    claim = perform(claim.approve_payment, by=people.desk.leader, on=TODAY)
    with pytest.raises(RuleBroken, match="减去抵扣的 120000.00 元"):
        perform(claim.pay, by=finance, paid=Decimal("80000.01"), difference_reason="抵扣", on=TODAY)
    cases.reject_payment(item.payments.get(), by=people.desk.leader, reason="先不抵扣")
    assert fund_of(owing.agreement) == [(claim, 200_000)]
    offset(RecoveryItem.objects.get(pk=item.pk), finance)
    claim = perform(claim.pay, by=finance, paid=Decimal(80_000), difference_reason="抵扣欠缴", on=TODAY)
    assert claim.status == "paid"


@pytest.mark.rule("Q60.2")
def test_a_claim_that_is_offset_as_a_whole_is_closed_with_nothing_paid(people, finance, owing):
    claim = people.claimed(owing.agreement, 60_000)
    offset(fees_of(owing), finance)
    claim = perform(claim.approve_payment, by=people.desk.leader, on=TODAY)
    claim = perform(claim.pay, by=finance, paid=Decimal(0), difference_reason="全部抵扣欠缴", on=TODAY)
    assert (claim.status, claim.paid) == ("paid", 0)


@pytest.mark.rule("Q60.2")
def test_the_deposit_is_shown_on_paper_since_no_ledger_of_it_is_kept(people, finance, owing):
    deposit = people.desk.terms.deposit
    wanting = "上传保证金余额的凭证" if deposit else "文本没有“质量保证金”的约定，不能从中抵扣"
    with pytest.raises(RuleBroken, match=wanting):
        offset(fees_of(owing), finance, deposit=1_000)
    with pytest.raises(RuleBroken, match="没有可以抵扣的"):
        offset(fees_of(owing), finance)


def test_the_deposit_is_spoken_of_only_where_the_text_has_one(people, finance, owing, client):
    has_one = people.desk.terms.deposit is not None
    client.force_login(finance, backend=BACKEND)
    page = client.get(fees_of(owing).get_absolute_url()).content.decode()
    told = [page, owing.demand_paper.snapshot["paragraphs"][-1], fees_of(owing).offset_from]
    assert ["质量保证金" in words for words in told] == [has_one] * 3


@pytest.mark.rule("Q60.2")
def test_what_was_payable_under_an_agreement_that_ended_is_still_a_fund(people, owing):
    claim = people.claimed(owing.agreement, 60_000)
    people.desk.ended(people.agreement(owing))
    assert fund_of(people.desk.signed()) == [(claim, 60_000)]


def test_finance_reads_where_it_comes_from_and_the_hospital_reads_nothing_before_the_decision(
    people, finance, owing, client
):
    claim = people.claimed(owing.agreement, 60_000)
    item = fees_of(owing)
    client.force_login(finance, backend=BACKEND)
    page = client.get(item.get_absolute_url()).content.decode()
    assert f"{claim.month_name}费用" in page and "可抵 60,000.00 元" in page
    offset(item, finance)
    assert "抵扣欠缴" in client.get(claim.get_absolute_url()).content.decode()
    client.force_login(people.desk.operator, backend=BACKEND)
    assert "抵扣欠缴" not in client.get(claim.get_absolute_url()).content.decode()
    assert "可以抵扣的费用" not in client.get(item.get_absolute_url()).content.decode()
