"""What applications and supplements ask of each role: the groups that the desk adds to its own."""

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import (
    Agreement,
    Amendment,
    ApplicationStatus,
    ChangeRequest,
    PermitRequest,
    PriorConsultation,
)

S = ApplicationStatus
# Kinds of application that are examined and granted by two people; each has `summary` and its own page.
KINDS = [ChangeRequest, PermitRequest, PriorConsultation]


# (group title, verb, state) of what waits for each role.
WAITING = {
    Role.CLERK: [("要受理的申请", "受理", S.SUBMITTED), ("要审核的申请", "审核", S.EXAMINING)],
    Role.REVIEWER: [("要审核的申请", "审核", S.EXAMINING), ("要复核的申请", "复核", S.CHECKING)],
    Role.LEADER: [("要复核的申请", "复核", S.CHECKING)],
    Role.OPERATOR: [("要补正的申请", "补正", S.RETURNED), ("没有提交的草稿", "核对提交", S.DRAFT)],
}
WAITING[Role.SIGNATORY] = WAITING[Role.OPERATOR]


def groups_for(user):
    """[(group title, [Item])] about applications and supplements."""
    more = {
        Role.LEADER: lambda: [("要签署的补充协议", _unsigned(user, "agency"))],
        Role.FINANCE: lambda: [("要核对的账户", _accounts(user))],
        Role.SIGNATORY: lambda: [("要签署的补充协议", _unsigned(user, "institution"))],
    }.get(user.role, list)
    return [*_waiting(user, WAITING.get(user.role, [])), *more()]


def _waiting(user, groups):
    """The groups with their items: one query a kind, whatever the number of groups."""
    states = [state for _, _, state in groups]
    found = [
        one
        for kind in KINDS
        for one in (_open_of(kind, user).filter(status__in=states)[: MOST * len(states)] if states else ())
    ]
    return [
        (title, [_item(one, verb) for one in found if one.status == state][:MOST])
        for title, verb, state in groups
    ]


def _open_of(kind, user):
    found = kind.objects.visible_to(user).filter(agreement__in=Agreement.objects.worked_on_by(user).live())
    return found.select_related("agreement__institution__current").order_by("pk")


def _accounts(user):
    found = _open_of(ChangeRequest, user).filter(
        status__in=[S.EXAMINING, S.CHECKING], account_checked_by=None
    )
    found = found.filter(changes__has_any_keys=["bank_account", "bank_name"])
    return [_item(one, "核对") for one in found[:MOST]]


def _item(one, verb):
    note = one.returning_reason if one.status == S.RETURNED else f"{one.standing}（{one.rests_on}）"
    return Item(one.summary, one.agreement, note, one.get_absolute_url(), verb)


def _unsigned(user, side):
    found = Amendment.objects.filter(
        status=Amendment.Status.TO_SIGN, agreement__in=Agreement.objects.worked_on_by(user).live()
    ).exclude(signatures__side=side)
    if side == "agency":  # what was sent to many is signed on its own page, when the hospitals have signed
        found = found.filter(supplement=None)
    return [
        Item("签署补充协议", one.agreement, f"第{one.order}份（第七十七条）", one.get_absolute_url(), "签署")
        for one in found.select_related("agreement__institution__current").order_by("pk")[:MOST]
    ]
