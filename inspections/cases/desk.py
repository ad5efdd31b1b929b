"""What breach cases give people to do (第四条、第六条、第六十条至第七十条)."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.desk_items import MOST, Item
from agreements.models import Agreement
from institutions.models import Role

from ..models import (
    BreachCase,
    CaseItem,
    Defence,
    Explanation,
    Handling,
    PointsRecord,
    RecoveryItem,
    RecoveryPayment,
    Rectification,
)
from .states import AFTER_DECISION
from .states import CaseStatus as S
from .undoing import still_to_restore

PARTIES = "agreement__institution__current"


def groups_for(user):
    """[(title, [Item])] about breach cases for one person."""
    groups = {
        Role.CLERK: _clerk, Role.REVIEWER: _reviewer, Role.LEADER: _leader, Role.FINANCE: _finance,
        Role.OPERATOR: _hospital, Role.SIGNATORY: _hospital,
    }  # fmt: skip
    return groups.get(user.role, lambda user: [])(user)


def _clerk(user):
    return [
        ("要办的违约案件", _cases(user, {S.FILED: "开始调查", S.INVESTIGATING: "调查", S.SERVED: "转执行"})),
        ("要审议的陈述申辩", _of_cases(user, Defence, "审议陈述申辩", "第六条", considered_on=None)),
        ("陈述申辩期满，提请处理", _ready(user)),
        ("要解释的处理结果", _of_cases(user, Explanation, "解释处理结果", "第五条", answered_on=None)),
        (
            "要验收的整改",
            _of_cases(user, Rectification, "初验", "第六十三条", status="submitted", checked_by=None),
        ),
        ("考虑解除：中止期间没有整改到位", _unmended(user)),
        ("要提请的记分", _without_points(user)),
        ("处理撤销，要恢复的", _to_restore(user)),
    ]


def _reviewer(user):
    return [
        ("要发出的拟处理告知书", _cases(user, {S.INVESTIGATING: "发出告知书"}, planned_by__isnull=False)),
        ("要复核的处理呈批", _handlings(user, "proposed", "复核")),
        ("要核对的缴款", _payments(user, "核对缴款", source="institution")),
        (
            "要复验的整改",
            _of_cases(
                user, Rectification, "复验", "第六十三条", status="submitted", checked_by__isnull=False
            ),
        ),
    ]


def _leader(user):
    waiting = {"status": "submitted", "checked_by__isnull": False, "hold__isnull": False}
    return [
        ("要决定的处理呈批", _handlings(user, "reviewed", "决定")),
        ("要决定的抵扣", _payments(user, "决定抵扣", source__in=["fund", "deposit"])),
        ("要批准立案的线索", _cases(user, {S.CLUE: "立案"})),
        ("要复验的整改", _of_cases(user, Rectification, "复验，恢复拨付", "第六十四条", **waiting)),
        ("考虑解除：中止期间没有整改到位", _unmended(user)),
    ]


def _finance(user):
    returning = _of_cases(user, RecoveryItem, "退还已缴的款项", "第八十一条", status="returning")
    return [("要登记的缴款", _recoveries(user, "登记")), ("要退还的款项", returning)]


def _hospital(user):
    told = _cases(user, {S.NOTIFIED: "陈述申辩", S.DEFENCE: "陈述申辩"}, waived_on=None)
    open_ones = Rectification.WITH_HOSPITAL
    return [
        ("可以陈述申辩的案件", told),
        (
            "要提交的整改报告",
            _of_cases(user, Rectification, "提交整改报告", "第六十三条", status__in=open_ones),
        ),
        ("要缴的款项", _recoveries(user, "查看")),
    ]


def _mine(user, model):
    """What the user may see of a model under the agreements on the user's own desk."""
    agreements = Agreement.objects.worked_on_by(user)
    path = "agreement__in" if model is BreachCase else "breach_case__agreement__in"
    return model.objects.visible_to(user).filter(**{path: agreements})


def _cases(user, verbs, **more):
    found = _mine(user, BreachCase).filter(status__in=verbs, **more).select_related(PARTIES)
    return [
        Item(one.title, one.agreement, f"{one.get_status_display()}，{one.days_in_state()}日（{one.number}）",
             one.get_absolute_url(), verbs[one.status])
        for one in found.order_by("since", "pk")[:MOST]
    ]  # fmt: skip


