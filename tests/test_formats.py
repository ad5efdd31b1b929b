"""How amounts and days stand on the pages."""

from decimal import Decimal

from django.template import Context, Template


def test_amounts_are_grouped_in_threes_and_numbers_elsewhere_are_not():
    shown = Template("{{ amount|floatformat:'2g' }} {{ year }}").render(
        Context({"amount": Decimal("86420"), "year": 2026})
    )
    assert shown == "86,420.00 2026"
