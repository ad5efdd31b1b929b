"""The days of the daily run, and what happens on them."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from agreements import daily
from agreements.clocks.deadlines import add_months
from agreements.edition_desk.actions import copy_edition
from agreements.renewals.actions import apply_for_renewal
from institutions.models import Role, User

from .daily_world import in_force, lapses, other_desk, suspended
from .reminding import owing_both


@pytest.fixture
def clock(monkeypatch):
    """Sets the day on which people act, wherever an act or a check asks for it."""

    def at(day):
        for module in (
            "actions",
            "checks",
            "signing_checks",
            "models.agreement",
            "models.stopping",
            "renewals.actions",
        ):
            monkeypatch.setattr(f"agreements.{module}.localdate", lambda: day)

    return at


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)


@pytest.fixture
def owing(desk, calendar):
    return owing_both(desk)


@pytest.fixture
def eventful_week(desk, regions, clock, calendar):
    """Late August: one lapses, one is renewed, one holds over, one is over; and one that nothing happens to.

    Under a text that extends a term those two go on, and nothing lapses where nothing is suspended on request.
    """
    second, third, fourth, fifth = (other_desk(desk, regions, number) for number in (2, 3, 4, 5))
    lapsing = suspended(desk, clock, date(2026, 3, 1)) if lapses(desk) else in_force(desk, clock)
    old = in_force(second, clock, ends_on=date(2026, 8, 30))
    new = in_force(
        second, clock, starts_on=date(2026, 8, 31), ends_on=date(2027, 8, 30), signed_on=date(2026, 8, 10)
    )
    silent = in_force(third, clock, ends_on=date(2026, 8, 31))
    clock(add_months(date(2026, 8, 31), -desk.terms.renewal.apply_months_before) - timedelta(days=11))
    apply_for_renewal(silent, by=third.operator, self_assessment="合格")
    return [
        lapsing,
        old,
        new,
        silent,
        in_force(fourth, clock, ends_on=date(2026, 8, 29)),
        in_force(fifth, clock),
    ]


@pytest.fixture
def broken(eventful_week, monkeypatch):
    """The one that goes on cannot be settled; `broken.mend()` puts it right."""
    silent, settle = eventful_week[3], daily.settle
    monkeypatch.setattr(
        daily,
        "settle",
        lambda agreement, today: 1 / 0 if agreement == silent else settle(agreement, today),
    )
    silent.mend = lambda: monkeypatch.setattr(daily, "settle", settle)
    return silent


# ── the edition desk: the people of the province, whose region is the edition's own ──


def _of_province(username, name, role, agency):
    return User.objects.create_user(username, name, role, "xieyi-2026-test", agency=agency)


@pytest.fixture
def writer(province_agency):
    return _of_province("sheng-jingban", "李若溪", Role.CLERK, province_agency)


@pytest.fixture
def second(province_agency):
    return _of_province("sheng-fuhe", "王存义", Role.REVIEWER, province_agency)


@pytest.fixture
def head(province_agency):
    return _of_province("sheng-fuzeren", "郭长河", Role.LEADER, province_agency)


@pytest.fixture
def copied(edition, writer):
    """A draft that is as the edition, with the next number."""
    return copy_edition(edition, by=writer)
