"""What a worker does with a batch: take some, print them, write down what came of it. Again and again, beside others.

Killed at any moment it loses nothing: what it took is taken by another after CLAIM_LASTS, what it had not written
down is printed again under the number that the paper has. What is twice in hand is written down once: the claim must
still be its own, and the door issues a paper once.
"""

import logging
import secrets
from collections import defaultdict
from datetime import timedelta
from time import monotonic, sleep

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.timezone import localdate

from ..bulk import update_each
from ..edition_text import BLANK
from ..gate import SYSTEM, RuleBroken, perform, perform_each
from ..models import Agreement, Paper, PrintBatch, PrintItem, SignRecord
from ..papers.cover import signed_values
from . import printers
from .selection import EXCLUDED, judged

log = logging.getLogger(__name__)
State = PrintItem.State

CHUNK = 200  # papers taken at once: some seconds' work, and one transaction
CHUNK_SECONDS = 5  # a slow lane gives back what it has not come to
CLAIM_LASTS = timedelta(seconds=60)  # no chunk takes so long: its worker was killed
TURN_SECONDS = 20  # then other jobs of the queue have their turn
PATIENCE = 0.5  # seconds between two looks at what others still have in hand
SAMPLE = 2  # papers compared with the plain lane before the batch begins


# ── a run ──


def begin(batch, attempt):
    """Start a run: compare a sample first. Returns the batch when the lanes may begin, None when they may not."""
    batch = perform(batch.start, by=SYSTEM, attempt=attempt)
    items, papers = take(batch, SAMPLE, unprinted=True)
    try:
        owed = [one for one in papers if isinstance(one, Paper) and one.status == Paper.Status.OWED]
        against = printers.differences(owed)
    finally:
        give_back(items)
    if against:
        perform(batch.halt, by=SYSTEM, reason=f"抽样比对不一致：{against}")
        return None
    batch.beat(attempt, checked=len(owed))
    return batch


def lane(batch, attempt, seconds=None):
    """Print chunk after chunk. Returns "more" when the turn is over, "settled" when all is done, "" when stopped."""
    end = monotonic() + seconds if seconds else float("inf")
    running = PrintBatch.objects.filter(pk=batch.pk, attempt=attempt, status=PrintBatch.Status.RUNNING)
    while monotonic() < end:
        if not running.update(heartbeat_at=timezone.now()):
            return ""
        if chunk(batch):
            continue
        if not batch.items.filter(state=State.CLAIMED).exists():
            return "settled"
        if not release_lost(batch):
            sleep(PATIENCE)  # others have it in hand: it may yet come back
    return "more"


def chunk(batch, size=CHUNK):
    """Print some papers of the batch, each once. Returns how many items were taken."""
    items, papers = take(batch, size)
    attempts, seals, end = [], printers.Seals(), monotonic() + CHUNK_SECONDS
    for item, paper in zip(items, papers, strict=True):
        if isinstance(paper, str) or paper.status == Paper.Status.ISSUED:
            attempts.append((item, paper, paper))
        elif monotonic() < end:
            attempts.append((item, paper, printers.print_on(paper, seals)))
    settle(attempts)
    give_back(items[len(attempts) :] if len(attempts) < len(items) else [])
    return len(items)


# ── taking ──


@transaction.atomic
def take(batch, size, unprinted=False):
    """([items], [for each its paper, or as a str why it has none]), claimed for this worker alone.

    `unprinted`: those only whose paper is not out, as far as the item knows.
    PostgreSQL passes over rows that another worker is just taking; on SQLite the transaction holds the write lock
    from its start, so that each finds what is left.
    """
    waiting = batch.items.filter(state=State.WAITING).in_order()
    if unprinted:
        waiting = waiting.exclude(paper__status=Paper.Status.ISSUED)
    items = list(waiting.select_for_update(skip_locked=True, of=("self",))[:size])
    claim, now = secrets.token_hex(8), timezone.now()
    PrintItem.objects.filter(pk__in=[item.pk for item in items], state=State.WAITING).update(
        state=State.CLAIMED, claim=claim, claimed_at=now
    )
    for item in items:
        item.state, item.claim = State.CLAIMED, claim
    return items, _papers_of(batch, items)


def _papers_of(batch, items):
    """The standing copy of each item's agreement; where there is none, a new one with its number."""
    keys = [item.agreement_id for item in items]
    found = _standing(batch, keys)
    if missing := [key for key in keys if key not in found]:
        found |= _owed_now(batch, missing)
    update_each(_pointing(items, found), ["paper"])
    return [found[key] for key in keys]


def _standing(batch, keys):
    """{agreement's key: its copy}: the issued one where there are several."""
    copies = Paper.objects.filter(agreement__in=keys, purpose=batch.purpose).exclude(
        status=Paper.Status.VOIDED
    )
    copies = copies.prefetch_related("agreement__edition", "agreement__agency")
    rows = sorted(copies, key=lambda paper: (paper.status == Paper.Status.ISSUED, paper.pk))
    return {paper.agreement_id: paper for paper in rows}


def _pointing(items, found):
    """The items whose paper is another one than they say, with the right one."""
    moved = []
    for item in items:
        paper = found[item.agreement_id]
        if not isinstance(paper, str) and item.paper_id != paper.pk:
            item.paper = paper
            moved.append(item)
    return moved


