"""Serving a paper on the other side, from the first sending to the receipt (第八十四条). Each step goes through the door."""

from django.db import transaction

from ..gate import perform


@transaction.atomic
def send(paper, *, by, on, address="", **details):
    """Serve a paper for the first time: its record is opened and it is sent. Returns the Delivery. Raises RuleBroken."""
    paper = perform(paper.serve, by=by, address=address, on=on)
    return perform(paper.delivery.send, by=by, address=address, on=on, **details)
