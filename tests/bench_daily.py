"""`make bench-daily`: the daily run over many agreements of which as many are due, at two sizes.

What is due has come there by the acts of people, as in the tests. The rest only has to lie in the tables beside it.
"""

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import django
import time_machine

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from agreements import actions, append_only, daily  # noqa: E402
from agreements.clocks import actions as clocks  # noqa: E402
from agreements.models import Agreement, Deadline, Edition, Event, Status, Suspension  # noqa: E402
from agreements.papers import printing  # noqa: E402
from agreements.papers.lanes import Printed  # noqa: E402
from institutions.actions import register_institution  # noqa: E402
from institutions.holidays import publish_notice  # noqa: E402
from institutions.models import HolidayNotice, Institution, InstitutionVersion, Level, Region  # noqa: E402
from institutions.workdays import calendar_for, stamp  # noqa: E402

from .conftest import _agency, _person, facts  # noqa: E402
from .desk import SCOPE, TODAY, Desk, signature  # noqa: E402

DUE = 100
TOO_MUCH = 1.5  # ten times the agreements, and the same work
ROUNDS = 3
BATCH = 2000
DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY
# Of a hundred agreements: how many are in which state.
STATES = [Status.ACTIVE] * 82 + [Status.SUSPENDED] * 6 + [Status.SIGNED] * 4 + [Status.TERMINATED] * 8


def main(sizes):
    printing.printed = lambda paper: Printed.alone(b"%PDF-1.7")  # papers are no part of the daily run
    with TemporaryDirectory() as scratch:
        times = [measured(size, Path(scratch)) for size in sizes]
    ratio = times[1] / times[0]
    print(f"比值 {ratio:.2f}（须小于 {TOO_MUCH}）")
    return ratio >= TOO_MUCH


def measured(size, scratch):
    """The best of some runs over a fresh database with this many agreements, in seconds."""
    from django.conf import settings

    settings.STORAGES["default"]["OPTIONS"]["location"] = scratch
    if connection.vendor == "sqlite":  # a test database of SQLite is in memory unless it has a name
        connection.settings_dict["TEST"]["NAME"] = str(scratch / f"{size}.sqlite3")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        began = perf_counter()
        fill(size)
        told = f"{Agreement.objects.count()}份协议、{Deadline.objects.open().count()}项未办结时限"
        print(f"{told}，备好用了{perf_counter() - began:.0f}秒", flush=True)
        return best_run(size)
    finally:
        append_only.unprotect(connection)
        connection.creation.destroy_test_db(name, verbosity=0)


def best_run(size):
    daily.run(TODAY - 60 * DAY)  # finds nothing: the first run of a process loads what all later ones have
    times = [timed_run(keep=False) for _ in range(ROUNDS)] + [timed_run(keep=True)]
    assert daily.run(TODAY).done == [], "a second run found something to do"
    print(
        f"{size}份，其中{DUE}份到期：{min(times):.2f}秒（{'、'.join(f'{one:.2f}' for one in times)}）",
        flush=True,
    )
    return min(times)


def timed_run(keep):
    # SQLite works in this process: its own time does not depend on what else the machine is doing.
    clock = process_time if connection.vendor == "sqlite" else perf_counter
    with transaction.atomic():
        began = clock()
        report = daily.run(TODAY)
        took = clock() - began
        transaction.set_rollback(not keep)
    assert len(report.done) == DUE and not report.refused, (
        Counter(label for label, _ in report.done),
        report.refused,
    )
    return took


# ── what is due ──


def fill(size):
    call_command("load_calendar", verbosity=0)
    known = HolidayNotice.objects.live().values_list("year", flat=True)
    for year in {*range(TODAY.year - 2, TODAY.year + 4)} - {*known}:
        publish_notice(year, [], number=f"测量用〔{year}〕")
    Region.objects.create(code="630000", name="青海省")
    regions = {"630100": Region.objects.create(code="630100", name="西宁市", parent_id="630000")}
    regions["630105"] = Region.objects.create(code="630105", name="城北区", parent_id="630100")
    call_command("load_editions", verbosity=0)
    agency = _agency(regions, "630100", Level.PREFECTURE, "西宁市医疗保障经办服务中心")
    people = [_person(role, role, role, agency=agency) for role in ("clerk", "reviewer", "leader")]
    for number in range(DUE):
        hospital = register_institution(
            f"H63010590{number:03d}", regions["630105"], by=None, **facts(f"到期第{number}医院", number)
        )
        sides = [
            _person(f"{role}{number}", role, role, institution=hospital) for role in ("operator", "signatory")
        ]
        (expiring, starting, overlong)[number % 3](Desk(*people, *sides, hospital))
    Rest(agency, people[0], regions["630105"]).fill(size - DUE)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server itself does sooner or later


def expiring(desk):
    """Nobody asked for renewal (第八十条（四）)."""
    desk.signed(starts_on=TODAY - 364 * DAY, ends_on=YESTERDAY)


def starting(desk):
    agreement = desk.confirmed(starts_on=TODAY, ends_on=TODAY + 364 * DAY)
    agreement = actions.fix_text(agreement, by=desk.reviewer, today=YESTERDAY)
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        agreement = actions.sign(agreement, side, by=by, today=YESTERDAY, **signature(name, YESTERDAY))
    assert agreement.status == Status.SIGNED


