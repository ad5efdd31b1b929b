"""What serving papers asks of each role: the groups that the desk adds to its own (第八十四条)."""

from django.urls import reverse

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import Delivery, Paper


def groups_for(user):
    """[(group title, [Item])] about papers to be served and to be signed for."""
    if user.role == Role.CLERK:
        return [("要送达的文书", _to_serve(user))]
    if user.role in (Role.OPERATOR, Role.SIGNATORY):
        return [("要签收的文书", _to_acknowledge(user))]
    return []


def _to_serve(user):
    found = Paper.objects.to_serve(user).select_related("delivery", "agreement__institution__current")
    return [_serve_item(paper) for paper in found.order_by("pk")[:MOST]]


def _serve_item(paper):
    delivery = getattr(paper, "delivery", None)
    url = delivery.get_absolute_url() if delivery else reverse("paper-serve", args=[paper.code])
    came_back = (
        f"已退回：{delivery.failure}，另行送达" if delivery and delivery.failure else "按载明的地址送达"
    )
    return Item(
        f"送达{paper.title}", paper.agreement, f"{paper.number}，{came_back}（第八十四条）", url, "送达"
    )  # fmt: skip


def _to_acknowledge(user):
    found = Delivery.objects.visible_to(user).to_acknowledge().order_by("pk")[:MOST]
    return [
        Item(
            f"签收{one.paper.title}",
            one.agreement,
            f"{one.paper.number}，{one.sent_on}送出（第八十四条）",
            one.get_absolute_url(),
            "签收",
        )
        for one in found.select_related("paper", "agreement__institution__current")
    ]
