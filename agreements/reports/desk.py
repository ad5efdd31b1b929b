"""What requests to stop and reports ask of each role: the groups that the desk adds to its own."""

from django.urls import reverse

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import (
    Agreement,
    ApplicationStatus,
    DisplayProof,
    PenaltyRecord,
    PenaltyReport,
    ReportStatus,
    SelfCheckReport,
    StopRequest,
)

S = ApplicationStatus
REPORTS = [PenaltyReport, SelfCheckReport, DisplayProof]
TO_THE_AGENCY = [SelfCheckReport, DisplayProof]


def groups_for(user):
    """[(group title, [Item])] about requests to stop and reports."""
    groups = {
        Role.CLERK: lambda: [
            ("要办的中止、终止申请", _requests(user, S.SUBMITTED, S.EXAMINING)),
            ("要收悉的报告", _reports(user, TO_THE_AGENCY, ReportStatus.SUBMITTED, "收悉")),
        ],
        Role.AUTHORITY: lambda: [
            ("要收悉的行政处罚报送", _reports(user, [PenaltyReport], ReportStatus.SUBMITTED, "收悉"))
        ],
        Role.OPERATOR: lambda: _hospital(user),
        Role.SIGNATORY: lambda: _hospital(user),
    }
    return groups.get(user.role, list)()


def _hospital(user):
    return [
        ("要补正或提交的中止、终止申请", _requests(user, S.RETURNED, S.DRAFT)),
        ("要补正的报告", _reports(user, REPORTS, ReportStatus.RETURNED, "补正")),
        ("要报送的行政处罚", _unreported(user)),
    ]


def _unreported(user):
    """第四条（七）：penalties that became known and that the hospital has not reported."""
    found = PenaltyRecord.objects.visible_to(user).filter(
        agreement__in=Agreement.objects.worked_on_by(user).live(), report=None
    )
    return [
        Item(f"{one}"[:100], one.agreement, "已经获知，还没有报送（第七条（六））",
             reverse("report-new", args=[one.agreement.number, "penalty"]), "报送")
        for one in found.select_related("agreement__institution__current").order_by("pk")[:MOST]
    ]  # fmt: skip


def _requests(user, *states):
    found = StopRequest.objects.visible_to(user).filter(
        agreement__in=Agreement.objects.worked_on_by(user).live(), status__in=states
    )
    return [
        Item(one.summary, one.agreement, one.returning_reason or f"{one.standing}（第七十九条、第八十条）",
             one.get_absolute_url(), "办理")
        for one in found.select_related("agreement__institution__current").order_by("pk")[:MOST]
    ]  # fmt: skip


def _reports(user, kinds, status, verb):
    return [
        Item(f"{one.kind_name}：{one.summary}"[:100], one.agreement, one.returning_reason or one.standing,
             one.get_absolute_url(), verb)
        for kind in kinds
        for one in _of(kind, user).filter(status=status)[:MOST]
    ]  # fmt: skip


def _of(kind, user):
    found = kind.objects.visible_to(user).filter(agreement__in=Agreement.objects.worked_on_by(user))
    also = getattr(kind, "LISTED_WITH", ())
    return found.select_related("agreement__institution__current", *also).order_by("pk")
