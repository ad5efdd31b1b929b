"""中止、继续履行、终止申请：起草、修改、核验，经办按申请提请（第七十九条、第八十条）。"""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from .. import permissions
from ..applications import actions
from ..applications import forms as application_forms
from ..forms import TodayForm, TodayReasonForm
from ..gate import declared, perform, refusal
from ..models import Agreement, ApplicationStatus, StopRequest
from ..models.application import WITH_HOSPITAL
from ..models.stop_request import warning_for
from ..offers import slug, why_not_propose
from ..stops.request_forms import FORMS
from ..stops.requests import OPENS, draft_stop
from .common import agreement_or_404, carried_out, must
from .deeds import Deeds

ANSWERS = {
    "submit": application_forms.SubmitForm,
    "refile": application_forms.SubmitForm,
    "accept": TodayForm,
    "return_for_completion": application_forms.ReturnForm,
    "refuse": TodayReasonForm,
    "withdraw": TodayForm,
}
HOW = {"submit": actions.submit, "refile": actions.submit}


def new_stop(request, number, kind):
    """起草：中止（suspend）、继续履行（resume）、终止（end）。"""
    agreement = agreement_or_404(request, number)
    if kind not in StopRequest.Kind:
        raise Http404
    kind = StopRequest.Kind(kind)
    must(permissions.institution_side(agreement, request.user), f"起草{kind.label}")
    form = FORMS[kind](request.POST or None, request.FILES or None, agreement=agreement)
    why = refusal(agreement, OPENS[kind], by=request.user)
    if form.is_valid():
        draft = partial(draft_stop, agreement, kind)
        if made := carried_out(form, request, draft, **form.details()):
            messages.success(request, "草稿已保存。核对无误后提交")
            return redirect(made)
    return _form_page(request, agreement, kind, form, why)


def reword(request, number, pk):
    """提交前或补正时修改。"""
    agreement = agreement_or_404(request, number)
    thing = get_object_or_404(agreement.stoprequests.visible_to(request.user), pk=pk)
    must(permissions.institution_side(agreement, request.user), "修改申请")
    form = FORMS[thing.kind](request.POST or None, request.FILES or None, agreement=agreement, request=thing)
    why = refusal(thing, "reword", by=request.user)
    if form.is_valid() and carried_out(form, request, partial(perform, thing.reword), **form.rewording()):
        messages.success(request, "已修改。核对无误后提交")
        return redirect(thing)
    return _form_page(request, agreement, StopRequest.Kind(thing.kind), form, why, thing)


def _form_page(request, agreement, kind, form, why, thing=None):
    article = declared(Agreement, OPENS[kind]).custom["article"]
    context = {
        "agreement": agreement, "kind": kind, "form": form, "refusal": why, "application": thing, "article": article,
        "warning": warning_for(agreement, kind),
    }  # fmt: skip
    return render(request, "agreements/stop_request_form.html", context)


def stop(request, number, pk):
    """One request: what is asked for, what may be done about it, and the proposal that answers it."""
    agreement = agreement_or_404(request, number)
    found = agreement.stoprequests.visible_to(request.user).select_related("suspension")
    thing = get_object_or_404(found, pk=pk)
    deeds = Deeds(request, thing, ANSWERS, HOW)
    context = {
        "agreement": agreement,
        "application": thing,
        "deeds": deeds,
        "form": deeds.form,
        "may_rewrite": thing.status in WITH_HOSPITAL and permissions.institution_side(thing, request.user),
        "proposals": thing.open_proposals if request.user.agency_id else [],
        "propose": _propose(thing, request.user),
    }
    return deeds.answered() or render(request, "agreements/stop_request.html", context)


def _propose(thing, user):
    """「按申请提请」for the clerk: (url, why not). None for everybody else and while it is not verified."""
    if thing.status != ApplicationStatus.EXAMINING or not permissions.agency_clerk(thing, user):
        return None
    url = reverse("agreement-act", args=[thing.agreement.number, slug(thing.act)])
    why = thing.why_not_proposed or why_not_propose(thing.agreement, thing.act, user)
    return {"url": f"{url}?request={thing.pk}", "why": why}
