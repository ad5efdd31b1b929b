"""Background jobs: asked for once, carried out by one worker at a time, carried on when a worker was killed."""

import logging

from django.db import transaction
from django.utils import timezone

from ..gate import SYSTEM, RuleBroken, perform
from ..models import Job
from .queue import enqueue

log = logging.getLogger(__name__)
BROKEN = "运行出错，已记入运行日志；处理后重新运行，已办理的不受影响"


class Replaced(Exception):
    """This run was taken for dead, and another one does its work."""


@transaction.atomic
def ask(name, day, subject="", *, by=SYSTEM, again=False):
    """The job of this name, day and subject, waiting for the worker. One that runs, or is done, is left alone.

    `again`: have it done once more even if it is done. Raises PermissionDenied for somebody else's job.
    """
    who = None if by is SYSTEM else by
    job, new = Job.objects.get_or_create(name=name, day=day, subject=subject, defaults={"asked_by": who})
    if not new and not _wants_a_run(job, again):
        return job
    if not new:
        job = perform(job.ask_again, by=by)
    enqueue("carry_out", job.pk)
    return job


def ask_again(job, *, by):
    """The button 重新运行. Raises PermissionDenied or RuleBroken."""
    with transaction.atomic():
        job = perform(job.ask_again, by=by)
        enqueue("carry_out", job.pk)
    return job


def _wants_a_run(job, again):
    return job.status == Job.Status.FAILED or job.is_interrupted or (again and job.status == Job.Status.DONE)


def run(job, work):
    """Run a job here, `work(job, tell)`, and write down how it ended. Returns what `work` returned.

    Raises RuleBroken when it runs elsewhere. A job that is delivered twice runs once: the second finds it taken.
    """
    if job.status != Job.Status.WAITING:
        job = perform(job.ask_again, by=SYSTEM)
    job = perform(job.start, by=SYSTEM)

    def tell(done, total):
        if not job.beat(done, total):
            raise Replaced(str(job))

    try:
        result = work(job, tell)
    except BaseException:
        # Also when somebody stops the process: the next run need not wait until this one is missed.
        log.exception("job %s", job)
        _closed(job.fail, job, BROKEN)
        raise
    _closed(job.finish, job, str(result))
    return result


def _closed(act, job, message):
    try:
        perform(act, by=SYSTEM, attempt=job.attempt, message=message)
    except RuleBroken as why:
        log.warning("job %s: %s", job, why)


def revive():
    """Whatever a killed worker took, begun or not, waits for a worker again. Returns how many."""
    found = list(Job.objects.interrupted())
    for job in found:
        try:
            ask_again(job, by=SYSTEM)
        except RuleBroken as why:  # somebody has pressed the button meanwhile
            log.info("job %s: %s", job, why)
    forgotten = list(Job.objects.forgotten().values_list("pk", flat=True))
    Job.objects.filter(pk__in=forgotten).update(heartbeat_at=timezone.now())
    for pk in forgotten:
        enqueue("carry_out", pk)
    return len(found) + len(forgotten)
