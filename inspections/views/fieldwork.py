"""实施：现场、清单、抽样、问题。核查组的人登记，经办机构的其他人看。"""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from agreements.gate import RuleBroken, perform, refusal
from agreements.views.common import carried_out, must
from config.middleware import client_address

from .. import actions, permissions
from .. import fieldwork_forms as forms
from ..checking import groups_of
from ..models import ChecklistLine, SampleDraw
from .common import inspection_or_404


def _work(request, number):
    """An inspection whose work this person may look at: everybody who sees it but the hospital."""
    thing = inspection_or_404(request, number)
    if request.user.institution_id:
        raise PermissionDenied("核查组的工作记录不对乙方公开")
    return thing, permissions.team_member(thing, request.user)


def checklist(request, number):
    """核查清单：违约情形目录逐项。"""
    thing, on_team = _work(request, number)
    if request.method == "POST":
        must(on_team, "登记清单")
        return _checked(request, thing)
    lines = (
        ChecklistLine.objects.visible_to(request.user).filter(inspection=thing).select_related("checked_by")
    )
    context = {
        "inspection": thing,
        "agreement": thing.agreement,
        "groups": groups_of(thing, lines),
        "results": ChecklistLine.Result.choices,
        "refusal": refusal(thing, "record_checks", by=request.user),
        "on_team": on_team,
    }
    return render(request, "inspections/checklist.html", context)


def _checked(request, thing):
    try:
        results = forms.checks_of(thing.checklist.all(), request.POST)
        if results:
            perform(thing.record_checks, by=request.user, address=client_address(request), results=results)
        messages.success(request, f"已登记 {len(results)} 项" if results else "没有改动")
    except RuleBroken as why:
        messages.error(request, str(why))
    return redirect(
        f"{reverse('inspection-checklist', args=[thing.number])}#{request.POST.get('group', '')[:10]}"
    )


def samples(request, number):
    """随机抽样：总体、种子、名单，可以重算。"""
    thing, on_team = _work(request, number)
    if thing.agreement.terms.audit is None:
        raise Http404  # the text knows no share of cases that is drawn
    form = forms.SampleForm(
        request.POST or None, request.FILES or None, agreement=thing.agreement, user=request.user
    )
    if request.method == "POST":
        must(on_team, "随机抽样")
        if form.is_valid() and carried_out(
            form, request, partial(actions.draw_sample, thing), **form.details()
        ):
            messages.success(request, "已抽取，名单如下")
            return redirect("inspection-samples", thing.number)
    context = {
        "inspection": thing,
        "agreement": thing.agreement,
        "form": form,
        "samples": SampleDraw.objects.visible_to(request.user)
        .filter(inspection=thing)
        .select_related("drawn_by"),
        "refusal": refusal(thing, "draw_sample", by=request.user),
        "on_team": on_team,
        "terms": thing.agreement.terms.audit,
    }
    return render(request, "inspections/samples.html", context)


def new_visit(request, number):
    """登记一次现场核查：到哪里、谁去、见了谁，附照片和笔录。"""
    thing, on_team = _work(request, number)
    must(on_team, "登记现场核查")
    form = forms.VisitForm(
        request.POST or None, request.FILES or None, agreement=thing.agreement, user=request.user, inspection=thing
    )  # fmt: skip
    if form.is_valid() and carried_out(form, request, partial(perform, thing.record_visit), **form.details()):
        messages.success(request, "现场核查已登记")
        return redirect(thing)
    why = refusal(thing, "record_visit", by=request.user)
    context = {"inspection": thing, "agreement": thing.agreement, "form": form, "refusal": why}
    return render(request, "inspections/visit.html", context)


def new_finding(request, number):
    """登记问题；从清单的“不符合”来的，违约情形已经选好。"""
    thing, on_team = _work(request, number)
    must(on_team, "登记问题")
    return _finding(request, thing, None, partial(perform, thing.add_finding))


def edit_finding(request, number, order):
    """结果固定之前修改问题。"""
    thing, on_team = _work(request, number)
    must(on_team, "修改问题")
    finding = get_object_or_404(thing.findings.prefetch_related("evidence"), order=order)
    return _finding(request, thing, finding, partial(perform, thing.change_finding, finding=finding))


def _finding(request, thing, finding, deed):
    initial = {} if finding else {"code": request.GET.get("item", "")[:20]}
    form = forms.FindingForm(
        request.POST or None, request.FILES or None, agreement=thing.agreement, user=request.user,
        finding=finding, initial=initial,
    )  # fmt: skip
    if form.is_valid() and carried_out(form, request, deed, **form.details()):
        messages.success(request, "问题已登记" if finding is None else "问题已修改")
        return redirect(thing)
    act = "change_finding" if finding else "add_finding"
    context = {
        "inspection": thing,
        "agreement": thing.agreement,
        "finding": finding,
        "form": form,
        "compared": form.compared(),
        "refusal": refusal(thing, act, by=request.user),
    }
    return render(request, "inspections/finding.html", context)


def drop_finding(request, number, order):
    """核实后不成立的，删去并写明原因。"""
    thing, on_team = _work(request, number)
    must(on_team, "删去问题")
    finding = get_object_or_404(thing.findings, order=order)
    form = forms.DropForm(request.POST or None, agreement=thing.agreement, user=request.user)
    deed = partial(perform, thing.drop_finding, finding=finding)
    if form.is_valid() and carried_out(form, request, deed, **form.details()):
        messages.success(request, f"问题 {order} 已删去")
        return redirect(thing)
    context = {"inspection": thing, "agreement": thing.agreement, "finding": finding, "form": form}
    return render(request, "inspections/drop_finding.html", context)
