"""What the drafts of editions ask of the people of their region."""

from django.db.models import Exists, OuterRef, Q

from .. import permissions
from ..desk_items import MOST, Item
from ..models import EditionCase, EditionEvent
from ..models.edition_case import WRITING
from .sources import WHOLE_TEXTS

S = EditionCase.Status


def groups_for(user):
    """[(group title, [Item])]: to be published by somebody who did not write it; sent back, to be mended."""
    writes, publishes = permissions.may_begin_edition(user), permissions.may_publish_editions(user)
    if not (writes or publishes):
        return []
    events = EditionEvent.objects.filter(case=OuterRef("pk"))
    back = Q(Exists(events.filter(act="send_back")), status=S.DRAFT)
    waiting = Q(~Exists(events.filter(act__in=WRITING, actor=user.pk)), status=S.SUBMITTED)
    wanted = (back if writes else Q(pk__in=[])) | (waiting if publishes else Q(pk__in=[]))
    found = EditionCase.objects.visible_to(user).filter(wanted).defer(*WHOLE_TEXTS).order_by("pk")[:MOST]
    return [
        (
            "要发布的协议文本",
            [_item(one, "已送审，核对后发布", "核对") for one in found if one.status == S.SUBMITTED],
        ),
        (
            "退回修改的协议文本",
            [_item(one, "已退回，改好再送审", "修改") for one in found if one.status == S.DRAFT],
        ),
    ]


def _item(case, note, verb):
    return Item(str(case), None, f"{note}（版本管理）", case.get_absolute_url(), verb)
