"""A batch from the asking to its output: asked for, paused, resumed, cancelled, retried, taken up after a kill."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.timezone import localdate

from .. import permissions
from ..gate import SYSTEM, RuleBroken, perform
from ..jobs.queue import enqueue
from ..models import Paper, PrintBatch, PrintItem, Sequence
from .selection import EXCLUDED, INCLUDED, chosen, judged

log = logging.getLogger(__name__)
AT_ONCE = 2000  # rows an insert
NOTHING = "没有可以打印的协议，换个条件（第八十四条）"


def ask(
    query,
    *,
    by,
    agency=None,
    purpose=PrintBatch.Purpose.SIGNED_COPY,
    output=PrintBatch.Output.ARCHIVE,
    begin=True,
):
    """A new batch of what the query finds, waiting for the workers. Raises PermissionDenied, RuleBroken.

    `query`: the conditions (`filters.PrintFilter`); `by` a User, or SYSTEM with the `agency` (the command line).
    `begin=False`: the caller works it off by itself.
    """
    person = None if by is SYSTEM else by
    if person and not permissions.may_print_batches(person):
        raise PermissionDenied("您无权办理“批量打印”")
    agency = agency or person.agency
    found = chosen(query, person, agency)
    if not found.form.is_valid():
        raise RuleBroken("条件有误：" + "；".join(e for errors in found.form.errors.values() for e in errors))
    with transaction.atomic():
        batch = PrintBatch.objects.create(
            number=_next_number(), agency=agency, asked_by=person, purpose=purpose, output=output,
            query=found.data.urlencode(), query_text=found.in_words[:500],
        )  # fmt: skip
        if not _fill(batch, found.qs):
            raise RuleBroken(NOTHING)
        if begin:
            enqueue("begin_batch", batch.pk, batch.attempt)
    return batch


def _next_number():
    year = localdate().year
    return f"PB-{year}-{Sequence.take(f'打印批次 {year}'):03d}"


def _fill(batch, agreements):
    """One row for each agreement, those left out with their reason. Returns how many are to be printed."""
    copies = Paper.objects.filter(agreement=OuterRef("pk"), purpose=batch.purpose)
    newest = copies.exclude(status=Paper.Status.VOIDED).order_by("status", "-pk").values("pk")[:1]
    rows = judged(agreements.order_by(), batch.purpose).annotate(
        paper=Subquery(newest),
        place=Window(RowNumber(), order_by=[F("institution__region__code").asc(), F("number").asc()]),
    )
    found, items = 0, []
    for pk, verdict, paper, place in rows.values_list("pk", "verdict", "paper", "place").iterator(AT_ONCE):
        item = PrintItem(
            batch=batch, agreement_id=pk, place=place, paper_id=paper if verdict in INCLUDED else None
        )
        found += verdict in INCLUDED
        if verdict in EXCLUDED:
            item.state, item.reason = PrintItem.State.EXCLUDED, EXCLUDED[verdict]
        items.append(item)
    PrintItem.objects.bulk_create(items, batch_size=AT_ONCE)
    return found


def carry_on(batch, name, *, by, address=""):
    """A person's act that sets a batch going again: `resume`, `retry`, `bind_again`."""
    with transaction.atomic():
        batch = perform(getattr(batch, name), by=by, address=address)
        enqueue("begin_batch", batch.pk, batch.attempt)
    return batch


def revive():
    """Batches of which no worker has been heard are taken up by another. Returns how many."""
    taken = 0
    for batch in PrintBatch.objects.silent():
        try:
            carry_on(batch, "take_up", by=SYSTEM)
            taken += 1
        except RuleBroken as why:  # somebody has done something about it meanwhile
            log.info("batch %s: %s", batch, why)
    return taken


def clear_outputs(today=None):
    """Outputs older than the term of `settings.BATCH_OUTPUT_DAYS` are removed; their papers stay. Returns how many."""
    today, cleared = today or localdate(), 0
    limit = timezone.now() - timedelta(days=settings.BATCH_OUTPUT_DAYS)
    for batch in (
        PrintBatch.objects.exclude(file="")
        .exclude(file_removed_on__isnull=False)
        .filter(finished_at__lt=limit)
    ):
        batch.file.storage.delete(batch.file.name)
        cleared += PrintBatch.objects.filter(pk=batch.pk, file=batch.file.name).update(
            file="", file_removed_on=today
        )
    return cleared
