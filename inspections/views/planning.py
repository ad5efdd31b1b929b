"""安排核查：选哪一份协议，时段、范围、核查组。"""

from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render

from agreements.gate import declared, perform, refusal
from agreements.models import Agreement
from agreements.status import IN_THE_MAKING
from agreements.views.common import agreement_or_404, carried_out, must

from .. import actions, forms, permissions
from ..models import Inspection
from .common import inspection_or_404

MOST = 20


def choose(request):
    """选择要核查的协议。"""
    must(request.user.role in forms.PLANNERS, "安排核查")
    words, found = request.GET.get("q", "").strip(), []
    if words:
        worked_on = Agreement.objects.worked_on_by(request.user).exclude(status__in=IN_THE_MAKING)
        found = worked_on.with_parties().filter(
            Q(number=words)
            | Q(institution__code=words)
            | Q(institution__current__name__icontains=words)
        )[:MOST]  # fmt: skip
    return render(request, "inspections/choose.html", {"q": words, "found": found})


def new(request, number):
    """安排一次核查。"""
    agreement = agreement_or_404(request, number)
    must(permissions.planner(agreement, request.user), "安排核查")
    form = forms.PlanForm(request.POST or None, agreement=agreement, user=request.user)
    if form.is_valid():
        plan = partial(actions.plan_inspection, agreement)
        if made := carried_out(form, request, plan, **form.details()):
            messages.success(request, f"已安排核查 {made}。核对后通知乙方，或由核查组按计划日期开始")
            return redirect(made)
    return render(request, "inspections/plan.html", {"agreement": agreement, "form": form})


def edit(request, number):
    """通知之前修改计划。"""
    thing = inspection_or_404(request, number)
    must(declared(Inspection, "revise_plan").has_perm(thing, request.user), "修改计划")
    form = forms.PlanForm(
        request.POST or None, agreement=thing.agreement, user=request.user, inspection=thing
    )
    if form.is_valid() and carried_out(form, request, partial(perform, thing.revise_plan), **form.details()):
        messages.success(request, "计划已修改")
        return redirect(thing)
    why = refusal(thing, "revise_plan", by=request.user)
    context = {"agreement": thing.agreement, "inspection": thing, "form": form, "refusal": why}
    return render(request, "inspections/plan.html", context)
