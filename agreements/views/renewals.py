"""续签: the applications and the campaigns, and one page for each application with what may be done about it."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from institutions.models import Role

from .. import renewal_forms as forms
from ..campaigns import progress
from ..gate import RuleBroken, declared, perform, refusal, step_of
from ..models import RenewalCampaign, RenewalRequest
from ..renewals import announce_campaign, close_campaign, on_file, refile
from .common import agreement_or_404, carried_out, must

PER_PAGE = 50
FORMS = {
    "accept_late": forms.TodayForm,
    "start_talks": forms.TodayForm,
    "agree": forms.TodayForm,
    "offer_text": forms.OfferForm,
    "refile": forms.SelfAssessmentForm,
    "return_for_completion": forms.TodayReasonForm,
    "fail": forms.TodayReasonForm,
    "withdraw": forms.TodayForm,
}
# Where doing it is more than passing the door.
HOW = {"refile": refile}


@dataclass(frozen=True)
class Deed:
    """One thing that this person may do about an application; `refusal` says why not now."""

    name: str
    label: str
    form: object
    refusal: str | None


def renewal(request, number, pk):
    """One application. 404 for a stranger, 403 for a deed that is not this person's."""
    agreement = agreement_or_404(request, number)
    thing = get_object_or_404(
        agreement.renewal_requests.select_related(
            "filed_by", "late_accepted_by", "form_paper", "commitment_paper"
        ),
        pk=pk,
    )
    asked = request.POST.get("deed", "")
    deeds = [_deed(thing, name, request, asked == name) for name in FORMS if _may(thing, name, request.user)]
    if request.method == "POST":
        deed = next((one for one in deeds if one.name == asked), None)
        must(deed, declared(RenewalRequest, asked).custom["label"] if asked in FORMS else asked)
        move = partial(HOW[asked], thing) if asked in HOW else partial(perform, getattr(thing, asked))
        if deed.form.is_valid() and carried_out(deed.form, request, move, **deed.form.details()):
            messages.success(request, f"{deed.label}：已办理")
            return redirect("renewal", agreement.number, thing.pk)
    # A deed that only the application's state forbids is not worth a dead button.
    shown = [one for one in deeds if step_of(thing, one.name)]
    context = {
        "agreement": agreement,
        "renewal": thing,
        "deeds": shown,
        "form": _asked_form(deeds, asked),
        "suspensions": agreement.suspensions.all(),
        "holds": agreement.payment_holds.all(),
        "bans": agreement.service_bans.select_related("staff", "department"),
        "on_file": on_file(agreement) if request.user.agency_id else None,
    }
    return render(request, "agreements/renewal.html", context)


def _may(thing, name, user):
    return declared(RenewalRequest, name).has_perm(thing, user)


def _deed(thing, name, request, asked):
    data = (request.POST, request.FILES) if request.method == "POST" and asked else (None, None)
    form = FORMS[name](*data, agreement=thing.agreement, user=request.user, auto_id=f"id_{name}_%s")
    return Deed(
        name, declared(RenewalRequest, name).custom["label"], form, refusal(thing, name, by=request.user)
    )


def _asked_form(deeds, asked):
    return next((one.form for one in deeds if one.name == asked), None)


def renewals(request):
    """Open applications this person may see and, for an agency, its campaigns; a leader announces one here."""
    user = request.user
    form = forms.CampaignForm(request.POST or None)
    if request.method == "POST":
        must(_leads(user), "公告统一组织续签")
        if form.is_valid() and carried_out(form, request, _announced, **form.cleaned_data):
            messages.success(request, "统一组织续签：已公告")
            return redirect("renewals")
    found = RenewalRequest.objects.visible_to(user).open().select_related("agreement__institution__current")
    context = {
        "page_obj": Paginator(found.order_by("agreement__ends_on", "pk"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "campaigns": _campaigns(user),
        "form": form,
        "leads": _leads(user),
    }
    return render(request, "agreements/renewals.html", context)


def _campaigns(user):
    """[(campaign, Progress)]; how far others have come is the agency's affair, and None for a hospital."""
    campaigns = RenewalCampaign.objects.visible_to(user).select_related("announced_by")
    how_far = progress(campaigns) if user.agency_id else {}
    return [(one, how_far.get(one.pk)) for one in campaigns]


@require_POST
def close(request, pk):
    """The leader records that a campaign is finished."""
    must(_leads(request.user), "办结统一组织续签")
    campaign = get_object_or_404(RenewalCampaign, pk=pk, agency=request.user.agency_id)
    try:
        close_campaign(campaign, by=request.user)
        messages.success(request, "统一组织续签：已办结")
    except RuleBroken as why:
        messages.error(request, str(why))
    return redirect("renewals")


def _announced(by, address, first_end, last_end):
    return announce_campaign(first_end, last_end, by=by)


def _leads(user):
    return user.role == Role.LEADER and user.agency_id is not None
