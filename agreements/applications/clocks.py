"""The clocks of what the hospital files: its own duty, the agency's answer, and when either stands still (第七、七十六条)."""

from institutions.workdays import calendar_for

from ..clocks.actions import RECEIVED, Status, about_of, close_rows, compute, start_clocks, stop_clocks
from ..clocks.deadlines import ONE_DAY
from ..models.deadline import Deadline


def follow_application(application, act, details):
    """第七条、第七十六条：the hospital's own clock ends with its submission, and the agency's answer begins.

    While the hospital completes its papers (补正) the agency's clock stands still.
    """
    agreement, about, day = application.agreement, about_of(application), details.get("on")
    answer = agreement.deadlines.open().filter(event=RECEIVED, about=about)
    if act == "rewrite":
        _restart(
            agreement.deadlines.filter(event=application.duty_event, about=about),
            application.approved_on,
        )
    elif act == "submit":
        stop_clocks(agreement, application.duty_event, day, about=[about, *application.also_meets])
        if not application.granted_on_receipt:
            start_clocks(agreement, RECEIVED, day, about)
    elif act == "return_for_completion":
        _pause(answer, day)
    elif act == "refile":
        _go_on(answer, day)
    elif act in ("grant", "refuse"):
        close_rows(answer, Status.MET, day)
    elif act in ("withdraw", "end_with_case"):
        running = agreement.deadlines.open().filter(about=about)
        close_rows(running.filter(due_on__lt=day, paused_since=None), Status.MISSED, day)
        close_rows(running, Status.DROPPED, day)


def _pause(rows, day):
    for row in rows.filter(paused_since=None):
        row.paused_since = day
        row.save(update_fields=["paused_since"])


def _go_on(rows, day, reason="补正"):
    """Give back every whole day between the return and the new submission, the day of the return not counted."""
    for row in rows.exclude(paused_since=None).select_related("agreement__agency__region"):
        first, row.paused_since = row.paused_since + ONE_DAY, None
        if first <= day:
            row.pauses.append([first.isoformat(), day.isoformat(), reason])
        _recount(row)


def wait_from(row, day):
    """A clock that a proof answers stands still while the agency looks at the proof."""
    _pause(Deadline.objects.open().filter(pk=row.pk), day)


def go_on_from(row, day):
    """The proof was sent back: the clock goes on, with the days given back."""
    _go_on(Deadline.objects.open().filter(pk=row.pk), day, "核对证明")


def met_on(row, day):
    """The proof was taken note of: the clock is met on the day on which that proof was handed in."""
    close_rows(Deadline.objects.open().filter(pk=row.pk), Status.MET, day)


def _restart(rows, day):
    for row in rows.select_related("agreement__agency__region"):
        row.started_on, row.terms_of = day, day
        _recount(row)


def _recount(row):
    compute(row, row.term, calendar_for(row.agreement.agency.region))
    row.save()
