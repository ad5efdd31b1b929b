"""What the worker does. Each may be delivered twice, stopped half way and run again: done work is not done twice."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.timezone import localdate

from . import daily as daily_work
from .batches import actions as batches
from .batches import outputs
from .batches import work as printing
from .jobs import actions as jobs
from .jobs.queue import enqueue
from .models import Job, Paper, PolicySupplement, PrintBatch
from .papers.printing import print_owed
from .supplements import work as supplements

JUST_OWED = timedelta(minutes=2)  # whoever owes a paper prints it at once; this is for what stayed behind


# ── by the clock (`queue.set_timetable`) ──


def every_day():
    """The daily job of today, unless it exists."""
    jobs.ask(Job.Name.DAILY, localdate())


def every_few_minutes():
    """What a killed worker left, and papers that could not be printed."""
    jobs.revive()
    batches.revive()
    batches.clear_outputs()
    if owed_papers().exists():
        jobs.ask(Job.Name.PAPERS, localdate(), again=True)


# ── batches of papers: one begins, as many print as there are workers, one binds ──


def begin_batch(pk, attempt):
    """Compare a sample, then let every worker print."""
    batch = _run_of(pk, attempt, PrintBatch.Status.WAITING)
    if batch and printing.begin(batch, attempt):
        for _ in range(settings.Q_CLUSTER["workers"]):
            enqueue("print_lane", pk, attempt)


def print_lane(pk, attempt):
    """Some seconds' printing, then other jobs have their turn."""
    batch = _run_of(pk, attempt, PrintBatch.Status.RUNNING)
    came = batch and printing.lane(batch, attempt, printing.TURN_SECONDS)
    if came == "more":
        enqueue("print_lane", pk, attempt)
    if came == "settled" and printing.settled(batch, attempt):
        enqueue("bind_batch", pk, attempt)


def bind_batch(pk, attempt):
    """The output, and the end."""
    if batch := _run_of(pk, attempt, PrintBatch.Status.BINDING):
        outputs.bind(batch, attempt)


def _run_of(pk, attempt, status):
    """The batch while this is its run and it is at this point; what is delivered twice finds None."""
    return PrintBatch.objects.filter(pk=pk, attempt=attempt, status=status).first()


# ── jobs ──


def carry_out(pk):
    """Run the job with this key, once: a second delivery finds it taken or done."""
    job = Job.objects.get(pk=pk)
    if job.status == Job.Status.WAITING or job.is_interrupted:
        jobs.run(job, WORK[job.name])


def daily(job, tell):
    """Every day up to the job's own."""
    return daily_work.run(job.day, tell)


def print_owed_papers(job, tell):
    """Each owed paper is tried once; one that fails keeps its reason and stays owed."""
    papers = list(owed_papers().select_related("agreement__edition"))
    out = 0
    for number, paper in enumerate(papers, 1):
        out += print_owed(paper)
        tell(number, len(papers))
    return f"印出{out}份，没有印出{len(papers) - out}份"


def send_supplements(job, tell):
    """A supplement to every agreement that was chosen for it; `job.subject`: its number and the round."""
    number, _, _ = job.subject.rpartition("-")
    return supplements.carry_out(PolicySupplement.objects.get(number=number), tell)


def owed_papers():
    return Paper.objects.filter(status=Paper.Status.OWED, created_at__lt=timezone.now() - JUST_OWED).order_by(
        "pk"
    )


WORK = {
    Job.Name.DAILY: daily,
    Job.Name.PAPERS: print_owed_papers,
    Job.Name.SUPPLEMENTS: send_supplements,
}
