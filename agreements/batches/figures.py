"""How far a batch is, how fast it goes and how long it will take. Counts in one query."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from ..models import PrintItem

State = PrintItem.State
LEAST_SECONDS = 1  # before that a rate says nothing


@dataclass(frozen=True)
class Figures:
    """`rate`: papers a second in this run, None while unknown; `left`: timedelta, None while unknown."""

    total: int
    done: int
    failed: int
    excluded: int
    rate: float | None = None

    @property
    def settled(self):
        return self.done + self.failed

    @property
    def percent(self):
        return 100 * self.settled // self.total if self.total else 0

    @property
    def left(self):
        if not self.rate or self.settled >= self.total:
            return None
        return timedelta(seconds=round((self.total - self.settled) / self.rate))

    @property
    def left_in_words(self):
        if self.left is None:
            return ""
        seconds = int(self.left.total_seconds())
        if seconds < 60:
            return f"{max(seconds, 1)} 秒"
        minutes = -(-seconds // 60)
        return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分钟"

    @property
    def rate_in_words(self):
        if self.rate is None:
            return ""
        return f"{self.rate:.0f} 份/秒" if self.rate >= 1 else f"{self.rate * 60:.0f} 份/分钟"


def figures_of(batch, now=None):
    """The Figures of one batch. One query."""
    counts = dict(batch.items.order_by().values_list("state").annotate(Count("pk")))
    done, failed = counts.get(State.DONE, 0), counts.get(State.FAILED, 0)
    excluded = counts.get(State.EXCLUDED, 0)
    return Figures(
        sum(counts.values()) - excluded, done, failed, excluded, _rate(batch, done, now or timezone.now())
    )


def _rate(batch, done, now):
    if not batch.run_at or batch.status not in batch.GOING_ON:
        return None
    seconds = (now - batch.run_at).total_seconds()
    return (done - batch.run_from) / seconds if seconds >= LEAST_SECONDS and done > batch.run_from else None
