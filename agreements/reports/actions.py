"""What the hospital reports, with the papers that go with it, and the stages of self-checks (第七、七十三、七十五条)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate

from institutions.models import Agency, Role

from ..applications.papers import owe_filed, printed
from ..gate import RuleBroken, perform
from ..messages import notices
from ..models import Agreement, Message, SelfCheckCampaign
from .sheets import FORM_OF


def file_penalty_report(agreement, *, by, address="", **details):
    """第七条（六）. Returns the PenaltyReport. Raises RuleBroken."""
    return _file(agreement, "file_penalty_report", "penaltyreports", by, address, details)


def file_self_check(agreement, *, by, address="", **details):
    """第七条（七）、第七十五条. Returns the SelfCheckReport. Raises RuleBroken."""
    return _file(agreement, "file_self_check", "selfcheckreports", by, address, details)


def file_display_proof(agreement, *, by, address="", **details):
    """第七十三条、第八十二条. Returns the DisplayProof. Raises RuleBroken."""
    return _file(agreement, "file_display_proof", "displayproofs", by, address, details)


def refile(report, *, by, address="", **details):
    """Again after it was returned: its form and letter of commitment are owed anew. Returns the report."""
    with transaction.atomic():
        report = perform(report.refile, by=by, address=address, **details)
        owed = owe_filed(report, details["on"], _form_of(report))
    return printed(report, owed)


def announce_self_check(first_day, last_day, subject, *, by, on=None):
    """第七十五条：the leader announces a stage of self-checks. Returns the SelfCheckCampaign.

    Every hospital with a live agreement is told. Raises PermissionDenied, or RuleBroken when its days are over, out
    of order, or those of another stage.
    """
    on = on or localdate()
    if by.role != Role.LEADER or not by.agency_id:
        raise PermissionDenied("您无权办理“公告自查自纠阶段”")
    if last_day < on:
        raise RuleBroken(f"自查自纠阶段的止日 {last_day} 已经过去，核对日期（第七十五条）")
    campaign = SelfCheckCampaign(
        agency_id=by.agency_id, first_day=max(first_day, on), last_day=last_day, subject=subject, announced_on=on,
        announced_by=by,
    )  # fmt: skip
    try:
        campaign.validate_constraints()
    except ValidationError as wrong:
        raise RuleBroken("；".join(wrong.messages)) from wrong
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=by.agency_id)  # one announcement at a time
        _refuse_overlap(campaign)
        campaign.save()
        _told(campaign)
    return campaign


def _refuse_overlap(campaign):
    others = SelfCheckCampaign.objects.overlapping(campaign.agency_id, campaign.first_day, campaign.last_day)
    if other := others.first():
        raise RuleBroken(
            f"与已公告的自查自纠阶段（{other.first_day}至{other.last_day}，{other.subject}）重叠，改起止日期（第七十五条）"
        )


def _told(campaign):
    """第七十五条：every hospital that may report within it learns of it the day it is announced."""
    agreements = list(Agreement.objects.live().filter(agency=campaign.agency_id).with_parties())
    people = notices.people_of_all(agreements)
    text = f"{campaign.first_day}至{campaign.last_day}自查自纠：{campaign.subject}。其间自查发现并报告、费用已清退的，不再给予其他协议处理（第七十五条）。"
    Message.objects.bulk_create(
        notices.message_for(person, agreement, "自查自纠阶段", text, reverse("self-checks"))
        for agreement in agreements
        for person in people.get((notices.INSTITUTION, agreement.institution_id), [])
    )


def _file(agreement, act, reports, by, address, details):
    with transaction.atomic():
        agreement = perform(getattr(agreement, act), by=by, address=address, **details)
        report = getattr(agreement, reports).latest("pk")
        owed = owe_filed(report, details["on"], _form_of(report))
    return printed(report, owed)


def _form_of(report):
    make = FORM_OF.get(type(report))
    return make(report) if make else None
