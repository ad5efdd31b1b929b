"""`make bench-batch`: signed agreements through the queue with two real workers: rows, record of events and files.

The agreements lie in the tables as if signed on paper elsewhere, with both signatures and without a copy; a batch
numbers, prints, seals and issues each. The workers are the portal's own (`manage.py qcluster`).
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F, Value  # noqa: E402
from django.db.models.functions import Concat  # noqa: E402
from django.utils import timezone  # noqa: E402

from agreements import append_only  # noqa: E402
from agreements.batches import actions, outputs  # noqa: E402
from agreements.batches.figures import figures_of  # noqa: E402
from agreements.gate import SYSTEM, perform, perform_each  # noqa: E402
from agreements.models import Agreement, Edition, Paper, PrintBatch, SignRecord  # noqa: E402
from agreements.models.event import first_fault  # noqa: E402
from agreements.papers import lanes  # noqa: E402
from agreements.papers.cover import cover_values  # noqa: E402
from institutions.actions import register_institution  # noqa: E402
from institutions.models import Level, Region  # noqa: E402

from .agreements.seal_world import seal_in_use  # noqa: E402
from .bench_daily import BATCH, Rest  # noqa: E402
from .conftest import _agency, _person, facts  # noqa: E402
from .desk import TERM  # noqa: E402

SECONDS_FOR_5000 = 30
MEGABYTES = 300
DOOR = 200  # papers through the door, one by one and at once
LOOK_SECONDS = 0.25
QUEUE = "agreements.jobs.queue.by_django_q"  # in this process too: what it asks for, the workers do


def main(count, workers):
    with TemporaryDirectory() as scratch:
        prepare(Path(scratch))
        try:
            clerk = fill(count + 2 * DOOR)
            door()
            took, peaks = through_the_queue(count, workers, clerk)
            told(count, took, peaks)
            binding()
        finally:
            append_only.unprotect(connection, tables())
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
    return took * 5000 / count > SECONDS_FOR_5000 or max(peaks) > MEGABYTES


# ── a portal with many signed agreements ──


def prepare(scratch):
    """A database of its own, made from the models: what a migration would take minutes for is not measured here."""
    settings.JOB_QUEUE = QUEUE
    settings.MIGRATION_MODULES = dict.fromkeys(("institutions", "agreements", "inspections"))
    if connection.vendor == "sqlite":  # a test database of SQLite is in memory unless it has a name
        connection.settings_dict["TEST"]["NAME"] = str(scratch / "batch.sqlite3")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    append_only.protect(connection, tables())


def tables():
    return append_only.ALL


def fill(count):
    Region.objects.create(code="630000", name="青海省")
    regions = {"630100": Region.objects.create(code="630100", name="西宁市", parent_id="630000")}
    regions["630105"] = Region.objects.create(code="630105", name="城北区", parent_id="630100")
    call_command("load_editions", verbosity=0)
    agency = _agency(regions, "630100", Level.PREFECTURE, "西宁市医疗保障经办服务中心")
    clerk, reviewer, leader = (
        _person(role, role, role, agency=agency) for role in ("clerk", "reviewer", "leader")
    )
    register_institution("H63010599999", regions["630105"], by=None, **facts("西宁湟滨医院", 1))
    seal_in_use(agency, reviewer, leader, "rsa2048")
    lanes.form_of(Edition.objects.newest())  # published once with the edition, and not by a batch
    Signed(agency, clerk, regions["630105"]).fill(count)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return clerk


class Signed(Rest):
    """Signed agreements, each with its cover, both signatures and the first line of its record."""

    def fill(self, count):
        for first in range(0, count, BATCH):
            with transaction.atomic():
                self.some(range(first, min(first + BATCH, count)))
                fresh = Agreement.objects.order_by("-pk")[:BATCH].select_related(
                    "institution__current", "agency__current"
                )
                fresh = [one for one in fresh if not one.snapshot["cover"]]
                for one in fresh:
                    one.snapshot = {"fixed_on": TERM["starts_on"].isoformat(), "cover": cover_values(one)}
                    event = one.events.get()
                    one.events_head = event.hash
                Agreement.objects.bulk_update(fresh, ["snapshot", "events_head"], batch_size=500)
                SignRecord.objects.bulk_create(row for one in fresh for row in self.signatures(one))

    def agreement(self, number, hospital):
        agreement = super().agreement(number, hospital)
        agreement.starts_on, agreement.ends_on = TERM["starts_on"], TERM["ends_on"]
        agreement.__dict__["status"] = "active"
        return agreement

    def event(self, agreement):
        event = super().event(agreement)
        event.details = {"starts_on": TERM["starts_on"].isoformat(), "ends_on": TERM["ends_on"].isoformat()}
        event.hash = event.digest()
        return event

    def rows(self, agreement):
        return []

    def signatures(self, agreement):
        for side, name in (("agency", "韩兆麟"), ("institution", "祁雪原")):
            yield SignRecord(
                agreement=agreement,
                side=side,
                name=name,
                capacity="legal",
                signed_on=TERM["starts_on"],
                statement="同意签署",
            )


# ── the door, one by one and at once ──


def door():
    """Milliseconds for one act through the door, with its row, its event and its file."""
    agreements = list(Agreement.objects.order_by("pk")[: 2 * DOOR])
    with transaction.atomic():
        papers = Paper.owe_each([(one, {}) for one in agreements], Paper.Purpose.ENDING_NOTICE, 2026)
    content, at = os.urandom(14_000), timezone.now()
    began = perf_counter()
    for paper in papers[:DOOR]:
        perform(paper.issue, by=SYSTEM, content=content, at=at)
    single = (perf_counter() - began) / DOOR
    began = perf_counter()
    outcomes = perform_each(
        "issue", [(paper, {"content": content, "at": at}) for paper in papers[DOOR:]], by=SYSTEM
    )
    each = (perf_counter() - began) / DOOR
    assert not any(outcome.why for outcome in outcomes)
    print(
        f"一步办理（行、记录、文件）：逐份 {1000 * single:.2f} 毫秒，成批 {1000 * each:.2f} 毫秒", flush=True
    )


# ── the queue ──


def through_the_queue(count, workers, clerk):
    """(seconds from the asking to the last paper, peak megabytes of each worker)."""
    first = Agreement.objects.order_by("pk")[2 * DOOR]
    query = f"q={first.number[:-6]}"
    Agreement.objects.filter(pk__lt=first.pk).update(number=Concat(Value("X"), F("number")))
    cluster = subprocess.Popen([sys.executable, "manage.py", "qcluster"], env=environment(workers))
    try:
        warm_up(cluster, workers)
        began = perf_counter()
        batch = actions.ask(query, by=clerk, output="files")
        assert figures_of(batch).done == 0, "printed by who asked, and not by the workers"
        peaks = {}
        while PrintBatch.objects.get(pk=batch.pk).status not in ("done", "partial", "paused"):
            peaks |= memory_of(cluster.pid)
            sleep(LOOK_SECONDS)
        took = perf_counter() - began
        peaks |= memory_of(cluster.pid)
    finally:
        cluster.terminate()
        cluster.wait()
    batch = PrintBatch.objects.get(pk=batch.pk)
    how = figures_of(batch)
    assert (batch.status, how.done, how.failed) == ("done", count, 0), (batch.message, how)
    papers = Paper.objects.filter(print_items__batch=batch)
    assert papers.filter(status="issued").values("number").distinct().count() == count
    assert all(first_fault(one.agreement) is None for one in papers.select_related("agreement")[:20])
    return took, sorted(peaks.values())[-workers:]


def environment(workers):
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"]
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else f"{url.rpartition('/')[0]}/{name}"
    return {
        **os.environ, "DATABASE_URL": url, "JOB_WORKERS": str(workers),
        "JOB_QUEUE": QUEUE,
    }  # fmt: skip


def warm_up(cluster, workers):
    """Until the cluster has its workers: what is measured is the work of a portal that runs."""
    while len(memory_of(cluster.pid)) < workers + 3 and cluster.poll() is None:
        sleep(LOOK_SECONDS)


def memory_of(parent):
    """{pid: peak megabytes} of all processes below this one."""
    found = {}
    for pid in children_of(parent):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        found[pid] = int(peak.split()[1]) / 1024
        found |= memory_of(pid)
    return found


def children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def told(count, took, peaks):
    sizes = [paper.file.size for paper in Paper.objects.filter(purpose="signed_copy", status="issued")[:200]]
    print(
        f"{count}份，{len(peaks)}个工作进程：{took:.1f}秒，每秒{count / took:.0f}份；"
        f"内存最多 {'、'.join(f'{one:.0f}' for one in peaks)} MB；每份存 {sum(sizes) / len(sizes) / 1024:.1f} KB",
        flush=True,
    )


# ── the outputs ──


def binding():
    batch = PrintBatch.objects.latest("pk")
    done = figures_of(batch).done
    for output in ("archive", "bundle"):
        PrintBatch.objects.filter(pk=batch.pk).update(output=output)
        batch.output = output
        began = perf_counter()
        _, _, size = outputs._into_storage(batch, batch.attempt)
        took = perf_counter() - began
        print(
            f"{batch.get_output_display()}：{took:.1f}秒，每秒{done / took:.0f}份，{size / 1e6:.0f} MB，每份 {size / done / 1024:.1f} KB",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
