"""送达: the list, a paper's first sending, one delivery with what may be done about it (第八十四条)."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from ..deliveries import actions, forms
from ..deliveries.notice_papers import ADDRESSED
from ..forms import NothingToFill
from ..gate import declared, refusal
from ..models import Delivery, Event, Paper
from ..models.delivery import contact_of
from .common import carried_out, must
from .deeds import Deeds

PER_PAGE = 50
TABS = [
    ("open", "未送达", [Delivery.Status.PENDING, Delivery.Status.SENT]),
    ("failed", "退回", [Delivery.Status.FAILED]),
    ("received", "已送达", [Delivery.Status.RECEIVED]),
    ("all", "全部", Delivery.Status.values),
]
FORMS = {
    "acknowledge": NothingToFill,
    "send": forms.SendForm,
    "confirm_receipt": forms.ReceiptForm,
    "fail": forms.FailForm,
}


def deliveries(request):
    """送达列表：未送达、退回、已送达；按协议、机构、文号查。"""
    states = {key: wanted for key, _, wanted in TABS}
    tab, words = request.GET.get("tab"), request.GET.get("q", "").strip()
    tab = tab if tab in states else "all" if words else "open"
    found = Delivery.objects.visible_to(request.user).filter(status__in=states[tab])
    if words:
        found = found.filter(
            Q(agreement__number__icontains=words) | Q(paper__number__icontains=words) | Q(addressee__icontains=words)
        )  # fmt: skip
    rows = found.select_related("paper", "agreement__institution__current")
    context = {
        "tabs": [(key, label) for key, label, _ in TABS],
        "tab": tab,
        "words": words,
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "agreements/deliveries.html", context)


def serve(request, code):
    """送达一份文书：写明方式和送出日期，从此有一条送达记录。"""
    papers = Paper.objects.visible_to(request.user).select_related("agreement__edition", "delivery")
    paper = get_object_or_404(papers, code=code)
    must(declared(Paper, "serve").has_perm(paper, request.user), "送达文书")
    if hasattr(paper, "delivery"):
        return redirect(paper.delivery)
    form = forms.SendForm(request.POST or None, agreement=paper.agreement, user=request.user)
    if form.is_valid() and (
        made := carried_out(form, request, partial(actions.send, paper), **form.details())
    ):
        messages.success(request, f"{paper.number} 已送出。收到后凭证明登记收到日期")
        return redirect(made)
    context = {
        "agreement": paper.agreement,
        "paper": paper,
        "form": form,
        "refusal": refusal(paper, "serve", by=request.user),
        "contact": contact_of(paper.agreement, ADDRESSED.get(paper.purpose, "institution"), localdate()),
    }
    return render(request, "agreements/delivery_new.html", context)


def delivery(request, pk):
    """One delivery: where, how, when, on what proof; 送出、登记收到、签收、退回."""
    found = Delivery.objects.visible_to(request.user).select_related(
        "agreement__edition",
        "paper",
        "receipt",
        "agreement__agency__current",
        "agreement__institution__current",
    )
    thing = get_object_or_404(found, pk=pk)
    deeds = Deeds(request, thing, FORMS)
    history = Event.objects.visible_to(request.user).filter(
        agreement=thing.agreement, subject=f"{thing.kind_name} {thing}"
    )
    context = {
        "agreement": thing.agreement,
        "delivery": thing,
        "deeds": deeds,
        "form": deeds.form,
        "proofs": thing.proofs.all(),
        "history": history.order_by("seq"),
    }
    return deeds.answered() or render(request, "agreements/delivery.html", context)
