"""续签: the applications and the campaigns, and one page for each application with what may be done about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from institutions.models import Role

from ..forms import TodayForm, TodayReasonForm
from ..gate import RuleBroken
from ..models import RenewalCampaign, RenewalRequest
from ..renewals import forms
from ..renewals.actions import announce_campaign, close_campaign, on_file, refile
from ..renewals.campaigns import progress
from .common import agreement_or_404, carried_out, must
from .deeds import Deeds

PER_PAGE = 50
FORMS = {
    "accept_late": TodayForm,
    "start_talks": TodayForm,
    "agree": TodayForm,
    "offer_text": forms.OfferForm,
    "refile": forms.SelfAssessmentForm,
    "return_for_completion": TodayReasonForm,
    "fail": TodayReasonForm,
    "withdraw": TodayForm,
}
# Where doing it is more than passing the door.
HOW = {"refile": refile}


def renewal(request, number, pk):
    """One application. 404 for a stranger, 403 for a deed that is not this person's."""
    agreement = agreement_or_404(request, number)
    found = agreement.renewal_requests.select_related(
        "filed_by", "late_accepted_by", "form_paper", "commitment_paper"
    )
    deeds = Deeds(request, get_object_or_404(found, pk=pk), FORMS, HOW)
    context = {
        "agreement": agreement,
        "renewal": deeds.thing,
        "deeds": deeds,
        "form": deeds.form,
        "suspensions": agreement.suspensions.all(),
        "holds": agreement.payment_holds.all(),
        "bans": agreement.service_bans.select_related("staff", "department"),
        "on_file": on_file(agreement) if request.user.agency_id else None,
    }
    return deeds.answered() or render(request, "agreements/renewal.html", context)


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
