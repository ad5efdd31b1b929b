"""费用申报：一个月一件，受理、审核、同意拨付、拨付（第三十六至三十九条）。"""

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, render

from institutions.filters import LONGEST_SEARCH

from ..claims import clocks as claim_clocks
from ..claims.forms import ANSWERS
from ..clocks.board import clocks_of
from ..models import ClaimStatus, FeeClaim
from .common import agreement_or_404
from .deeds import Deeds

PER_PAGE = 50


def claims(request):
    """费用申报列表：没有拨付的在前，状态作标签。"""
    found = FeeClaim.objects.visible_to(request.user).select_related("agreement__institution__current")
    text, tab = request.GET.get("q", "").strip()[:LONGEST_SEARCH], request.GET.get("tab", "open")
    if text:
        named = Q(agreement__institution__current__name__icontains=text)
        found = found.filter(named | Q(agreement__number__istartswith=text))
    shown = found.filter(status=tab) if tab in ClaimStatus else found if tab == "all" else found.open()
    context = {
        "page_obj": Paginator(shown.order_by("-month", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "tabs": [("open", "未拨付"), *ClaimStatus.choices, ("all", "全部")],
        "tab": tab if tab in ClaimStatus or tab == "all" else "open",
        "q": text,
    }
    return render(request, "agreements/claims.html", context)


def claim(request, number, pk):
    """One month: sums, who did what, its clocks, what may be done about it."""
    agreement = agreement_or_404(request, number)
    found = FeeClaim.objects.visible_to(request.user).filter(agreement=agreement)
    thing = get_object_or_404(found, pk=pk)
    deeds = Deeds(request, thing, ANSWERS)
    clocks = claim_clocks.of_claim(thing).with_parties()
    context = {
        "agreement": agreement,
        "claim": thing,
        "clocks": clocks_of(clocks),
        "hold": agreement.payment_holds.filter(released_on=None).first() if thing.is_open else None,
        "deeds": deeds,
        "form": deeds.form,
    }
    return deeds.answered() or render(request, "agreements/claim.html", context)
