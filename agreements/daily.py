"""The daily work on agreements. It looks only at what is due, and gives the same records whenever it is caught up.

What takes effect is dated by the rule and not by the run, so five days off and five daily runs end alike.
What a run could not do stays as a DailyFailure until a later run, or somebody's button, has done it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone
from django.utils.timezone import localdate

from .actions import begin, due_to_begin
from .applications.actions import end_left_behind, left_behind
from .clocks import actions as clocks
from .gate import RuleBroken
from .messages.reminders import send_waiting, write_due
from .models import ChangeRequest, DailyFailure, PermitRequest, PriorConsultation, StopRequest
from .renewals.expiry import ONE_DAY, settle, unsettled
from .stops.lapses import end_overlong, overlong

log = logging.getLogger(__name__)
BROKEN = "办理出错，已记入运行日志，请系统管理员查看后重新办理"


@dataclass
class Report:
    """`done`: (what happened, agreement). `refused`: agreement number → why, to be put right and run again.

    `moved`, `started`: clocks whose due day the calendar changed, and rounds of recurring clocks that began.
    `reminded`, `mailed`: reminders written, and people to whom a mail went.
    """

    done: list = field(default_factory=list)
    refused: dict = field(default_factory=dict)
    moved: int = 0
    started: int = 0
    reminded: int = 0
    mailed: int = 0

    def add(self, label, agreements, refused):
        self.done += [(label, agreement) for agreement in agreements]
        self.refused |= refused

    def __str__(self):
        return f"办结{len(self.done)}份，未能办理{len(self.refused)}份"


@dataclass(frozen=True)
class Step:
    """`due`: what waits on a day, as a query; `deed` does one of them; `since`: the day on which it was due.

    `key`: what finds the one of a given agreement among them.
    """

    key: str
    due: Callable
    deed: Callable
    since: Callable


def ends_with_its_agreement(kind):
    """第七条：applications of a kind that are still open under agreements that have ended."""
    return Step(
        "agreement",
        lambda today: left_behind(kind),
        lambda application, today: end_left_behind(application, today),
        lambda application: application.agreement.ends_on,
    )


# Called by name at the moment of use, in the order of the rules.
STEPS = {
    DailyFailure.Step.LAPSE: Step(
        "agreement",
        lambda today: overlong(today).order_by("agreement_id", "pk"),
        lambda suspension, today: end_overlong(suspension, today),
        lambda suspension: suspension.latest_end + ONE_DAY,
    ),
    DailyFailure.Step.SETTLE: Step(
        "pk",
        lambda today: unsettled(today).with_parties().order_by("pk"),
        lambda agreement, today: settle(agreement, today),
        lambda agreement: agreement.ends_on + ONE_DAY,
    ),
    DailyFailure.Step.BEGIN: Step(
        "pk",
        lambda today: due_to_begin(today).order_by("pk"),
        lambda agreement, today: begin(agreement, today),
        lambda agreement: agreement.starts_on,
    ),
    DailyFailure.Step.CHANGES: ends_with_its_agreement(ChangeRequest),
    DailyFailure.Step.REQUESTS: ends_with_its_agreement(StopRequest),
    DailyFailure.Step.PERMITS: ends_with_its_agreement(PermitRequest),
    DailyFailure.Step.CONSULTED: ends_with_its_agreement(PriorConsultation),
}


# What is done about clocks: (today, net, only) → what came of it. `net` takes each clock, `only`: one agreement's.
CLOCK_STEPS = {
    DailyFailure.Step.CALENDAR: lambda today, net, only: clocks.follow_calendar(net, only),
    DailyFailure.Step.ROUND: lambda today, net, only: clocks.advance(today, net, only),
    DailyFailure.Step.REMIND: lambda today, net, only: write_due(today, net, only),
}


def run(today=None, tell=None):
    """Everything that the day brings to agreements, in the order of the rules. Returns a Report.

    A lapse within the term goes first (第七十九条); then the table settles what is over (第七十八条、第八十条（四）、第八十三条),
    so that what follows it finds its predecessor closed or holding over; then what was signed begins.
    `tell(done, total)` is called after each record.
    """
    today, report = today or localdate(), Report()
    beat = _Progress(sum(step.due(today).count() for step in STEPS.values()), tell) if tell else None
    alive = beat.alive if beat else lambda: None
    for step in STEPS:
        report.add(step.label, *_carry_out(step, today, beat=beat))
    done = {}
    for step in CLOCK_STEPS:
        done[step], refused = _clock_work(step, today, alive)
        report.refused |= refused
    report.moved, report.started = len(done[DailyFailure.Step.CALENDAR]), len(done[DailyFailure.Step.ROUND])
    report.reminded, report.mailed = done[DailyFailure.Step.REMIND], send_waiting(alive)
    return report


def settle_expired(today):
    """Every agreement whose last day is over, by the table. Returns (settled, refusals by number)."""
    return _carry_out(DailyFailure.Step.SETTLE, today)


def activate_due(today=None):
    """Every signed agreement whose first day has come. Returns (activated, refusals by number)."""
    return _carry_out(DailyFailure.Step.BEGIN, today or localdate())


def lapse_overlong(today):
    """Every requested suspension that lasted too long. Returns (agreements ended, refusals by number)."""
    return _carry_out(DailyFailure.Step.LAPSE, today)


def carry_out_again(failure, *, by, today=None):
    """One record that a run could not do, through the same step. Returns why not, or None when it is settled now."""
    DailyFailure.objects.filter(pk=failure.pk).update(asked_by=by)
    step, today, only = DailyFailure.Step(failure.step), today or localdate(), failure.agreement
    _, refused = (
        _clock_work(step, today, only=only) if step in CLOCK_STEPS else _carry_out(step, today, only=only)
    )
    return refused.get(only.number)


def _carry_out(name, today, only=None, beat=None):
    """All that is due of one step, or that of one agreement."""
    step = STEPS[name]
    due, open_rows = step.due(today), DailyFailure.objects.open().filter(step=name)
    if only:
        due = due.filter(**{step.key: only.pk})
        open_rows = open_rows.filter(agreement=only)
    done, failed = _each(due, step, today, beat)
    _keep(name, open_rows, failed, today)
    return done, {agreement.number: why for agreement, (why, _) in failed.items()}


def _clock_work(name, today, alive=lambda: None, only=None):
    """What one step does about all clocks, or those of one agreement. Returns (what it gives, refusals by number)."""
    net, open_rows = _Net(alive), DailyFailure.objects.open().filter(step=name)
    done = CLOCK_STEPS[name](today, net, only)
    _keep(name, open_rows.filter(agreement=only) if only else open_rows, net.reasons, today)
    return done, {agreement.number: why for agreement, (why, _) in net.reasons.items()}


class _Net(clocks.Straight):
    """One clock that cannot be dealt with is put on the list, and the others have their day."""

    def __init__(self, alive):
        self.alive, self.failed, self.reasons = alive, set(), {}

    def __call__(self, row, deed):
        try:
            return deed()
        except Exception:
            log.exception("daily work on clock %s of agreement %s", row.pk, row.agreement.number)
            self.failed.add(row.pk)
            self.reasons[row.agreement] = f"时限“{row.title}”：{BROKEN}", row.due_on + ONE_DAY
            return None


def _each(things, step, today, beat):
    done, failed = [], {}
    for thing in things:
        try:
            if changed := step.deed(thing, today):
                done.append(changed)
        except RuleBroken as why:
            failed[thing.case] = str(why), step.since(thing)
        except Exception:
            # One damaged record must not keep the others from their day; the log has the rest.
            log.exception("daily work on %s", thing.case.number)
            failed[thing.case] = BROKEN, step.since(thing)
        if beat:
            beat()
    return done, failed


def _keep(name, open_rows, failed, today):
    """What failed is on the list, once; what was on it and is done, or no longer due, is settled."""
    for agreement, (why, since) in failed.items():
        row, new = DailyFailure.objects.get_or_create(
            agreement=agreement, step=name, resolved_on=None,
            defaults={"due_on": min(since, today), "first_failed_on": today, "last_failed_at": timezone.now(),
                      "reason": why[:500]},
        )  # fmt: skip
        if not new:
            again = {"times": F("times") + 1, "last_failed_at": timezone.now(), "reason": why[:500]}
            DailyFailure.objects.filter(pk=row.pk).update(**again)
    # A run for an earlier day has not looked at what was due after it.
    settled = open_rows.filter(due_on__lte=today).exclude(agreement__in=list(failed))
    settled.update(resolved_on=today)


class _Progress:
    def __init__(self, total, tell):
        self.done, self.total, self.tell = 0, total, tell
        tell(0, total)

    def __call__(self):
        self.done += 1
        self.alive()

    def alive(self):
        """Something goes on, though none of what is counted is done: the run is not taken for dead (中断)."""
        self.tell(self.done, max(self.total, self.done))
