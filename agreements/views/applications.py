"""申请: the list of what hospitals filed, and the pages of changes and supplements."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from institutions.models import User
from institutions.permissions import sees_account

from .. import permissions
from ..applications import actions, forms
from ..forms import NothingToFill, TodayForm, TodayReasonForm
from ..gate import perform
from ..models import (
    ApplicationStatus,
    Attachment,
    ChangeRequest,
    DisplayProof,
    PenaltyReport,
    PermitRequest,
    PriorConsultation,
    SelfCheckReport,
    StopRequest,
)
from ..supplements.actions import take_back
from ..supplements.changes import changes_by
from .common import agreement_or_404, carried_out, must
from .deeds import Deeds

PER_PAGE, LATEST = 50, 8

# What may be done about any application, in the order of its life.
ANSWERS = {
    "submit": forms.SubmitForm,
    "refile": forms.SubmitForm,
    "accept": TodayForm,
    "examine": forms.OpinionForm,
    "rest_on_current": NothingToFill,
    "check_account": NothingToFill,
    "grant": forms.OpinionForm,
    "return_for_completion": forms.ReturnForm,
    "refuse": TodayReasonForm,
    "withdraw": TodayForm,
}
HOW = {"submit": actions.submit, "refile": actions.submit, "grant": actions.grant}


def attachment(request, pk):
    """A file that came with a record, for whoever may see it; refused when it is no longer what was handed in."""
    thing = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    if not thing.is_whole:
        messages.error(request, f"文件“{thing.name}”与提交时的摘要不符，已停止下载。请告知系统管理员")
        return redirect(thing.agreement)
    return FileResponse(
        thing.file.open("rb"), as_attachment=True, filename=thing.name, content_type=thing.content_type
    )


def new_change(request, number, kind):
    """起草变更申请：重大信息（major）或一般信息（general）。"""
    agreement = agreement_or_404(request, number)
    if kind not in ChangeRequest.Kind or (kind == "major" and not agreement.terms.change.groups):
        raise Http404
    must(permissions.institution_side(agreement, request.user), "起草变更申请")
    form = forms.ChangeForm(request.POST or None, request.FILES or None, agreement=agreement, kind=kind)
    if form.is_valid():
        draft = partial(actions.draft_change, agreement, kind=kind)
        if made := carried_out(form, request, draft, **form.details()):
            messages.success(request, "草稿已保存。核对无误后提交")
            return redirect(made)
    return _change_form(request, agreement, ChangeRequest.Kind(kind), form)


def rewrite_change(request, number, pk):
    """提交前或补正时修改。"""
    agreement = agreement_or_404(request, number)
    thing = get_object_or_404(agreement.changerequests.visible_to(request.user), pk=pk)
    must(permissions.institution_side(agreement, request.user), "修改变更内容")
    kept = {
        name: getattr(thing, name) for name in ("authority", "approval_number", "approved_on", "synced_on")
    }
    form = forms.ChangeForm(
        request.POST or None, request.FILES or None, agreement=agreement, kind=thing.kind, initial=kept,
        changes=thing.new_values,
    )  # fmt: skip
    if form.is_valid() and carried_out(form, request, partial(perform, thing.rewrite), **form.details()):
        messages.success(request, "已修改。核对无误后提交")
        return redirect(thing)
    return _change_form(request, agreement, ChangeRequest.Kind(thing.kind), form, thing)


def _change_form(request, agreement, kind, form, thing=None):
    context = {"agreement": agreement, "kind": kind, "form": form, "change": thing}
    return render(request, "agreements/change_form.html", context)


def change(request, number, pk):
    """One change request: what changes, on what approval, what may be done about it."""
    agreement = agreement_or_404(request, number)
    found = agreement.changerequests.visible_to(request.user).select_related("base", "version")
    thing = get_object_or_404(found, pk=pk)
    deeds = Deeds(request, thing, ANSWERS, HOW)
    context = {
        "agreement": agreement,
        "application": thing,
        "differences": thing.compare(whole_account=sees_account(request.user, agreement.institution)),
        "deeds": deeds,
        "form": deeds.form,
        "may_rewrite": thing.status in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
        and permissions.institution_side(thing, request.user),
        "amendments": thing.amendments.visible_to(request.user),
    }
    return deeds.answered() or render(request, "agreements/change.html", context)


def amendment(request, number, order):
    """补充协议：条款、双方签署、文书。"""
    agreement = agreement_or_404(request, number)
    thing = get_object_or_404(
        agreement.amendments.select_related("change_request", "supplement"), order=order
    )
    forms_of = {
        "sign_for_institution": forms.SignAmendmentForInstitutionForm,
        "sign_for_agency": forms.SignAmendmentForAgencyForm,
        "decline": TodayReasonForm,
        "take_back": TodayReasonForm,
    }
    how = {
        "sign_for_institution": partial(actions.sign_amendment, side="institution"),
        "sign_for_agency": partial(actions.sign_amendment, side="agency"),
        "take_back": take_back,
    }
    deeds = Deeds(request, thing, forms_of, how)
    context = {
        "agreement": agreement,
        "amendment": thing,
        "deeds": deeds,
        "form": deeds.form,
        "signatures": thing.signatures.all(),
        "changes": changes_by(thing),
    }
    return deeds.answered() or render(request, "agreements/amendment.html", context)


def applications(request):
    """申请列表：一类一页，状态作标签。"""
    kinds = {model._meta.model_name: model for model in [*APPLICATIONS, *_of_their_texts(request.user)]}
    kind = kinds.get(request.GET.get("kind"), APPLICATIONS[0])
    found = kind.objects.visible_to(request.user)
    shown = found if request.GET.get("tab") == "all" else found.open()
    also = getattr(kind, "LISTED_WITH", ())
    rows = shown.select_related("agreement__institution__current", "filed_by", *also).order_by("-pk")
    context = {
        "kinds": [(name, model._meta.verbose_name) for name, model in kinds.items()],
        "kind": kind._meta.model_name,
        "tab": "all" if request.GET.get("tab") == "all" else "open",
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "agreements/applications.html", context)


# What hospitals file, each kind with its own page.
APPLICATIONS = [ChangeRequest, StopRequest, PenaltyReport, SelfCheckReport, DisplayProof]
# What only some texts ask for: with its own section on an agreement's page, and listed where there is any.
OF_SOME_TEXTS = [PermitRequest, PriorConsultation]


def _of_their_texts(user):
    """Those of which this person sees any, in one query."""
    any_of = [Exists(model.objects.visible_to(user)) for model in OF_SOME_TEXTS]
    found = User.objects.filter(pk=user.pk).values_list(*any_of).get()
    return [model for model, there in zip(OF_SOME_TEXTS, found, strict=True) if there]


def applications_of(agreement, user):
    """The latest of every kind that was filed under one agreement, the newest first."""
    found = [
        one
        for model in APPLICATIONS
        for one in model.objects.visible_to(user)
        .filter(agreement=agreement)
        .select_related(*getattr(model, "LISTED_WITH", ()))
        .order_by("-pk")[:LATEST]
    ]
    return sorted(found, key=lambda one: one.filed_on or one.drafted_on, reverse=True)[:LATEST]
