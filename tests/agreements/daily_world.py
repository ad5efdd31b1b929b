"""Agreements on given days, for the tests of the daily run."""

from datetime import date, timedelta

from agreements import actions
from agreements.gate import perform
from agreements.models import Agreement, DailyFailure
from institutions.actions import register_institution

from ..conftest import facts
from ..desk import signature

YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
ONE_DAY = timedelta(days=1)
LAST_RUN = date(2026, 9, 2)


def in_force(desk, clock, signed_on=None, **term):
    """Signed on the first day of its term, and so in force from it, or earlier and still to come."""
    term = {**YEAR, **term}
    day = signed_on or term["starts_on"]
    clock(day)
    agreement = actions.draft_agreement(desk.hospital, by=desk.clerk, **term, **desk.scope)
    agreement = perform(perform(agreement.negotiate, by=desk.clerk).confirm, by=desk.operator)
    agreement = actions.fix_text(agreement, by=desk.reviewer, today=day)
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        agreement = actions.sign(agreement, side, by=by, today=day, **signature(name, day))
    return agreement


def suspended(desk, clock, on, days=None, **term):
    agreement = in_force(desk, clock, **term)
    clock(on)
    return desk.suspended(agreement, on=on, days=days or desk.longest_stop)


def lapses(desk):
    """Whether a suspension that lasts too long ends an agreement under this text."""
    return desk.terms.suspension.ends_automatically_after_days is not None


def fates(desk):
    """What becomes of the six of the eventful week under this text."""
    extends = bool(desk.terms.expiry.extension_months)
    return [
        "terminated" if lapses(desk) else "active", "renewed", "active",
        "active" if extends else "continued", "active" if extends else "terminated", "active",
    ]  # fmt: skip


def goes_on_since(agreement):
    """The first day after its term, since which it holds over or is extended."""
    agreement = fresh(agreement)
    extension = agreement.extensions.last()
    return extension.started_on if extension else agreement.holdover.started_on


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def records(agreement):
    """What is kept about an agreement, save when it was written down: the moment, and the day of the run."""
    agreement = fresh(agreement)
    rows = agreement.events.values_list("act", "effective_on", "before", "after", "details")
    for *_, details in rows:
        details.pop("today", None)
    ending = getattr(agreement, "ending", None)
    stops = agreement.suspensions.values_list("cause", "started_on", "closed_on", "closing_reason")
    return (
        agreement.status,
        list(rows),
        ending and (ending.kind, ending.reason, ending.effective_on),
        list(stops),
    )


def other_desk(desk, regions, number):
    name = f"西宁海湖第{number}医院"
    region = desk.hospital.region
    hospital = register_institution(
        f"H{region.code}0000{number}",
        region,
        by=None,
        **facts(name, number, grade=desk.hospital.current.grade),
    )
    return desk.beside(hospital)


def failures():
    rows = DailyFailure.objects.order_by("pk")
    return list(
        rows.values_list("agreement__number", "step", "due_on", "first_failed_on", "times", "resolved_on")
    )
