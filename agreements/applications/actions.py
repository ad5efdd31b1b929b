"""What the hospital files and what the agency answers, with the papers that go with it (第七、七十六、七十九、八十条).

Each goes through the door; what is owed is printed after the commit.
"""

from django.db import transaction
from django.utils.timezone import localdate

from ..gate import SYSTEM, perform
from ..models import LIVE, Agreement, Paper, Status
from ..models.application import OPEN
from ..permits import sheets as permit_sheets
from . import sheets
from .papers import owe_filed, printed

# Kinds whose filing has a form of its own.
FORM_OF = sheets.FORM_OF | permit_sheets.FORM_OF


def draft_change(agreement, *, by, address="", **facts):
    """The hospital begins a request to change its facts. Returns the ChangeRequest. Raises RuleBroken."""
    agreement = perform(agreement.draft_change, by=by, address=address, **facts)
    return agreement.changerequests.latest("pk")


def submit(application, *, by, address="", on=None):
    """Submit a draft, or again after it was returned; its form and letter of commitment are numbered and printed.

    Returns the application. A general change is in force from here on (第七十六条).
    """
    on = on or localdate()
    again = application.status == application.Status.RETURNED
    with transaction.atomic():
        move = application.refile if again else application.submit
        application = perform(move, by=by, address=address, on=on)
        owed = owe_filed(application, on, _form_of(application))
        if application.granted_on_receipt:
            application = perform(application.take_note, by=SYSTEM, on=on)
    return printed(application, owed)


def grant(application, *, by, address="", **details):
    """The agency says yes: what was asked for takes effect, and the supplements that follow are owed."""
    with transaction.atomic():
        application = perform(application.grant, by=by, address=address, **details)
        owed = _supplements(application, details["on"])
    return printed(application, owed)


def sign_amendment(amendment, side, *, by, address="", **signature):
    """One side signs a supplement. When both have, its signed copy is owed and it is in force (第七十七条)."""
    with transaction.atomic():
        move = amendment.sign_for_agency if side == "agency" else amendment.sign_for_institution
        amendment = perform(move, by=by, address=address, **signature)
        in_force = amendment.status == amendment.Status.IN_FORCE
        owed = [owe_signed_copy(amendment)] if in_force else []
    return printed(amendment, owed)


def owe_signing_copy(amendment, on):
    """The copy that both sides sign. Part of the transaction that makes the supplement. Returns the Paper."""
    amendment.signing_paper = Paper.owe(
        amendment.agreement, Paper.Purpose.SUPPLEMENT, sheets.supplement(amendment).kept(), on.year
    )
    amendment.save(update_fields=["signing_paper"])
    return amendment.signing_paper


def owe_signed_copy(amendment):
    """The copy that names both signatures. Part of the transaction of the second one. Returns the Paper."""
    amendment.signed_paper = Paper.owe(
        amendment.agreement,
        Paper.Purpose.SIGNED_SUPPLEMENT,
        sheets.supplement(amendment).kept(),
        amendment.in_force_on.year,
    )
    amendment.save(update_fields=["signed_paper"])
    return amendment.signed_paper


def left_behind(kind):
    """Open applications of a kind under agreements that have ended: a query."""
    return kind.objects.filter(status__in=OPEN).exclude(agreement__status__in=kind.goes_on_in).order_by("pk")


@transaction.atomic
def end_left_behind(application, today):
    """An application ends with its agreement. Returns the agreement; None when another run has ended it meanwhile."""
    Agreement.objects.select_for_update().get(pk=application.agreement_id)
    if not left_behind(type(application)).filter(pk=application.pk).exists():
        return None
    return perform(application.end_with_case, by=SYSTEM, on=today).agreement


def _form_of(application):
    make = FORM_OF.get(type(application))
    return make(application) if make else None


def _supplements(application, on):
    """The supplements that a granted change makes to every live agreement of the hospital, as papers to sign."""
    if not getattr(application, "needs_supplement", False):
        return []
    owed = []
    signed = application.agreement.institution.agreements.filter(status__in=[*LIVE, Status.SIGNED])
    for agreement in signed.order_by("pk"):
        agreement = perform(agreement.make_supplement, by=SYSTEM, change=application, on=on)
        owed.append(owe_signing_copy(agreement.amendments.latest("order"), on))
    return owed
