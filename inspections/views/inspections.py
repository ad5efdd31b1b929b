"""核查的列表、核查人员的当日、一次核查的全部。"""

from itertools import groupby
from operator import attrgetter

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.shortcuts import render
from django.utils.timezone import localdate

from agreements.forms import TodayForm, TodayReasonForm
from agreements.views.deeds import Deeds

from .. import actions, forms, permissions
from ..models import EvidenceRequest, Finding, Inspection, Visit
from ..states import ANSWERED, CLOSED, OPEN
from ..states import InspectionStatus as S
from .common import inspection_or_404

PER_PAGE = 50
TABS = [
    ("open", "在办", OPEN),
    ("planned", "计划", [S.PLANNED]),
    ("notified", "通知", [S.NOTIFIED]),
    ("underway", "实施", [S.UNDERWAY]),
    ("to_sign", "结果待签", [S.TO_SIGN]),
    ("answered", "已签、拒签", ANSWERED),
    ("closed", "已了结", CLOSED),
]

PLACES = ["今天", "在办", "计划日期已过", "以后"]

# What may be done about an inspection, in the order of its life.
ACTS = {
    "notify": TodayForm,
    "start": TodayForm,
    "finish": forms.FinishForm,
    "archive": forms.ArchiveForm,
    "transfer": TodayForm,
    "reopen": TodayReasonForm,
    "cancel": TodayReasonForm,
}


def inspections(request):
    """核查列表：状态作标签页。"""
    visible, words = Inspection.objects.visible_to(request.user), request.GET.get("q", "").strip()
    if words:
        visible = visible.filter(
            Q(number__icontains=words)
            | Q(title__icontains=words)
            | Q(agreement__number=words)
            | Q(agreement__institution__code=words)
            | Q(agreement__institution__current__name__icontains=words)
        )
    counts = dict(visible.order_by().values_list("status").annotate(Count("pk", distinct=True)))
    tabs = [(key, label, sum(counts.get(one, 0) for one in states)) for key, label, states in TABS]
    tab = request.GET.get("tab", "open")
    wanted = next((states for key, _, states in TABS if key == tab), OPEN)
    rows = visible.filter(status__in=wanted).with_parties().order_by("-planned_on", "-pk")
    context = {
        "tabs": tabs,
        "tab": tab if tab in dict((key, states) for key, _, states in TABS) else "open",
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "q": words,
        "may_plan": request.user.role in forms.PLANNERS,
    }
    return render(request, "inspections/list.html", context)


def day(request):
    """核查人员的当日：自己的核查，今天的在前，随后是在办的、将来的。"""
    today = localdate()
    first = Case(
        When(planned_on=today, then=Value(0)),
        When(status__in=[S.UNDERWAY, S.TO_SIGN], then=Value(1)),
        When(planned_on__lt=today, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    own = Inspection.objects.visible_to(request.user).of_person(request.user).filter(status__in=OPEN)
    rows = own.with_parties().annotate(place=first, found=Count("findings", distinct=True))
    parts = groupby(rows.order_by("place", "planned_on", "pk")[:PER_PAGE], key=attrgetter("place"))
    groups = [(PLACES[place], list(some)) for place, some in parts]
    return render(request, "inspections/day.html", {"groups": groups})


def inspection(request, number):
    """一次核查：计划和范围、核查组、清单、问题、资料、结果，和现在可以办的。"""
    thing = inspection_or_404(request, number)
    user = request.user
    deeds = Deeds(request, thing, ACTS, {"finish": actions.finish, "cancel": actions.cancel})
    context = {
        "inspection": thing,
        "agreement": thing.agreement,
        "deeds": deeds,
        "form": deeds.form,
        "on_team": permissions.team_member(thing, user),
        "plans": permissions.planner(thing, user),
        "may_ask": permissions.planner_or_team(thing, user) and thing.status in (S.NOTIFIED, S.UNDERWAY),
        "insider": not user.institution_id,
        "editable": permissions.team_member(thing, user) and thing.status == S.UNDERWAY,
        "findings": findings_of(thing, user),
        "requests": EvidenceRequest.objects.visible_to(user).filter(inspection=thing),
        "sheet": thing.sheet,
        "counts": checklist_counts(thing) if not user.institution_id else [],
        "visits": visits_of(thing, user),
        "samples": thing.samples.count() if not user.institution_id else 0,
    }
    return deeds.answered() or render(request, "inspections/record.html", context)


def findings_of(inspection, user):
    found = Finding.objects.visible_to(user).filter(inspection=inspection)
    rows = list(found.select_related("department", "staff").prefetch_related("evidence"))
    for one in rows:
        one.inspection = inspection  # so that none of them asks for it again
    return rows


def visits_of(inspection, user):
    found = Visit.objects.visible_to(user).filter(inspection=inspection)
    return found.prefetch_related("members", "attachments")


def checklist_counts(inspection):
    """[(label, count)] of the results on the checklist, those that occur."""
    lines = inspection.checklist
    found = dict(lines.order_by().values_list("result").annotate(Count("pk")))
    return [(label, found[value]) for value, label in lines.model.Result.choices if found.get(value)]
