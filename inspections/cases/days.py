"""What each day brings to breach cases: payments fall due, rectifications fall overdue (第六十条、第六十三条)."""

from datetime import timedelta

from agreements.gate import SYSTEM, perform

from ..models import RecoveryItem, Rectification

ONE_DAY = timedelta(days=1)


def payments_due(today):
    """Notified and not paid, and the last day is here or over."""
    waiting = RecoveryItem.objects.filter(due_on__lte=today, status="notified")
    behind = RecoveryItem.objects.filter(due_on__lt=today, status="due")
    return (waiting | behind).select_related("breach_case__agreement").order_by("pk")


def bring_payment(item, today):
    """第六十条：on its last day it is due; the day after it is owing. Returns the agreement."""
    move = item.fall_behind if item.due_on < today else item.fall_due
    return perform(move, by=SYSTEM, on=today).agreement


def rectifications_over(today):
    found = Rectification.objects.filter(due_on__lt=today, status__in=["pending", "returned"])
    return found.select_related("breach_case__agreement").order_by("pk")


def bring_rectification(rectification, today):
    """第六十三条、第六十四条：nothing came in time; the hold goes on. Returns the agreement."""
    return perform(rectification.fall_overdue, by=SYSTEM, on=today).agreement