def _owed_now(batch, keys):
    """{agreement's key: the new paper, or why there can be none}, numbers in the order of the keys given.

    Looks once more under the lock of the agreements: another batch may just have done it.
    """
    locked = Agreement.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    list(locked.values_list("pk", flat=True))
    found = _standing(batch, keys)
    rows = judged(Agreement.objects.filter(pk__in=set(keys) - found.keys()), batch.purpose)
    rows = {row.pk: row for row in rows.prefetch_related("edition", "agency__current")}
    refused = {key: EXCLUDED[row.verdict] for key, row in rows.items() if row.verdict in EXCLUDED}
    signatures = defaultdict(list)
    for record in SignRecord.objects.filter(agreement__in=rows, void=False):
        signatures[record.agreement_id].append(record)
    fit = [rows[key] for key in keys if key in rows and key not in refused]
    wanted = [(one, _snapshot(one, signatures[one.pk])) for one in fit]
    papers = Paper.owe_each(wanted, batch.purpose, localdate().year)
    return {paper.agreement_id: paper for paper in papers} | found | refused


def _snapshot(agreement, signatures):
    filled = signed_values(agreement, signatures)
    return {
        "cover": agreement.snapshot["cover"],
        "signatures": {name: value for name, value in filled.items() if value is not BLANK},
    }


def give_back(items):
    """What this worker took and did not come to waits again."""
    mine = PrintItem.objects.filter(pk__in=[item.pk for item in items], state=State.CLAIMED)
    if items:
        mine.filter(claim=items[0].claim).update(state=State.WAITING, claim="")


def release_lost(batch):
    """What a killed worker had in hand waits again. Returns how many."""
    lost = batch.items.filter(state=State.CLAIMED, claimed_at__lt=timezone.now() - CLAIM_LASTS)
    return lost.update(state=State.WAITING, claim="")


# ── writing down ──


def settle(attempts):
    """Issue what was printed and close its items, in one transaction. `attempts`: [(item, paper, what came of it)]."""
    if not attempts:
        return
    with transaction.atomic():
        claim = attempts[0][0].claim
        mine = set(
            PrintItem.objects.select_for_update().order_by("pk")
            .filter(pk__in=[item.pk for item, *_ in attempts], state=State.CLAIMED, claim=claim)
            .values_list("pk", flat=True)
        )  # fmt: skip
        attempts = [one for one in attempts if one[0].pk in mine]
        reasons = {item.pk: came for item, _, came in attempts if isinstance(came, str)}
        reasons |= _issued([one for one in attempts if isinstance(one[2], dict)])
        _keep_reasons(attempts, reasons)
        _close(attempts, reasons)


def _issued(attempts):
    """Each paper through the door. Returns {key of the item: why it is not out}."""
    at = timezone.now()
    wanted = [(paper, {**printed, "at": at}) for _, paper, printed in attempts]
    refused = {}
    for (item, paper, _), outcome in zip(attempts, perform_each("issue", wanted, by=SYSTEM), strict=True):
        if outcome.why and not Paper.objects.filter(pk=paper.pk, status=Paper.Status.ISSUED).exists():
            refused[item.pk] = str(
                outcome.why
            )  # voided meanwhile; what somebody else printed meanwhile stands
    return refused


def _keep_reasons(attempts, reasons):
    """The paper says as well why it is still owed (`Paper.failure`)."""
    for item, paper, _ in attempts:
        if item.pk in reasons and isinstance(paper, Paper):
            Paper.objects.filter(pk=paper.pk, status=Paper.Status.OWED).update(failure=reasons[item.pk])


def _close(attempts, reasons):
    now = timezone.now()
    for item, *_ in attempts:
        item.tries, item.claim, item.settled_at = item.tries + 1, "", now
        item.reason = reasons.get(item.pk, "")
        item.state = State.FAILED if item.pk in reasons else State.DONE
    failed = [item for item, *_ in attempts if item.pk in reasons]
    update_each(failed, ["state", "reason", "tries", "claim", "settled_at"])
    done = [item.pk for item, *_ in attempts if item.pk not in reasons]
    PrintItem.objects.filter(pk__in=done).update(
        state=State.DONE, reason="", claim="", settled_at=now, tries=F("tries") + 1
    )


# ── the end ──


def settled(batch, attempt):
    """The last lane to come says that all is printed. The batch when it was this one, None when it was another."""
    try:
        return perform(batch.bind, by=SYSTEM, attempt=attempt)
    except RuleBroken as why:
        log.info("batch %s: %s", batch, why)
        return None


def finish(batch, attempt, output=None, trouble=""):
    """Close the batch with its output. `trouble`: what went wrong with the output itself."""
    failed = batch.items.filter(state=State.FAILED).count()
    if failed or trouble:
        parts = [f"{failed}份没有印出，原因见下，处理后重试" if failed else "", trouble]
        message = "；".join(filter(None, parts))
        return perform(batch.finish_partly, by=SYSTEM, attempt=attempt, message=message, output=output)
    return perform(batch.finish, by=SYSTEM, attempt=attempt, output=output)
