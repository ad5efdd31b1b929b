"""Two workers at one batch at the same moment do each paper once (第八十四条). SQLite lets one write at a time anyway."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection

from agreements.batches import actions, printers, work
from agreements.gate import SYSTEM, perform
from agreements.models import Event, Paper, Sequence

from ..desk import TODAY
from .batch_world import many, without_copies

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="rows are locked on PostgreSQL only"),
]
COUNT, WORKERS = 12, 3


@pytest.fixture(autouse=True)
def no_golden_check(monkeypatch):
    monkeypatch.setattr(printers, "differences", lambda papers: "")


def at_once(*deeds):
    """Each deed in a thread of its own, all at the same moment. Returns what they returned."""
    ready, came = Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        ready.wait()
        try:
            came[place] = deed()
        except Exception as wrong:
            came[place] = wrong
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def begun(desk):
    batch = actions.ask("category=general", by=desk.clerk, output="files", begin=False)
    return work.begin(batch, 1)


def test_workers_side_by_side_take_different_papers_and_finish_the_batch(desk, regions, monkeypatch):
    agreements = without_copies(many(desk, regions, COUNT))
    last = Sequence.objects.get(name__startswith="文号", name__contains="协").last
    batch, chunk = begun(desk), work.chunk
    monkeypatch.setattr(work, "chunk", lambda one: chunk(one, 2))
    came = at_once(*[lambda: work.lane(batch, 1)] * WORKERS)
    assert came == ["settled"] * WORKERS
    papers = Paper.objects.filter(agreement__in=agreements, purpose="signed_copy")
    series = Paper.series(agreements[0].agency, "signed_copy", TODAY.year)
    assert sorted(p.number for p in papers) == sorted(f"{series}{last + n}号" for n in range(1, COUNT + 1))
    issued = Counter(Event.objects.filter(act="issue").values_list("subject", flat=True))
    assert all(issued[f"文书 {paper}"] == 1 for paper in papers)
    assert list(batch.items.values_list("state", "tries")) == [("done", 1)] * COUNT


def test_two_batches_of_the_same_agreements_owe_each_one_copy(desk, regions):
    agreements = without_copies(many(desk, regions, 6))
    asked = [actions.ask("category=general", by=desk.clerk, output="files", begin=False) for _ in range(2)]
    batches = [perform(one.start, by=SYSTEM, attempt=1) for one in asked]
    came = at_once(*[lambda one=one: work.lane(one, 1) for one in batches])
    assert came == ["settled"] * 2
    for agreement in agreements:
        assert agreement.papers.get(purpose="signed_copy").status == "issued"


def test_only_one_of_the_last_lanes_binds(desk, regions):
    many(desk, regions, 2)
    batch = begun(desk)
    work.lane(batch, 1)
    came = at_once(*[lambda: work.settled(batch, 1)] * WORKERS)
    assert sum(one is not None for one in came) == 1
