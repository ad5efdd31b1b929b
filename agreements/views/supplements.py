"""统一补充协议: the list, the draft, one with its progress, and to whom it is sent."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render

from .. import permissions
from ..forms import NothingToFill
from ..gate import declared, perform
from ..models import ENDED, Amendment, Edition, PolicySupplement, SupplementItem
from ..overlay import changes_of
from ..supplements import actions, forms
from ..supplements.selection import chosen, preview
from .common import carried_out, must
from .deeds import Deeds

PER_PAGE = 50
FORMS = {
    "review": forms.ReviewForm,
    "sign_together": forms.SignTogetherForm,
    "retry": NothingToFill,
    "return_to_draft": forms.BackForm,
    "withdraw": forms.BackForm,
}
HOW = {"retry": actions.retry, "sign_together": actions.sign_together}


def supplements(request):
    """统一补充协议：新的在前，发了多少、签了多少。"""
    must(request.user.agency_id is not None, "查看统一补充协议")
    made = Amendment.Status
    found = PolicySupplement.objects.visible_to(request.user).annotate(
        sent=Count("amendments"), in_force=Count("amendments", Q(amendments__status=made.IN_FORCE))
    )
    page = Paginator(found.select_related("drafted_by").order_by("-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    may_draft = permissions.may_draft_supplement(request.user)
    return render(request, "agreements/supplements.html", {"page_obj": page, "may_draft": may_draft})


def new_supplement(request):
    """起草：内容写好后由另一人复核。"""
    must(permissions.may_draft_supplement(request.user), "起草统一补充协议")
    form = forms.SupplementForm(request.POST or None)
    edition = Edition.objects.newest()
    if form.is_valid():
        made = carried_out(form, request, partial(actions.draft, edition), **form.cleaned_data)
        if made:
            messages.success(request, "草稿已保存，由复核人复核")
            return redirect(made)
    return render(request, "agreements/supplement_form.html", {"form": form, "edition": edition})


def rewrite_supplement(request, number):
    """修改草稿。"""
    thing = _supplement(request, number)
    must(permissions.supplement_clerk(thing, request.user), "起草统一补充协议")
    form = forms.SupplementForm(request.POST or None, initial=forms.SupplementForm.initial_of(thing))
    if form.is_valid() and carried_out(form, request, partial(perform, thing.write), **form.cleaned_data):
        messages.success(request, "草稿已保存，由复核人复核")
        return redirect(thing)
    context = {"form": form, "edition": thing.edition, "supplement": thing}
    return render(request, "agreements/supplement_form.html", context)


def supplement(request, number):
    """一份统一补充协议：内容、进度、各份协议、经过，和现在能办的事。"""
    thing = _supplement(request, number)
    deeds = Deeds(request, thing, FORMS, HOW)
    rows = thing.items.select_related("agreement__institution__current").order_by("pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    made = thing.amendments.filter(agreement__in=[row.agreement_id for row in page])
    made = {one.agreement_id: one for one in made.select_related("agreement").prefetch_related("signatures")}
    for row in page:
        row.made = made.get(row.agreement_id)
    context = {
        "supplement": thing,
        "changes": changes_of(thing.edition.terms_source, (), thing.terms_source),
        "progress": _progress(thing),
        "page_obj": page,
        "deeds": deeds,
        "form": deeds.form,
        "may_write": thing.status == thing.Status.DRAFT and permissions.supplement_clerk(thing, request.user),
        "may_send": declared(PolicySupplement, "send").has_perm(thing, request.user)
        and thing.status in (thing.Status.REVIEWED, thing.Status.SENT),
    }
    return deeds.answered() or render(request, "agreements/supplement.html", context)


def _progress(thing):
    """[(label, how many)] in the order of the work."""
    items = dict(thing.items.order_by().values_list("state").annotate(Count("pk")))
    made = dict(thing.amendments.order_by().values_list("status").annotate(Count("pk")))
    ended = thing.amendments.filter(status=Amendment.Status.TO_SIGN, agreement__status__in=ENDED).count()
    ready, state, status = thing.ready_to_sign.count(), SupplementItem.State, Amendment.Status
    return [
        ("等待发送", items.get(state.WAITING, 0)),
        ("待乙方签署", made.get(status.TO_SIGN, 0) - ready - ended),
        ("乙方已签，待甲方", ready),
        ("双方已签，生效", made.get(status.IN_FORCE, 0)),
        ("乙方不同意", made.get(status.DECLINED, 0)),
        ("已撤回", made.get(status.WITHDRAWN, 0)),
        ("协议已结束", ended),
        ("没有发出", items.get(state.FAILED, 0)),
    ]


def send_supplement(request, number):
    """选协议，看发给多少、哪些不能发、为什么，再发送。"""
    thing = _supplement(request, number)
    must(declared(PolicySupplement, "send").has_perm(thing, request.user), "发送统一补充协议")
    query = request.GET.copy()
    query.pop("csrfmiddlewaretoken", None)
    found = chosen(query, thing)
    form = NothingToFill(request.POST or None)
    if request.method == "POST" and found.form.is_valid() and found.is_narrowed:
        form.is_bound = True
        if form.is_valid() and carried_out(form, request, partial(actions.send, thing, query)):
            messages.success(request, f"{thing} 已排队发送，可以离开本页")
            return redirect(thing)
    shown = preview(found.qs, thing) if found.form.is_valid() and found.is_narrowed else None
    context = {"supplement": thing, "filter": found, "preview": shown, "form": form}
    return render(request, "agreements/supplement_send.html", context)


def _supplement(request, number):
    seen = PolicySupplement.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("edition", "agency__current"), number=number)
