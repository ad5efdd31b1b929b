"""乙方的报告：行政处罚、自查自纠、公告证明；甲方公告的自查自纠阶段（第七、七十三、七十五、八十二条）。"""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from institutions.models import Role

from .. import permissions
from ..applications.forms import ReturnForm
from ..gate import declared, refusal
from ..models import Agreement, Deadline, DisplayProof, PenaltyReport, SelfCheckCampaign, SelfCheckReport
from ..reports import actions as reports
from ..reports import forms
from .common import agreement_or_404, carried_out, must
from .deeds import Deeds


@dataclass(frozen=True)
class Kind:
    """How one kind of report is filed: its model, its form, the deed, the act of the agreement, what to know first."""

    model: type
    form: type
    deed: object
    act: str
    follows: str


KINDS = {
    "penalty": Kind(
        PenaltyReport, forms.PenaltyReportForm, reports.file_penalty_report, "file_penalty_report",
        "收件的是医疗保障行政部门，甲方抄收。",
    ),
    "self-check": Kind(
        SelfCheckReport, forms.SelfCheckForm, reports.file_self_check, "file_self_check",
        "检查介入之前或自查自纠阶段自查发现、费用已清退、整改资料已交的，不再给予其他协议处理（第七十五条）；骗取医保基金的除外。",
    ),
    "display-proof": Kind(
        DisplayProof, forms.DisplayProofForm, reports.file_display_proof, "file_display_proof",
        "提交后由甲方核对，核对期间时限暂停；收悉的，按提交当日办结。",
    ),
}  # fmt: skip


def new_report(request, number, kind):
    """报送行政处罚（penalty），提交自查自纠报告（self-check）。"""
    if kind not in ("penalty", "self-check"):
        raise Http404
    agreement = agreement_or_404(request, number)
    return _filing(request, agreement, KINDS[kind], KINDS[kind].deed)


def new_proof(request, pk):
    """公告证明：办结哪一项时限。"""
    found = Deadline.objects.visible_to(request.user).with_parties()
    deadline = get_object_or_404(found.select_related("agreement__edition"), pk=pk)
    if not deadline.needs_proof:
        raise Http404
    kind = KINDS["display-proof"]
    return _filing(request, deadline.agreement, kind, partial(kind.deed, deadline=deadline), deadline)


def _filing(request, agreement, kind, deed, deadline=None):
    step = declared(Agreement, kind.act)
    must(step.has_perm(agreement, request.user), step.custom["label"])
    known = {"deadline": deadline} if deadline else {}
    why = refusal(agreement, kind.act, by=request.user, **known)
    form = kind.form(request.POST or None, request.FILES or None, agreement=agreement, user=request.user)
    made = form.is_valid() and carried_out(form, request, partial(deed, agreement), **form.details())
    if made:
        messages.success(request, f"{step.custom['label']}：已提交")
        return redirect(made)
    context = {
        "agreement": agreement, "kind": kind, "form": form, "step": step, "refusal": why, "deadline": deadline,
        "title": step.custom["label"],
    }  # fmt: skip
    return render(request, "agreements/report_form.html", context)


def complete_report(request, number, kind, pk):
    """退回后补正。"""
    agreement, kind = agreement_or_404(request, number), _kind_or_404(kind)
    thing = get_object_or_404(kind.model.objects.visible_to(request.user), agreement=agreement, pk=pk)
    step = declared(kind.model, "refile")
    must(step.has_perm(thing, request.user), step.custom["label"])
    form = kind.form(
        request.POST or None, request.FILES or None, agreement=agreement, user=request.user, report=thing
    )
    if form.is_valid() and carried_out(form, request, partial(reports.refile, thing), **form.details()):
        messages.success(request, "已补正提交")
        return redirect(thing)
    context = {
        "agreement": agreement, "kind": kind, "form": form, "step": step, "title": f"补正{kind.model.kind_name}",
        "application": thing, "refusal": refusal(thing, "refile", by=request.user),
    }  # fmt: skip
    return render(request, "agreements/report_form.html", context)


def report(request, number, pk, kind):
    """One report: what it says, its files and papers, what may be done about it."""
    agreement, slug, kind = agreement_or_404(request, number), kind, _kind_or_404(kind)
    found = kind.model.objects.visible_to(request.user).filter(agreement=agreement)
    thing = get_object_or_404(found, pk=pk)
    answers = {"note": forms.NoteForm, "return_report": ReturnForm}
    if hasattr(kind.model, "exempt"):
        answers = {"exempt": forms.ExemptForm, **answers}
    deeds = Deeds(request, thing, answers)
    context = {
        "agreement": agreement,
        "application": thing,
        "slug": slug,
        "deeds": deeds,
        "form": deeds.form,
        "may_complete": thing.status == thing.Status.RETURNED
        and permissions.institution_side(thing, request.user),
        "exemption": thing.exemption() if hasattr(thing, "exemption") else None,
    }
    return deeds.answered() or render(request, "agreements/report.html", context)


def _kind_or_404(kind):
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def self_checks(request):
    """自查自纠阶段：甲方公告的起止；负责人在此公告。"""
    form = forms.SelfCheckCampaignForm(request.POST or None)
    leads = request.user.role == Role.LEADER and request.user.agency_id is not None
    if request.method == "POST":
        must(leads, "公告自查自纠阶段")
        if form.is_valid() and carried_out(form, request, _announced, **form.cleaned_data):
            messages.success(request, "自查自纠阶段：已公告")
            return redirect("self-checks")
    found = SelfCheckCampaign.objects.visible_to(request.user).select_related("announced_by", "agency")
    return render(request, "agreements/self_checks.html", {"campaigns": found, "form": form, "leads": leads})


def _announced(by, address, **said):
    return reports.announce_self_check(**said, by=by)
