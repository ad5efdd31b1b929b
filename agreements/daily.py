"""The daily work on agreements. It looks only at what is due, and gives the same records whenever it is caught up.

What takes effect is dated by the rule and not by the run, so five days off and five daily runs end alike.
"""

import logging
from dataclasses import dataclass, field

from django.utils.timezone import localdate

from . import clocks
from .actions import begin, due_to_begin
from .expiry import settle, unsettled
from .gate import RuleBroken
from .lapses import end_overlong, overlong

log = logging.getLogger(__name__)


@dataclass
class Report:
    """`done`: (what happened, agreement). `refused`: agreement number → why, to be put right and run again.

    `moved`, `started`: clocks whose due day the calendar changed, and rounds of recurring clocks that began.
    """

    done: list = field(default_factory=list)
    refused: dict = field(default_factory=dict)
    moved: int = 0
    started: int = 0

    def add(self, label, agreements, refused):
        self.done += [(label, agreement) for agreement in agreements]
        self.refused |= refused


def run(today=None):
    """Everything that the day brings to agreements, in the order of the rules. Returns a Report.

    A lapse within the term goes first (第七十九条); then the table settles what is over (第七十八条、第八十条（四）、第八十三条),
    so that what follows it finds its predecessor closed or holding over; then what was signed begins.
    """
    today, report = today or localdate(), Report()
    report.add("超期终止", *lapse_overlong(today))
    report.add("期满处理", *settle_expired(today))
    report.add("生效", *activate_due(today))
    report.moved, report.started = len(clocks.recompute()), len(clocks.advance(today))
    return report


def settle_expired(today):
    """Every agreement whose last day is over, by the table. Returns (settled, refusals by number)."""
    return _each(unsettled(today).with_parties().order_by("pk"), settle)


def activate_due(today=None):
    """Every signed agreement whose first day has come. Returns (activated, refusals by number)."""
    today = today or localdate()
    return _each(due_to_begin(today).order_by("pk"), lambda agreement: begin(agreement, today))


def lapse_overlong(today):
    """Every requested suspension that lasted too long. Returns (agreements ended, refusals by number)."""
    found = overlong(today).order_by("agreement_id", "pk")
    return _each(found, lambda suspension: end_overlong(suspension, today))


def _each(things, deed):
    done, refused = [], {}
    for thing in things:
        try:
            if changed := deed(thing):
                done.append(changed)
        except RuleBroken as why:
            refused[thing.case.number] = str(why)
        except Exception:
            # One damaged record must not keep the others from their day; the log has the rest.
            log.exception("daily work on %s", thing.case.number)
            refused[thing.case.number] = "办理出错，已记入运行日志，请系统管理员查看后重新运行"
    return done, refused
