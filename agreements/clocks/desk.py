"""What an ending or a suspension leaves to do, as work on the desk of the side that it binds (第七十三条、第八十二条)."""

from django.urls import reverse

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import Agreement, Deadline
from .checks import BY_HAND

SIDES = {
    Role.CLERK: Deadline.Bound.AGENCY,
    Role.OPERATOR: Deadline.Bound.INSTITUTION,
    Role.SIGNATORY: Deadline.Bound.INSTITUTION,
}


def groups_for(user):
    """[(group title, [Item])] of the clocks that somebody closes by hand; one that waits for its proof is left out."""
    if user.role not in SIDES:
        return []
    found = Deadline.objects.open().filter(
        agreement__in=Agreement.objects.worked_on_by(user), event__in=BY_HAND, bound=SIDES[user.role], paused_since=None
    )  # fmt: skip
    rows = found.with_parties().select_related("agreement__edition").order_by("due_at", "pk")[:MOST]
    return [("要公告、摘牌、办结善后的", [_item(row) for row in rows])]


def _item(row):
    page, verb = ("proof-new", "交照片") if row.needs_proof else ("deadline-meet", "办结")
    return Item(
        row.title, row.agreement, row.article, reverse(page, args=[row.pk]), verb, row.due_on, cited=True
    )
