"""What may stand against an act on a background job, each a sentence."""

from datetime import timedelta

from ..gate import rule

SILENCE = timedelta(minutes=10)  # a run that says nothing for so long was killed


@rule("后台任务", "这项任务正在运行，等它办完；{minutes}分钟没有动静才算中断")
def nothing_runs(job):
    running = job.status == job.Status.RUNNING and not job.is_interrupted
    return {"minutes": SILENCE.seconds // 60} if running else True


@rule("后台任务", "这次运行中断以后，任务已经由另一次运行接手")
def is_the_latest_run(job, attempt):
    return attempt == job.attempt
