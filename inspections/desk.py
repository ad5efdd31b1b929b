"""What inspections give people to do (第五十七条)."""

from agreements.desk_items import MOST, Item

from .models import EvidenceRequest, Inspection
from .states import InspectionStatus as S

VERBS = {S.PLANNED: "准备", S.NOTIFIED: "开始", S.UNDERWAY: "继续", S.TO_SIGN: "签名"}


def groups_for(user):
    """[(title, [Item])] about inspections for one person."""
    if user.institution_id:
        return [("要提供的资料", _asked(user)), ("要签认的核查结果", _to_sign(user))]
    return [("我的核查", _own(user))] if user.agency_id else []


def _own(user):
    found = Inspection.objects.of_person(user).filter(status__in=VERBS)
    return [
        Item(
            one.title,
            one.agreement,
            f"{one.get_status_display()}（第五十七条）",
            one.get_absolute_url(),
            VERBS[one.status],
            one.planned_on if one.status in (S.PLANNED, S.NOTIFIED) else None,
        )
        for one in found.with_parties().order_by("planned_on", "pk")[:MOST]
    ]


def _asked(user):
    found = EvidenceRequest.objects.visible_to(user).filter(status=EvidenceRequest.Status.ASKED)
    parties = ["inspection__agreement__institution__current"]
    return [
        Item("提供核查资料", one.agreement, f"{one.what[:40]}（第五十七条）", one.get_absolute_url(), "提供", one.due_on)
        for one in found.select_related(*parties).order_by("due_on", "pk")[:MOST]
    ]  # fmt: skip


def _to_sign(user):
    found = Inspection.objects.visible_to(user).filter(status=S.TO_SIGN)
    return [
        Item("签认核查结果", one.agreement, f"{one.title}（第五十七条）", one.get_absolute_url(), "查看")
        for one in found.with_parties().order_by("pk")[:MOST]
    ]
