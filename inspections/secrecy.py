"""What of an inspection's record the hospital does not see (第五十七条)."""

from django.db.models import Q, Value
from django.db.models.functions import Concat

from .models import Inspection

# Signals and the team's own work: the hospital is told the result, not how it was come by.
INTERNAL = [
    "plan",
    "revise_plan",
    "record_checks",
    "draw_sample",
    "record_visit",
    "add_finding",
    "change_finding",
    "drop_finding",
]


def hidden_events():
    """Everything before the hospital is told of an inspection, and what stays the agency's own afterwards."""
    subject = Concat(Value(f"{Inspection.kind_name} "), "number")
    unknown = Inspection.objects.filter(notified_on=None, began_on=None).annotate(subject=subject)
    own_work = Q(subject__startswith=f"{Inspection.kind_name} ", act__in=INTERNAL)
    return own_work | Q(subject__in=unknown.values("subject"))
