"""An agreement with a clock for each side that every text has, both due on the same day."""

from datetime import date, timedelta

from agreements.clocks.actions import start_clocks
from agreements.models import Message

from ..desk import TODAY

LAST, FAR = TODAY + timedelta(days=30), date(2090, 1, 1)


def owing_both(desk):
    """The agency has to pay by `LAST`, the hospital too; nobody has been told of it yet."""
    agreement = desk.signed()
    start_clocks(agreement, "claim_accepted", TODAY, "费用申报 1")
    start_clocks(agreement, "demand_received", TODAY, "缴款通知书 1")
    agreement.deadlines.update(due_on=FAR)
    agreement.deadlines.filter(rule__in=["T-03", "T-05"]).update(due_on=LAST)
    Message.objects.all().delete()
    return agreement
