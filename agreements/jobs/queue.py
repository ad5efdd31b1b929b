"""The queue. This module alone knows the library behind it; `settings.JOB_QUEUE` names the function that hands over.

Another library is another function of the same shape, and its own timetable.
"""

from datetime import datetime, time

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

TASKS = "agreements.tasks"
AFTER_MIDNIGHT = time(0, 5)
EVERY_MINUTES = 10


def enqueue(name, *args):
    """Hand a function of `agreements.tasks` to the worker. Arguments are plain values: a key, a day."""
    import_string(settings.JOB_QUEUE)(f"{TASKS}.{name}", *args)


def by_django_q(task, *args):
    """Into a table of the same database: the worker sees it when, and only if, the transaction commits."""
    from django_q.tasks import async_task

    async_task(task, *args)


def at_once(task, *args):
    """Here and now, without a worker: for tests."""
    import_string(task)(*args)


def set_timetable():
    """What the worker does by the clock. Set again and again it stays the same. Returns what is on it, with the next time."""
    from django_q.models import Schedule

    today = datetime.combine(timezone.localdate(), AFTER_MIDNIGHT, timezone.get_default_timezone())
    wanted = {
        # From a moment that is past: a worker that starts after days off makes them up at once.
        "每日办理": {"func": f"{TASKS}.every_day", "schedule_type": Schedule.DAILY, "next_run": today},
        "补印文书、续办中断的任务": {
            "func": f"{TASKS}.every_few_minutes", "schedule_type": Schedule.MINUTES, "minutes": EVERY_MINUTES,
        },
    }  # fmt: skip
    rows = []
    for name, facts in wanted.items():
        lasting = {key: value for key, value in facts.items() if key != "next_run"}
        rows.append(Schedule.objects.update_or_create(name=name, defaults=lasting, create_defaults=facts)[0])
    return [(row.name, timezone.localtime(row.next_run)) for row in rows]
