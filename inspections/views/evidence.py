"""调取资料：要什么、最迟哪一天；乙方凭承诺书提供；核查的文件只给看得到这次核查的人。"""

from functools import partial

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render

from agreements.forms import NothingToFill, TodayReasonForm
from agreements.gate import declared, refusal
from agreements.models import Attachment
from agreements.views.common import carried_out, must
from agreements.views.deeds import Deeds

from .. import actions, forms
from ..models import EvidenceRequest, Inspection
from .common import inspection_or_404

ACTS = {
    "hand_over": forms.HandOverForm,
    "accept": NothingToFill,
    "ask_again": forms.AskAgainForm,
    "withdraw": TodayReasonForm,
}


def ask(request, number):
    """调取资料。"""
    thing = inspection_or_404(request, number)
    must(declared(Inspection, "ask_for_evidence").has_perm(thing, request.user), "调取资料")
    form = forms.AskForm(request.POST or None, agreement=thing.agreement, user=request.user)
    if form.is_valid():
        deed = partial(actions.ask_for_evidence, thing)
        if made := carried_out(form, request, deed, **form.details()):
            messages.success(request, "已要求乙方提供，通知书已建立；送达后附上回证")
            return redirect(made)
    context = {
        "inspection": thing,
        "agreement": thing.agreement,
        "form": form,
        "refusal": refusal(thing, "ask_for_evidence", by=request.user),
    }
    return render(request, "inspections/ask.html", context)


def request_page(request, number, order):
    """一次调取：要求、期限、乙方提供的资料。"""
    inspection = inspection_or_404(request, number)
    found = EvidenceRequest.objects.visible_to(request.user).filter(inspection=inspection)
    thing = get_object_or_404(
        found.select_related("asked_by", "answered_by", "paper", "commitment_paper"), order=order
    )
    thing.inspection = inspection
    deeds = Deeds(request, thing, ACTS, {"hand_over": actions.hand_over})
    context = {
        "inspection": inspection,
        "agreement": inspection.agreement,
        "request_": thing,
        "deeds": deeds,
        "form": deeds.form,
        "files": thing.attachments.all(),
    }
    return deeds.answered() or render(request, "inspections/evidence.html", context)


def file(request, number, pk):
    """A file of this inspection; refused when it is no longer what was kept."""
    inspection = inspection_or_404(request, number)
    thing = get_object_or_404(files_of(inspection, request.user), pk=pk)
    if not thing.is_whole:
        messages.error(request, f"文件“{thing.name}”与提交时的摘要不符，已停止下载。请告知系统管理员")
        return redirect(inspection)
    return FileResponse(
        thing.file.open("rb"), as_attachment=True, filename=thing.name, content_type=thing.content_type
    )


def files_of(inspection, user):
    """Evidence, answers, seals and what visits brought home; of these a hospital sees what is not the agency's own."""
    files = Attachment.objects.filter(agreement=inspection.agreement)
    evidence = files.filter(findings__inspection=inspection)
    answers = files.filter(pk__in=EvidenceRequest.attachments.through.objects.filter(
        evidencerequest__inspection=inspection).values("attachment"))  # fmt: skip
    seals = files.filter(pk__in=inspection.sheets.values("signatures__seal"))
    visits = files.filter(visits__inspection=inspection)
    found = files.filter(pk__in=[*_pks(evidence), *_pks(answers), *_pks(seals), *_pks(visits)])
    return found.filter(internal=False) if user.institution_id else found


def _pks(files):
    return files.values_list("pk", flat=True)
