"""Amounts of a breach case: pure functions, Decimal in and Decimal out, yuan to the fen (第六十五条至第六十七条)."""

from decimal import ROUND_DOWN, Decimal

FEN = Decimal("0.01")
NOTHING = Decimal("0.00")


def cap_of(base, rate):
    """The most that may be claimed on a base: never a fen more than the rate gives, so rounded down."""
    return (base * rate).quantize(FEN, rounding=ROUND_DOWN)


def cap_total(parts, rates):
    """第六十五条至第六十七条：each part by the rate of its own article, then summed (AMB-16).

    `parts`: (article, base) pairs; `rates`: {article: rate}. An article without a rate bears no 违约金.
    """
    return sum((cap_of(base, rates[article]) for article, base in parts if article in rates), NOTHING)


def offset_split(debt, available, order):
    """第六十条: [(source, amount)], each source of the order until it or the debt is used up; never below nothing.

    `available`: {source: what it holds}. What no source covers stays owed by the institution.
    """
    taken = []
    for source in order:
        amount = min(debt, available.get(source, NOTHING))
        if amount > 0:
            taken.append((source, amount))
            debt -= amount
    return taken


def in_yuan(amount):
    """12,000.00元"""
    return f"{amount:,.2f}元"
