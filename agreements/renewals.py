"""Renewal (第七十八条): the hospital applies, or the agency organises it for all whose term ends in a range."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from institutions.models import Agency, Role

from .clocks import SIDES, stop_clocks
from .gate import RuleBroken, perform
from .models import Agreement, RenewalCampaign


def apply_for_renewal(agreement, *, by, self_assessment, address="", on=None):
    """The hospital's application, filed today. Returns the RenewalRequest; RuleBroken when it cannot be filed."""
    agreement = perform(
        agreement.apply_for_renewal,
        by=by,
        address=address,
        self_assessment=self_assessment,
        on=on or localdate(),
    )
    return agreement.renewal_requests.last()


@transaction.atomic
def announce_campaign(first_end, last_end, *, by, on=None):
    """The leader announces that the agency renews every agreement that ends from `first_end` to `last_end`.

    Raises PermissionDenied, or RuleBroken when the range is upside down, over, or meets an open campaign.
    """
    _must_lead(by, "公告统一组织续签")
    on = on or localdate()
    if on > localdate():
        raise RuleBroken(f"公告日期 {on} 还没有到。到当日再办（办理日期）")
    if last_end < on:
        raise RuleBroken(f"有效期止的范围到{last_end}为止，公告时已经过去。改范围（第七十八条）")
    agency = Agency.objects.select_for_update().get(pk=by.agency_id)
    meeting = agency.renewal_campaigns.filter(
        closed_on=None, first_end__lte=last_end, last_end__gte=first_end
    )
    if other := meeting.first():
        raise RuleBroken(
            f"与未办结的统一续签（{other.first_end}至{other.last_end}）重叠。先办结那一次，或改范围（第七十八条）"
        )
    campaign = RenewalCampaign(
        agency=agency, first_end=first_end, last_end=last_end, announced_on=on, announced_by=by
    )
    campaign = _saved(campaign)
    for agreement in (
        Agreement.objects.live().filter(agency=agency, ends_on__range=(first_end, last_end)).order_by("pk")
    ):
        # Who is covered has nothing left to apply for; the clock of applying has been answered.
        stop_clocks(agreement, "agreement_end", on, bound=SIDES)
    return campaign


@transaction.atomic
def close_campaign(campaign, *, by, on=None):
    """The leader records that the campaign is finished: what it covers is no longer the agency's delay."""
    _must_lead(by, "办结统一组织续签")
    campaign = RenewalCampaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.agency_id != by.agency_id:
        raise PermissionDenied("您无权办理“办结统一组织续签”")
    if campaign.closed_on:
        raise RuleBroken(f"这一次统一续签已于{campaign.closed_on}办结（第七十八条）")
    campaign.closed_on, campaign.closed_by = on or localdate(), by
    if campaign.closed_on > localdate():
        raise RuleBroken(f"办结日期 {campaign.closed_on} 还没有到。到当日再办（办理日期）")
    return _saved(campaign)


def _must_lead(user, label):
    if user.role != Role.LEADER or not user.agency_id:
        raise PermissionDenied(f"您无权办理“{label}”")


def _saved(campaign):
    try:
        campaign.validate_constraints()
    except ValidationError as wrong:
        raise RuleBroken("；".join(wrong.messages)) from wrong
    campaign.save()
    return campaign
