"""违约金的上限：每一项按自己的条款，然后相加（M-02..M-04，E15、E16）。"""

from decimal import Decimal

import pytest

from inspections.cases.money import cap_of, cap_total

RATES = {65: Decimal("0.10"), 66: Decimal("0.20"), 67: Decimal("0.30")}


@pytest.mark.rule("Q65.2")
@pytest.mark.rule("Q66.4")
@pytest.mark.rule("Q67.4")
@pytest.mark.parametrize("article, cap", [(65, 12_000), (66, 24_000), (67, 36_000)])
def test_the_cap_is_the_articles_share_of_the_fees(edition, article, cap):
    rates = {number: term.cap for number, term in edition.terms.liquidated_damages.items()}
    assert rates == RATES
    assert cap_total([(article, Decimal(120_000))], rates) == cap


@pytest.mark.rule("Q65.2")
def test_several_articles_are_capped_one_by_one_and_then_summed():
    parts = [(65, Decimal(80_000)), (67, Decimal(40_000))]
    assert cap_total(parts, RATES) == Decimal("20000.00")


def test_an_article_without_a_share_bears_none():
    assert cap_total([(63, Decimal(50_000)), (64, Decimal(50_000))], RATES) == 0


def test_a_cap_is_never_rounded_up():
    assert cap_of(Decimal("100.09"), Decimal("0.10")) == Decimal("10.00")


def test_the_order_of_the_parts_makes_no_difference_to_the_fen():
    parts = [(65, Decimal("0.09")), (65, Decimal("0.09")), (66, Decimal("1234567.89"))]
    assert cap_total(parts, RATES) == cap_total(reversed(parts), RATES) == Decimal("246913.57")
