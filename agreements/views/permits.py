"""约定服务项目、事先协商：起草、修改、办理，协议页上的一栏。"""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from ..applications import actions as applications
from ..applications import forms as application_forms
from ..forms import TodayForm, TodayReasonForm
from ..gate import declared, perform, refusal
from ..models import Agreement, PermitRequest, PriorConsultation
from ..models.application import WITH_HOSPITAL
from ..numbers import same_name
from ..permits import actions, forms
from .common import agreement_or_404, carried_out, must
from .deeds import Deeds

MOST = 50
ANSWERS = {
    "submit": application_forms.SubmitForm,
    "refile": application_forms.SubmitForm,
    "accept": TodayForm,
    "examine": application_forms.OpinionForm,
    "grant": application_forms.OpinionForm,
    "return_for_completion": application_forms.ReturnForm,
    "refuse": TodayReasonForm,
    "withdraw": TodayForm,
}


@dataclass(frozen=True)
class Kind:
    """How one kind of request is made and answered; `terms` names the table of the edition that knows it."""

    model: type
    form: type
    act: str
    terms: str
    answers: dict
    unpaid: str


KINDS = {
    "permit": Kind(
        PermitRequest, forms.PermitForm, "draft_permit", "permits", ANSWERS | {"revoke": TodayReasonForm},
        "未经甲方准予的项目，费用不予支付",
    ),
    "consultation": Kind(
        PriorConsultation, forms.ConsultationForm, "draft_consultation", "consultation",
        ANSWERS | {"grant": forms.AnswerForm}, "未经事先协商的，所发生的医保费用不予支付",
    ),
}  # fmt: skip
HOW = {"submit": applications.submit, "refile": applications.submit, "revoke": actions.revoke}


def new(request, number, kind):
    """起草：约定服务项目申请（permit），事先协商（consultation）。"""
    agreement, name, kind = agreement_or_404(request, number), kind, KINDS[kind]
    step = declared(Agreement, kind.act)
    must(step.has_perm(agreement, request.user), step.custom["label"])
    form = kind.form(request.POST or None, request.FILES or None, agreement=agreement)
    why = refusal(agreement, kind.act, by=request.user)
    if form.is_valid():
        draft = partial(actions.draft, agreement, kind.act)
        if made := carried_out(form, request, draft, **form.details()):
            messages.success(request, "草稿已保存。核对无误后提交")
            return redirect(made)
    return _form_page(request, agreement, name, form, why)


def edit(request, number, pk, kind):
    """提交前或补正时修改。"""
    agreement, name, kind = agreement_or_404(request, number), kind, KINDS[kind]
    thing = _found(request, agreement, kind, pk)
    step = declared(kind.model, "reword")
    must(step.has_perm(thing, request.user), step.custom["label"])
    form = kind.form(request.POST or None, request.FILES or None, agreement=agreement, request=thing)
    why = refusal(thing, "reword", by=request.user)
    if form.is_valid() and carried_out(form, request, partial(perform, thing.reword), **form.rewording()):
        messages.success(request, "已修改。核对无误后提交")
        return redirect(thing)
    return _form_page(request, agreement, name, form, why, thing)


def _form_page(request, agreement, name, form, why, thing=None):
    kind = KINDS[name]
    context = {
        "agreement": agreement, "kind": kind, "title": kind.model.kind_name, "form": form, "refusal": why,
        "application": thing, "term": getattr(agreement.terms, kind.terms), "list": kind.model._meta.model_name,
    }  # fmt: skip
    return render(request, "agreements/permit_form.html", context)


def one(request, number, pk, kind):
    """One request: what it says, its course, what may be done about it."""
    agreement, name, kind = agreement_or_404(request, number), kind, KINDS[kind]
    thing = _found(request, agreement, kind, pk)
    deeds = Deeds(request, thing, kind.answers, HOW)
    may_rewrite = declared(kind.model, "reword").has_perm(thing, request.user)
    context = {
        "agreement": agreement,
        "application": thing,
        "kind": kind,
        "edit": f"{name}-edit",
        "term": getattr(agreement.terms, kind.terms),
        "ban": _ban_of(thing, _banned_items(agreement)) if name == "permit" else None,
        "deeds": deeds,
        "form": deeds.form,
        "may_rewrite": thing.status in WITH_HOSPITAL and may_rewrite,
    }
    return deeds.answered() or render(request, "agreements/permit.html", context)


def _found(request, agreement, kind, pk):
    return get_object_or_404(kind.model.objects.visible_to(request.user), agreement=agreement, pk=pk)


def section(agreement, user):
    """On the agreement's page: the permits of the parties and the consultations of this agreement, where its text knows them."""
    terms = agreement.terms
    if not (terms.permits or terms.consultation):
        return None
    permits = agreement.permit_requests.visible_to(user).select_related("agreement")[:MOST]
    banned = _banned_items(agreement)
    return "agreements/_permits.html", {
        "permits": terms.permits and [(one, _ban_of(one, banned)) for one in permits],
        "consultations": terms.consultation and agreement.priorconsultations.visible_to(user)[:MOST],
        "kinds": KINDS,
    }


def _banned_items(agreement):
    """The bans of service items that run today."""
    return list(agreement.running_bans(localdate()).filter(scope="service"))


def _ban_of(permit, bans):
    """The ban of just this item, or None."""
    return next((ban for ban in bans if same_name(ban.service, permit.item)), None)