def overlong(desk):
    """Suspended on request, and not asked to go on (第七十九条)."""
    agreement = desk.signed(starts_on=TODAY - 300 * DAY, ends_on=TODAY + 65 * DAY)
    day = TODAY - 215 * DAY
    with time_machine.travel(day):  # nobody may suspend until a day that is past
        desk.suspended(agreement, on=day)


# ── the rest ──


class Rest:
    """Agreements on which the day has nothing to do, with their hospitals, clocks, suspensions and a line of record.

    Written straight into the tables: by acts a hundred thousand of them would take hours, and what a run does not
    touch need not have come there by the door.
    """

    def __init__(self, agency, clerk, region):
        self.agency, self.clerk, self.region = agency, clerk, region
        self.edition, self.calendar, self.stamp = Edition.objects.newest(), calendar_for(), stamp()
        self.version = InstitutionVersion.objects.first()
        self.clocks = {}  # term → rows to copy: the terms of many agreements are the same

    def fill(self, number):
        for first in range(0, number, BATCH):
            with transaction.atomic():
                self.some(range(first, min(first + BATCH, number)))

    def some(self, numbers):
        hospitals = Institution.objects.bulk_create(
            Institution(code=f"H63{number:09d}", region=self.region) for number in numbers
        )
        self.name(hospitals)
        agreements = Agreement.objects.bulk_create(
            self.agreement(number, hospital) for number, hospital in zip(numbers, hospitals, strict=True)
        )
        stopped = [one for one in agreements if one.status == Status.SUSPENDED]
        Suspension.objects.bulk_create(self.suspension(one) for one in stopped)
        Event.objects.bulk_create(self.event(one) for one in agreements)
        Deadline.objects.bulk_create(row for one in agreements for row in self.rows(one))

    def name(self, hospitals):
        facts = {
            f.attname: getattr(self.version, f.attname) for f in InstitutionVersion._meta.concrete_fields
        }
        facts = {name: value for name, value in facts.items() if name not in ("id", "institution_id", "name")}
        versions = InstitutionVersion.objects.bulk_create(
            InstitutionVersion(**facts, institution=one, name=f"医院{one.code}") for one in hospitals
        )
        for one, version in zip(hospitals, versions, strict=True):
            one.current = version
        Institution.objects.bulk_update(hospitals, ["current"])

    def agreement(self, number, hospital):
        status = STATES[number % len(STATES)]
        starts_on = (
            TODAY - (30 + number % 90) * DAY if status != Status.SIGNED else TODAY + (1 + number % 40) * DAY
        )
        return Agreement(
            number=f"630100-{starts_on.year}-F{number:06d}", agency=self.agency, institution=hospital,
            edition=self.edition, status=status, starts_on=starts_on, ends_on=starts_on + 364 * DAY,
            drafted_by=self.clerk, confirmed_by=self.clerk, snapshot={"cover": {}, "fixed_on": "2026-01-01"},
            events_count=1, **SCOPE,
        )  # fmt: skip

    def suspension(self, agreement):
        start = stopped_on(agreement)
        return Suspension(
            agreement=agreement, cause="requested", article="第七十九条", reason="停业装修", requested_on=start,
            started_on=start, planned_end=start + 90 * DAY, latest_end=start + 180 * DAY, back_to=Status.ACTIVE,
        )  # fmt: skip

    def event(self, agreement):
        event = Event(
            agreement=agreement, seq=1, at=timezone.now(), effective_on=agreement.starts_on, actor=self.clerk,
            actor_name="马青禾", actor_role="clerk", unit_name=self.agency.name, subject=f"协议 {agreement.number}",
            act="draft", label="起草协议", article="第三条", after=agreement.status, details={},
        )  # fmt: skip
        event.hash = event.digest()
        return event

    def rows(self, agreement):
        """The open clocks that its acts would have started; nobody is to be reminded of one today."""
        if agreement.status not in (Status.ACTIVE, Status.SUSPENDED):
            return []
        events = [("agreement_start", agreement.starts_on), ("agreement_end", agreement.ends_on)]
        if agreement.status == Status.SUSPENDED:
            events += [("suspension_start", stopped_on(agreement)), ("hold_start", TODAY - 2 * DAY)]
        return [
            copied(row, agreement) for event, day in events for row in self.started(event, day, agreement)
        ]

    def started(self, event, day, agreement):
        if (event, day) not in self.clocks:
            self.clocks[event, day] = [
                clocks._row(agreement, term, side, day, "", self.calendar)
                for term in self.edition.terms.deadlines.values()
                if term.start_event == event and term.length is not None and term.unit != "count"
                for side in term.bound
            ]
            for row in self.clocks[event, day]:
                row.counted_with = self.stamp
        return self.clocks[event, day]


def stopped_on(agreement):
    return max(agreement.starts_on, TODAY - 40 * DAY) + 10 * DAY


def copied(row, agreement):
    values = {f.attname: getattr(row, f.attname) for f in Deadline._meta.concrete_fields if f.name != "id"}
    return Deadline(**{**values, "agreement_id": agreement.pk})


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]]))
