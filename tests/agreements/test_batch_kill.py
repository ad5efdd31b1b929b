"""A worker killed in the middle of a batch loses nothing and doubles nothing, on both databases (第八十四条)."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from agreements.batches import actions, printers, work
from agreements.gate import SYSTEM, perform
from agreements.models import Event, Paper, PrintBatch, PrintItem, Sequence
from agreements.models.event import first_fault

from ..desk import TODAY
from .batch_world import many, without_copies

State = PrintItem.State
COUNT = 12
# A worker as the portal starts it, whose press takes its time over each paper, so that there is a middle to kill it in.
WORKER = """
import sys, time
import django
django.setup()
from agreements.batches import work
from agreements.models import PrintBatch
from agreements.papers import printing
from agreements.papers.lanes import Printed
def slow(paper, *_):
    time.sleep(0.05)
    return Printed.alone(b"%PDF-1.7 " + paper.number.encode())
printing.printed = slow
work.CHUNK = 3
batch = PrintBatch.objects.get(pk=int(sys.argv[1]))
chunk = work.chunk
work.chunk = lambda one: chunk(one, 3)
print(work.lane(batch, int(sys.argv[2])), flush=True)
"""
LONGEST = 120  # seconds


@pytest.fixture
def database(transactional_db, tmp_path):
    """A function: the address of the test's database for another process. A SQLite one in memory becomes a file first."""
    facts = connection.settings_dict
    kept = {"name": facts["NAME"]}

    def address():
        if connection.vendor == "postgresql":
            return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
        path = tmp_path / "portal.sqlite3"
        with sqlite3.connect(path) as file:
            connection.connection.backup(file)
        kept["connection"], connection.connection = connection.connection, None
        facts["NAME"] = str(path)
        return f"sqlite:///{path}"

    yield address
    if "connection" in kept:
        connection.close()
        facts["NAME"], connection.connection = kept["name"], kept["connection"]


def worker(batch, database, files):
    env = {**os.environ, "DATABASE_URL": database, "PORTAL_MODE": "test", "PORTAL_DATA": str(files),
           "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    program = [sys.executable, "-c", WORKER, str(batch.pk), str(batch.attempt)]
    return subprocess.Popen(program, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)


def until(told, what):
    end = monotonic() + LONGEST
    while not told():
        assert monotonic() < end, what
        sleep(0.02)


def out_of(batch):
    return batch.items.filter(state=State.DONE).count()


def test_a_worker_killed_in_mid_batch_loses_and_doubles_nothing(
    desk, regions, database, tmp_path, monkeypatch, settings
):
    monkeypatch.setattr(printers, "differences", lambda papers: "")
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files", "base_url": None}}}  # fmt: skip
    agreements = without_copies(many(desk, regions, COUNT))
    series = Paper.series(agreements[0].agency, "signed_copy", TODAY.year)
    last = Sequence.objects.get(name=f"文号 {series}").last
    batch = actions.ask("category=general", by=desk.clerk, output="files", begin=False)
    work.begin(batch, 1)
    database = database()
    first = worker(batch, database, tmp_path)
    until(
        lambda: 3 <= out_of(batch) < COUNT and batch.items.filter(state=State.CLAIMED).exists(),
        "nothing was printed",
    )
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert first.returncode == -signal.SIGKILL and 0 < out_of(batch) < COUNT
    # What it had in hand is found as soon as its claim is old, by two others at once.
    PrintItem.objects.filter(state=State.CLAIMED).update(claimed_at=timezone.now() - 2 * work.CLAIM_LASTS)
    others = [worker(batch, database, tmp_path) for _ in range(2)]
    assert [other.communicate(timeout=LONGEST)[0].strip() for other in others] == ["settled"] * 2
    assert all_once(batch, agreements, series, last)
    assert perform(batch.bind, by=SYSTEM, attempt=1).status == PrintBatch.Status.BINDING


def all_once(batch, agreements, series, last):
    """Each agreement has one copy that is out, each number is used once and none is missing, every chain is whole."""
    papers = Paper.objects.filter(agreement__in=agreements, purpose="signed_copy")
    assert sorted(paper.number for paper in papers) == sorted(
        f"{series}{last + n}号" for n in range(1, COUNT + 1)
    )
    assert {paper.status for paper in papers} == {"issued"} and papers.count() == COUNT
    issued = Event.objects.filter(act="issue", subject__in=[f"文书 {paper}" for paper in papers])
    assert issued.count() == issued.values("subject").distinct().count() == COUNT
    assert all(Path(paper.file.path).read_bytes() == b"%PDF-1.7 " + paper.number.encode() for paper in papers)
    assert all(first_fault(paper.agreement) is None for paper in papers)
    assert list(batch.items.values_list("state", flat=True)) == [State.DONE] * COUNT
    return True
