"""What monthly claims ask of each role: the groups that the desk adds to its own (第三十六至三十九条)."""

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import Agreement, ClaimStatus, Deadline, FeeClaim
from .clocks import TO_RECONCILE

S = ClaimStatus


def groups_for(user):
    """[(group title, [Item])] about monthly claims."""
    groups = {
        Role.REVIEWER: lambda: [("要审核的费用申报", _waiting(user, S.RECEIVED, "审核"))],
        Role.LEADER: lambda: [("要同意拨付的费用", _waiting(user, S.AUDITED, "同意拨付"))],
        Role.FINANCE: lambda: [("要拨付的费用", _waiting(user, S.APPROVED, "拨付"))],
        Role.OPERATOR: lambda: [("要申请的对账", _to_reconcile(user))],
        Role.SIGNATORY: lambda: [("要申请的对账", _to_reconcile(user))],
    }
    return groups.get(user.role, list)()


def _waiting(user, status, verb):
    found = _own(user).filter(status=status).order_by("received_on", "pk")
    return [_item(one, verb) for one in found[:MOST]]


def _to_reconcile(user):
    """第七条（三）：audited, and its clock still runs."""
    running = Deadline.objects.open().filter(event=TO_RECONCILE, agreement__institution=user.institution_id)
    agreements = running.values("agreement")
    found = _own(user).filter(agreement__in=agreements, audited_on__isnull=False, reconciliation_on=None)
    return [_item(one, "申请对账", "第七条") for one in found.order_by("audited_on", "pk")[:MOST]]


def _own(user):
    agreements = Agreement.objects.worked_on_by(user)
    found = FeeClaim.objects.visible_to(user).filter(agreement__in=agreements)
    return found.select_related("agreement__institution__current")


def _item(one, verb, article="第三十九条"):
    note = f"{one.claimed:,.2f} 元，{one.received_on} 受理（{article}）"
    return Item(f"{one.month_name}费用", one.agreement, note, one.get_absolute_url(), verb)
