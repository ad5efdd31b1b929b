"""What is filed beside inspections and cases: each record with its first act, and what goes with an act on another."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from agreements import actions
from agreements.gate import RuleBroken, declared, perform, refusal
from agreements.models import Agreement


@transaction.atomic
def file_record(model, agreement, *, by, address="", facts, files=(), on=None, breach_case=None):
    """A new record of a kind under an agreement, filed through the door; its row and its first act, or neither.

    Raises PermissionDenied or RuleBroken. Returns the record.
    """
    on, files = on or localdate(), list(files)
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    linked = {} if breach_case is None else {"breach_case": breach_case}
    record = model(agreement=agreement, **facts, **linked)
    if not declared(model, "file").has_perm(record, by):
        raise PermissionDenied(f"您无权办理“{declared(model, 'file').custom['label']}”")
    # Asked before the row is there, so that a broken rule is a sentence and not a broken constraint.
    if why := refusal(record, "file", by=by, facts=facts, files=files, on=on):
        raise RuleBroken(why)
    record.save()
    return perform(record.file, by=by, address=address, facts=facts, files=files, on=on)


@transaction.atomic
def file_notice(model, agreement, *, by, address="", stop, **details):
    """第六十九条：register a notice and, if wanted, propose at once to stop settlement."""
    notice = file_record(model, agreement, by=by, address=address, **details)
    return ask_to_hold(notice, by=by, address=address, on=details["on"]) if stop else notice


@transaction.atomic
def ask_to_hold(notice, *, by, address="", on):
    """第六十九条：propose the agreement's own act, on the ground of outside notices. Returns the notice."""
    notice = perform(notice.ask_to_hold, by=by, address=address, on=on)
    details = {"hold_ground": _ground(notice.agreement), "reason": notice.hold_reason, "on": on}
    actions.propose(notice.agreement, "hold_payment", details, by=by, address=address)
    return notice


def _ground(agreement):
    """The ground of a hold that rests on the article of outside notices."""
    article = agreement.terms.outside_notice.article
    return next(one for one in agreement.terms.hold_grounds if one.article_label == article)
