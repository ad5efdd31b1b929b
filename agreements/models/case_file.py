from django.db import models
from django.utils import timezone
from django.utils.timezone import localdate

from .event import as_kept
from .stateful import Stateful


class OwnCaseFile(Stateful):
    """What belongs to no agreement, or must leave no trace in its record (ADR 0011): a case file of its own.

    The door locks its row, and its acts are chained in `events`, rows of a `ChainedRow` of its own.
    """

    events_count = models.PositiveIntegerField(default=0, editable=False)
    events_head = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        abstract = True

    @property
    def case(self):
        return self

    def case_key(self):
        return type(self), self.pk

    def record(self, name, custom, subject, by, address, before, details):
        """Add one row to its own chain. The caller holds the lock on this row."""
        last = self.events.order_by("-seq").first()
        event = self.events.model(
            seq=last.seq + 1 if last else 1, previous=last.hash if last else "", at=timezone.now(),
            effective_on=details.get("on") or localdate(), actor_id=by.pk, actor_name=by.name, actor_role=by.role,
            unit_name=by.unit_name, address=address, act=name, label=custom["label"], article=custom["article"],
            before=before, after=self.status, details=as_kept(self.recorded(details)),
            **{self.events.field.name: self},
        )  # fmt: skip
        event.hash = event.digest()
        event.save(force_insert=True)
        self.events_count, self.events_head = event.seq, event.hash
        self.save(update_fields=["events_count", "events_head"])
        return event

    def recorded(self, details):
        """The details of an act as its record keeps them."""
        return details

    def after(self, thing, name, details):
        """What an act moves besides the thing itself: nothing, unless a class says so."""
