"""Supplements drafted once for many agreements: drafted, sent to those chosen, signed together (第七十七条).

Each goes through the door; what is sent is worked off by the queue (`work`), what is owed is printed after it.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from .. import permissions
from ..applications.actions import owe_signed_copy
from ..gate import SYSTEM, RuleBroken, perform, perform_each
from ..jobs import actions as jobs
from ..models import Amendment, Job, Paper, PolicySupplement, Sequence, SupplementItem
from .selection import FITS, chosen, judged

AT_ONCE = 2000  # rows an insert
SIGNED_AT_ONCE = 200  # a request answers within seconds; what is left is signed by the next
NOTHING = "选出的协议都不能发，换个条件（第七十七条）"


@transaction.atomic
def draft(edition, *, by, address="", **content):
    """A new supplement to agreements of this edition, with its content. Raises PermissionDenied, RuleBroken."""
    if not permissions.may_draft_supplement(by):
        raise PermissionDenied("您无权办理“起草统一补充协议”")
    supplement = PolicySupplement.objects.create(number=_next_number(), agency=by.agency, edition=edition)
    return perform(supplement.write, by=by, address=address, **content)


def _next_number():
    year = localdate().year
    return f"TB-{year}-{Sequence.take(f'统一补充协议 {year}'):03d}"


@transaction.atomic
def send(supplement, query, *, by, address=""):
    """To those of the chosen agreements that can get it; the queue makes and prints them. Raises RuleBroken."""
    found = chosen(query, supplement)
    if not found.form.is_valid():
        raise RuleBroken("条件有误：" + "；".join(e for errors in found.form.errors.values() for e in errors))
    keys = judged(found.qs.order_by("pk"), supplement).filter(verdict=FITS).values_list("pk", flat=True)
    keys = list(keys)
    supplement = perform(
        supplement.send, by=by, address=address, chosen=found.in_words[:500], count=len(keys)
    )
    if not keys:
        raise RuleBroken(NOTHING)
    items = [SupplementItem(supplement=supplement, agreement_id=key) for key in keys]
    # Of two who send at the same moment the second adds what is missing: each agreement once.
    SupplementItem.objects.bulk_create(items, batch_size=AT_ONCE, ignore_conflicts=True)
    _ask(supplement, by)
    return supplement


@transaction.atomic
def retry(supplement, *, by, address=""):
    """Those that could not be sent are tried again."""
    supplement = perform(supplement.retry, by=by, address=address)
    _ask(supplement, by)
    return supplement


def _ask(supplement, by):
    jobs.ask(Job.Name.SUPPLEMENTS, localdate(), f"{supplement.number}-{supplement.rounds}", by=by)


@transaction.atomic
def sign_together(supplement, *, by, name, statement, address="", on=None):
    """The agency's legal representative signs those that the hospitals have signed, up to SIGNED_AT_ONCE.

    Each is signed through the door, with the declaration, by whom and when. Returns [Outcome]; raises RuleBroken when
    none could be signed.
    """
    ready = list(supplement.ready_to_sign.order_by("pk")[:SIGNED_AT_ONCE])
    supplement = perform(supplement.sign_together, by=by, address=address, name=name, count=len(ready))
    signature = {"name": name, "capacity": "legal", "signed_on": on or localdate(), "statement": statement}
    outcomes = perform_each("sign_for_agency", [(one, signature) for one in ready], by=by, address=address)
    signed = [one.thing.pk for one in outcomes if not one.why]
    if not signed:
        raise RuleBroken(str(outcomes[0].why))
    for amendment in Amendment.objects.filter(pk__in=signed).order_by("agreement_id"):
        owe_signed_copy(amendment)
    _ask(supplement, by)  # prints the signed copies
    return outcomes


@transaction.atomic
def take_back(amendment, *, by, address="", **details):
    """The agency takes its supplement back from one agreement; the copy to sign is void with it."""
    amendment = perform(amendment.take_back, by=by, address=address, **details)
    paper = amendment.signing_paper
    if paper and paper.status != Paper.Status.VOIDED:
        perform(paper.supersede, by=SYSTEM, reason=f"补充协议已撤回：{details['reason']}"[:200])
    return amendment
