"""第七十七条：补充协议改了的数，处理违约时照改后的算；从哪一天起适用，就从哪一天起照它算。"""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.clocks.deadlines import add_months
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement
from inspections.cases import actions as cases
from inspections.cases.plan import Ban, damages_cap
from inspections.cases.plan_forms import PlanForm

from ..desk import TODAY
from .case_desk import plan

pytestmark = pytest.mark.each_text
DOUBLED = '[refund]\nfactor = "2"\n'
SHORTER_STOP = "[person_stop.65]\nmax_months = 4\n"
LATER = TODAY + timedelta(days=20)


@pytest.fixture
def changed(desk):
    """An agreement in force with these terms, signed by both, since today or from a later day on."""

    def by(terms, **more):
        agreement = desk.signed()
        supplement = desk.sent(agreement, terms=terms, **more)
        desk.both_sign(agreement.amendments.get(supplement=supplement))
        return Agreement.objects.get(pk=agreement.pk)

    return by


def half_the_cap(desk):
    """A supplement by which only half of the usual 违约金 may be asked."""
    article = desk.own_item("QH-65-06")[2]
    return f'[liquidated_damages.{article}]\ncap = "{desk.damages / 240_000}"\n'


def refused(people, case, wanted):
    with pytest.raises(RuleBroken) as why:
        perform(case.plan_handling, by=people.desk.clerk, plan=wanted)
    return str(why.value)


def asked(people, case):
    """The fields of the clerk's form."""
    return PlanForm(agreement=case.agreement, user=people.desk.clerk, breach_case=case).fields


@pytest.mark.rule("Q77.2", "Q65.2")
def test_the_cap_is_that_of_the_supplement(people, changed):
    usual, half = people.desk.damages, people.desk.damages // 2
    handling = people.reviewed(agreement=changed(half_the_cap(people.desk)))
    assert handling.cap == Decimal(half)
    with pytest.raises(RuleBroken, match=f"违约金{usual:,.2f}元超过上限{half:,.2f}元"):
        cases.decide(handling, by=people.desk.leader, on=TODAY)


@pytest.mark.rule("Q77.2", "Q65.2")
def test_a_cap_that_applies_from_a_later_day_counts_from_that_day_on(people, changed):
    usual, half = people.desk.damages, people.desk.damages // 2
    handling = people.reviewed(agreement=changed(half_the_cap(people.desk), from_on=LATER))
    eve = LATER - timedelta(days=1)
    assert [handling.cap_on(day) for day in (TODAY, eve, LATER)] == [usual, usual, half]
    assert (damages_cap(handling.breach_case), handling.cap_now, handling.is_over_cap) == (
        usual,
        usual,
        False,
    )
    assert cases.decide(handling, by=people.desk.leader, on=TODAY).decision.cap == usual


@pytest.mark.rule("Q77.2")
def test_fees_are_recovered_twice_where_the_supplement_says_so_and_asked_for_on_the_form(people, changed):
    agreement = changed(DOUBLED)
    assert "doubled" in asked(people, people.investigating(agreement))
    case = people.decided(agreement=agreement, intended=plan(doubled=True))
    assert case.recoveries.get(kind="extra").amount == Decimal(120_000)
    assert "除本数外另缴120,000.00元" in "".join(case.decision_paper.snapshot["paragraphs"])


@pytest.mark.only_text("qinghai", "made-up", reason="the Shanghai texts double fees themselves (第十九条)")
@pytest.mark.rule("Q77.2")
def test_before_the_day_of_the_supplement_nothing_is_doubled(people, changed):
    case = people.investigating(changed(DOUBLED, from_on=LATER))
    assert "没有“加倍追回”的措施" in refused(people, case, plan(doubled=True))
    assert "doubled" not in asked(people, case)
    perform(case.plan_handling, by=people.desk.clerk, plan=plan(doubled=True, on=LATER))


@pytest.mark.rule("Q77.2", "Q65.3")
def test_a_stop_is_no_longer_than_the_supplement_lets_it_be(people, changed):
    agreement = changed(SHORTER_STOP, from_on=LATER)
    department = agreement.institution.departments.create(code="ZJ", name="针灸科")
    case = people.investigating(agreement)

    def stopped(on):
        until = add_months(on, 6)
        return plan(on=on, bans=(Ban("department", department.pk, 1, until),))

    perform(case.plan_handling, by=people.desk.clerk, plan=stopped(TODAY))
    assert f"至{add_months(LATER, 4)}之间" in refused(people, people.fresh(case), stopped(LATER))
