"""What the hospital asks about stopping, and how the leader's decision answers it (第七十九条、第八十条)."""

from ..gate import SYSTEM, perform
from ..models import StopRequest
from ..numbers import whole_number

OPENS = {
    StopRequest.Kind.SUSPEND: "draft_suspension",
    StopRequest.Kind.RESUME: "draft_resumption",
    StopRequest.Kind.END: "draft_ending",
}


def draft_stop(agreement, kind, *, by, address="", **facts):
    """The hospital begins a request of this kind. Returns the StopRequest. Raises RuleBroken."""
    agreement = perform(getattr(agreement, OPENS[kind]), by=by, address=address, **facts)
    return agreement.stoprequests.latest("pk")


def answer(agreement, proposal, by):
    """The open request that a decided proposal was made on is granted with it. Returns it, or None."""
    # By its own state alone: the decision may just have ended the agreement.
    waiting = agreement.stoprequests.filter(status__in=StopRequest.MAY_BE_GRANTED)
    request = next((one for one in waiting if one.is_meant_by(proposal)), None)
    return request and perform(request.grant, by=SYSTEM, decided_by=by, on=proposal.typed_details()["on"])


def prefill(agreement, name, pk):
    """What the clerk's form for an act begins with when it is opened from a request; empty without one."""
    if (pk := whole_number(pk)) is None:
        return {}
    request = agreement.stoprequests.exclude(filed_on=None).filter(pk=pk).first()
    return request.proposed_details if request and request.act == name else {}
