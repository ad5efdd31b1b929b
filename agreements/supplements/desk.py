"""What supplements for many ask of each role of their agency."""

from django.db.models import Exists, OuterRef

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import ENDED, Amendment, PolicySupplement

S = PolicySupplement.Status


def groups_for(user):
    """[(group title, [Item])] about supplements that are drafted, reviewed, sent and signed together."""
    groups = {
        Role.CLERK: _clerk, Role.REVIEWER: _reviewer, Role.LEADER: _leader,
    }  # fmt: skip
    return [("统一补充协议", groups[user.role](user))] if user.role in groups else []


def _clerk(user):
    failed = _own(user).filter(status=S.SENT, items__state="failed").distinct()
    back = _own(user).filter(status=S.DRAFT).exclude(closing_reason="")
    return [_item(one, "有没有发出的", "重试") for one in failed[:MOST]] + [
        _item(one, f"已退回：{one.closing_reason}", "修改") for one in back[:MOST]
    ]


def _reviewer(user):
    return [
        _item(one, "起草人已写好", "复核")
        for one in _own(user).filter(status=S.DRAFT, closing_reason="")[:MOST]
    ]


def _leader(user):
    signed = Amendment.objects.filter(
        supplement=OuterRef("pk"), status=Amendment.Status.TO_SIGN, signatures__side="institution"
    ).exclude(agreement__status__in=ENDED)
    ready = _own(user).filter(Exists(signed), status=S.SENT)
    return [_item(one, "已复核", "发送") for one in _own(user).filter(status=S.REVIEWED)[:MOST]] + [
        _item(one, "有乙方已签署的", "签署") for one in ready[:MOST]
    ]


def _own(user):
    return PolicySupplement.objects.visible_to(user).order_by("pk")


def _item(one, note, verb):
    return Item(f"{one.title} {one.number}", None, f"{note}（第七十七条）", one.get_absolute_url(), verb)