def _ready(user):
    """第六条：the hearing is over, so that the handling may be proposed."""
    found = _mine(user, BreachCase).filter(status=S.DEFENCE).exclude(waived_on=None)
    return [
        Item(one.title, one.agreement, "乙方已书面放弃陈述、申辩（第六条）", one.get_absolute_url(), "提请")
        for one in found.select_related(PARTIES).order_by("since", "pk")[:MOST]
    ]


def _of_cases(user, model, subject, article, **filters):
    found = _mine(user, model).filter(**filters).select_related(f"breach_case__{PARTIES}")
    return [
        Item(subject, one.breach_case.agreement, f"{one.breach_case.title}（{article}）", one.get_absolute_url()
             if hasattr(one, "get_absolute_url") else one.breach_case.get_absolute_url(), "办理",
             getattr(one, "due_on", None))
        for one in found.order_by("pk")[:MOST]
    ]  # fmt: skip


def _handlings(user, status, verb):
    found = (
        _mine(user, Handling).filter(status=status).select_related("proposed_by", f"breach_case__{PARTIES}")
    )
    return [
        Item(f"{verb}：{one.get_outcome_display()}", one.breach_case.agreement,
             f"{one.breach_case.title}，{one.proposed_by.name}提请（第六条）", one.get_absolute_url(), verb)
        for one in found.order_by("pk")[:MOST]
    ]  # fmt: skip


def _to_restore(user):
    """第八十一条：what a decision that did not stand had stopped, and nobody has let go on."""
    found = still_to_restore(_mine(user, Handling)).select_related(f"breach_case__{PARTIES}")
    return [
        Item("恢复原处理所停止的", one.agreement, f"{one.breach_case.title}的处理已撤销、变更（第八十一条）",
             one.breach_case.get_absolute_url(), "查看")
        for one in found.order_by("pk")[:MOST]
    ]  # fmt: skip


def _payments(user, verb, **filters):
    agreements = Agreement.objects.worked_on_by(user)
    found = RecoveryPayment.objects.visible_to(user).filter(
        status="recorded", recovery__breach_case__agreement__in=agreements, **filters
    )
    return [
        Item(f"{verb} {one.amount:,.2f} 元", one.recovery.breach_case.agreement, "登记和核对是两个人（第六十条）",
             one.recovery.get_absolute_url(), verb[:2])
        for one in found.select_related(f"recovery__breach_case__{PARTIES}").order_by("pk")[:MOST]
    ]  # fmt: skip


def _recoveries(user, verb):
    found = _mine(user, RecoveryItem).filter(status__in=["notified", "due", "owing"])
    return [
        Item(one.label, one.breach_case.agreement,
             f"{one.get_status_display()}（第六十条）", one.get_absolute_url(), verb, one.due_on)
        for one in found.select_related(f"breach_case__{PARTIES}").order_by("due_on", "pk")[:MOST]
    ]  # fmt: skip


def _without_points(user):
    """第六十八条：cases decided with 违约金 whose responsible staff have no points proposed for them yet."""
    counted = PointsRecord.objects.filter(staff=OuterRef("staff"), breach_case=OuterRef("breach_case"))
    waiting = CaseItem.objects.filter(~Exists(counted.exclude(status="revoked")), staff__isnull=False)
    decided = _mine(user, BreachCase).filter(status__in=AFTER_DECISION, recoveries__kind="damages")
    found = decided.filter(pk__in=waiting.values("breach_case")).select_related(PARTIES)
    return [
        Item(one.title, one.agreement, f"责任人员还没有提请记分（第六十八条，{one.number}）",
             reverse("case-points", args=[one.number]), "记分")
        for one in found.order_by("decided_on", "pk")[:MOST]
        if one.agreement.terms.points
    ]  # fmt: skip


def _unmended(user):
    """第六十七条（一）：not rectified by the planned end of the suspension; a person decides whether to rescind."""
    found = _mine(user, Rectification).filter(
        suspension__closed_on=None,
        suspension__planned_end__lte=localdate(),
        status__in=["overdue", "returned", "pending"],
    )
    return [
        Item("决定是否解除", one.breach_case.agreement, "中止期间没有整改或者整改不到位（第六十七条（一））",
             one.get_absolute_url(), "查看", one.suspension.planned_end)
        for one in found.select_related("suspension", f"breach_case__{PARTIES}").order_by("pk")[:MOST]
    ]  # fmt: skip
