"""What follows from permits beyond the door: the paper of a permit falls with it."""

from django.db import transaction

from ..gate import perform
from ..models import Paper


def draft(agreement, act, *, by, address="", **facts):
    """The hospital begins a request: `draft_permit` or `draft_consultation`. Returns it. Raises RuleBroken."""
    requests = {"draft_permit": "permitrequests", "draft_consultation": "priorconsultations"}[act]
    agreement = perform(getattr(agreement, act), by=by, address=address, **facts)
    return getattr(agreement, requests).latest("pk")


@transaction.atomic
def revoke(permit, *, by, address="", reason, on):
    """Take a permit back; whoever verifies its paper reads that it is void. Returns the permit. Raises RuleBroken."""
    permit = perform(permit.revoke, by=by, address=address, reason=reason, on=on)
    paper = permit.answer_paper
    if paper and paper.status != Paper.Status.VOIDED:
        perform(paper.make_void, by=by, address=address, reason=f"准予已收回：{reason}"[:200])
    return permit
