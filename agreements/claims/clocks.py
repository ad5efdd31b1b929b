"""The clocks of a monthly claim: to pay it (第三十九条), and to ask for reconciliation (第七条（三）).

While payment is held on an article of the edition's grounds the first stands still, and so it does on the days of
a failure that the leader has put on record; every whole day is given back once.
"""

from datetime import timedelta

from institutions.workdays import calendar_for

from ..clocks.actions import CLAIMED, Status, about_of, close_rows, compute, start_clocks

TO_PAY, TO_RECONCILE = CLAIMED
HELD = "暂停拨付"
ONE_DAY = timedelta(days=1)
# Acts on the agreement after which payment may stand still, or go on.
MOVES_HOLDS = {"hold_payment", "release_payment", "suspend_for_investigation", "resume", "receive_claim"}


def of_claim(claim):
    """Its Deadlines, whatever has become of them."""
    return claim.agreement.deadlines.filter(event__in=CLAIMED, about=about_of(claim))


def payment_clock(claim):
    return of_claim(claim).filter(event=TO_PAY).first()


def follow_claim(claim, act, details):
    """What an act on a claim does to its two clocks."""
    agreement, about, day = claim.agreement, about_of(claim), details["on"]
    running = agreement.deadlines.open().filter(about=about)
    if act == "return_claim":
        close_rows(running.filter(event=TO_PAY), Status.DROPPED, day)
    elif act == "finish_audit":
        start_clocks(agreement, TO_RECONCILE, day, about, note=claim.month_name)
        if not claim.allowed:
            close_rows(running.filter(event=TO_PAY), Status.MET, day)
    elif act == "pay":
        close_rows(running.filter(event=TO_PAY), Status.MET, day)
    elif act == "note_failure":
        for row in running.filter(event=TO_PAY):
            _give_back(row, details["first_day"], details["last_day"], details["reason"])
    elif act == "ask_reconciliation":
        close_rows(running.filter(event=TO_RECONCILE), Status.MET, day)


def follow_holds(agreement, act):
    """After an act that may have begun or ended a hold: the clocks of payment stand still, or go on."""
    if act not in MOVES_HOLDS:
        return
    pausing = {ground.article_label for ground in agreement.terms.hold_grounds}
    holds = list(agreement.payment_holds.filter(article__in=pausing))
    for row in agreement.deadlines.open().filter(event=TO_PAY):
        _rest_on(row, holds)


def _rest_on(row, holds):
    """Said anew from all holds there are: the same however often, and in whatever order they began and ended."""
    earliest = row.started_on + ONE_DAY  # the day of the start is not counted anyway
    row.pauses = [one for one in row.pauses if one[2] != HELD]
    for hold in holds:
        first, last = max(hold.started_on, earliest), hold.released_on and hold.released_on - ONE_DAY
        if last and first <= last:
            row.pauses.append([first.isoformat(), last.isoformat(), HELD])
    row.paused_since = min((max(one.started_on, earliest) for one in holds if one.is_open), default=None)
    _count(row)


def _give_back(row, first, last, reason):
    first = max(first, row.started_on + ONE_DAY)
    row.pauses.append([first.isoformat(), last.isoformat(), reason])
    _count(row)


def _count(row):
    compute(row, row.term, calendar_for(row.agreement.agency.region))
    row.save(update_fields=["pauses", "paused_since", "due_on", "due_at", "provisional"])
