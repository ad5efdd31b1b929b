"""What the drafts of editions ask of the people of their region."""

from django.db.models import Exists, OuterRef

from .. import permissions
from ..desk_items import MOST, Item
from ..models import EditionCase, EditionEvent
from ..models.edition_case import WRITING
from .sources import NAMES

S = EditionCase.Status


def groups_for(user):
    """[(group title, [Item])]: to be published by somebody who did not write it; sent back, to be mended."""
    own = (
        EditionCase.objects.visible_to(user)
        .defer(*(one for one in NAMES if one != "manifest"))
        .order_by("pk")
    )
    groups = []
    if permissions.may_publish_editions(user):
        wrote = EditionEvent.objects.filter(case=OuterRef("pk"), act__in=WRITING, actor=user.pk)
        waiting = own.filter(~Exists(wrote), status=S.SUBMITTED)[:MOST]
        groups.append(
            ("要发布的协议文本", [_item(one, "已送审，核对后发布（版本管理）", "核对") for one in waiting])
        )
    if permissions.may_begin_edition(user):
        back = own.filter(status=S.DRAFT, events__act="send_back").distinct()[:MOST]
        groups.append(
            ("退回修改的协议文本", [_item(one, "已退回，改好再送审（版本管理）", "修改") for one in back])
        )
    return groups


def _item(case, note, verb):
    return Item(str(case), None, note, case.get_absolute_url(), verb)
