"""What the receipt of a paper brings about in its case (第八十四条): called by the door after each receipt."""

from agreements.clocks.actions import about_of, start_clocks
from agreements.clocks.named import start_clock_until
from agreements.gate import SYSTEM, perform

from ..models import BreachCase, RecoveryItem, Rectification
from ..models.recovery import DEMANDED
from ..models.rectification import SERVED as TO_RECTIFY


def intended_received(delivery):
    for case in BreachCase.objects.filter(notice_paper=delivery.paper, status="notified"):
        perform(case.begin_defence, by=SYSTEM, on=delivery.received_on)


def decision_received(delivery):
    for case in BreachCase.objects.filter(decision_paper=delivery.paper, status="decided"):
        perform(case.mark_served, by=SYSTEM, on=delivery.received_on)


def demand_received(delivery):
    """第六十条：the time to pay begins with the receipt of the notice, and no objection moves it."""
    agreement, paper = delivery.agreement, delivery.paper
    article, about = agreement.terms.recovery.article, about_of(paper)
    items = list(RecoveryItem.objects.filter(paper=paper, status__in=["pending", "owing"]))
    if not items:  # the decision was quashed meanwhile
        return
    # What is demanded after an offset has a time of its own, which the text does not name.
    again = any(item.status == "owing" for item in items)
    asked = [one for one in agreement.terms.deadlines.values() if one.start_event == DEMANDED]
    start_clocks(
        agreement,
        DEMANDED,
        delivery.received_on,
        about,
        lambda term: article in term.articles and (len(asked) == 1 or term.default == again),
    )
    clock = agreement.deadlines.filter(event=DEMANDED, about=about).first()
    for item in items:
        perform(item.notify, by=SYSTEM, on=delivery.received_on, due_on=clock.due_on if clock else None)


def rectification_received(delivery):
    for one in Rectification.objects.filter(paper=delivery.paper).exclude(status="cancelled"):
        start_clock_until(one.agreement, TO_RECTIFY, delivery.received_on, one.due_on, one.about)
