"""Renewal (第七十八条): the hospital applies, or the agency organises it for all whose term ends in a range."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import localdate

from institutions.models import Agency, Role

from ..applications.papers import owe_filed, printed
from ..clocks.actions import SIDES, stop_clocks
from ..gate import RuleBroken, perform
from ..models import Agreement, Deadline, Paper, RenewalCampaign
from .sheets import renewal_form


def apply_for_renewal(agreement, *, by, self_assessment, files=(), address="", on=None):
    """The hospital's application, filed today, with its form and letter of commitment. Returns the RenewalRequest.

    RuleBroken when it cannot be filed.
    """
    on = on or localdate()
    with transaction.atomic():
        agreement = perform(
            agreement.apply_for_renewal,
            by=by,
            address=address,
            self_assessment=self_assessment,
            files=files,
            on=on,
        )
        request = agreement.renewal_requests.last()
        owed = _owe_form(request, on)
    return printed(request, owed)


def refile(request, *, by, self_assessment, files=(), address="", on=None):
    """Again after it was returned: a new form and letter take the place of the earlier ones. Returns the RenewalRequest."""
    on = on or localdate()
    with transaction.atomic():
        request = perform(
            request.refile, by=by, address=address, self_assessment=self_assessment, files=files, on=on
        )
        owed = _owe_form(request, on)
    return printed(request, owed)


def _owe_form(request, on):
    form = renewal_form(request, on_file(request.agreement, on))
    return owe_filed(request, on, (Paper.Purpose.RENEWAL_REQUEST, form))


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


# ── 第七十八条：what the decision rests on ──


# What apps above have on file of an agreement: callables (agreement) → [(label, what, as words)].
MORE_ON_FILE = []


@dataclass(frozen=True)
class OnFile:
    """What the portal has on file of an agreement's term, for the decision whether to renew it (第七十八条).

    `suspensions`: (Suspension, days that it lasted so far). `late`: clocks that ran out before they were met, or have
    run out and are not met. `changes`: versions of the hospital's facts that came after the term began. `more`:
    (label, words) of what apps above this one keep.
    """

    suspensions: list
    breaches: int
    open_holds: int
    holds: int
    open_bans: int
    bans: int
    late: list
    owed: list
    changes: list
    more: list

    @property
    def is_clean(self):
        return not (self.suspensions or self.holds or self.bans or self.late or self.owed)


def on_file(agreement, on=None):
    """The OnFile of an agreement as of a day. Reads and decides nothing."""
    on = on or localdate()
    suspensions = [
        (one, ((one.closed_on or on) - one.started_on).days) for one in agreement.suspensions.all()
    ]
    holds, bans = list(agreement.payment_holds.all()), list(agreement.service_bans.all())
    late = Q(status=Deadline.Status.MET, closed_on__gt=F("due_on")) | Q(status=Deadline.Status.MISSED)
    return OnFile(
        suspensions=suspensions,
        breaches=sum(one.cause == "breach" for one, _ in suspensions),
        open_holds=sum(one.is_open for one in holds),
        holds=len(holds),
        open_bans=sum(one.is_open_on(on) for one in bans),
        bans=len(bans),
        late=list(
            agreement.deadlines.filter(late | Q(status=Deadline.Status.OPEN, due_on__lt=on)).order_by(
                "due_on", "pk"
            )
        ),
        owed=list(agreement.papers.filter(status=Paper.Status.OWED)),
        changes=list(
            agreement.institution.versions.filter(valid_from__gt=agreement.starts_on).order_by("number")
        ),
        more=[line for source in MORE_ON_FILE for line in source(agreement)],
    )
