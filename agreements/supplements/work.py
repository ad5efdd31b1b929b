"""What the worker does with a supplement: make it for each agreement that was chosen, then print what is owed.

Killed at any moment it loses and doubles nothing: an agreement's supplement, its paper and the item that says so are
one transaction, and what is settled is passed over.
"""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from ..applications.actions import owe_signing_copy
from ..gate import SYSTEM, RuleBroken, perform
from ..models import Paper, SupplementItem
from ..papers.printing import print_owed

log = logging.getLogger(__name__)
State = SupplementItem.State
BROKEN = "办理出错，已记入运行日志，请系统管理员查看后重试"


def carry_out(supplement, tell):
    """Send to those that wait, print what is owed. Returns what came of it, as a sentence."""
    waiting = list(supplement.items.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True))
    for done, pk in enumerate(waiting, 1):
        send_one(pk)
        tell(done, len(waiting))
    papers = list(_owed(supplement))
    total, out = len(waiting) + len(papers), 0
    for done, paper in enumerate(papers, len(waiting) + 1):
        out += print_owed(paper)
        tell(done, total)
    failed = supplement.items.filter(state=State.FAILED).count()
    return f"印出{out}份，没有印出{len(papers) - out}份，没有发出{failed}份"


def send_one(pk):
    """The supplement of one agreement with its paper, once; what stands against it is kept as the reason."""
    try:
        with transaction.atomic():
            item = SupplementItem.objects.select_for_update(of=("self",)).get(pk=pk)
            if item.state == State.WAITING:
                _made(item)
                _settle(item, State.SENT)
    except RuleBroken as why:
        _failed(pk, str(why))
    except Exception:
        # One damaged record must not keep the others from theirs; the log has the rest.
        log.exception("supplement item %s", pk)
        _failed(pk, BROKEN)


def _made(item):
    today = localdate()
    agreement = perform(
        item.agreement.make_uniform_supplement, by=SYSTEM, supplement=item.supplement, on=today
    )
    owe_signing_copy(agreement.amendments.get(supplement=item.supplement), today)


def _failed(pk, why):
    with transaction.atomic():
        item = SupplementItem.objects.select_for_update().get(pk=pk)
        if item.state == State.WAITING:
            _settle(item, State.FAILED, why)


def _settle(item, state, reason=""):
    item.state, item.reason, item.settled_at = state, reason[:500], timezone.now()
    item.save(update_fields=["state", "reason", "settled_at"])


def _owed(supplement):
    copies = ("signing_paper", "signed_paper")
    keys = {key for pair in supplement.amendments.values_list(*copies) for key in pair}
    return Paper.objects.filter(pk__in=keys - {None}, status=Paper.Status.OWED).order_by("pk")
