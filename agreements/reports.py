"""What the hospital reports, with the papers that go with it, and the stages of self-checks (第七、七十三、七十五条)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from institutions.models import Role

from .gate import RuleBroken, perform
from .models import Paper, SelfCheckCampaign
from .printing import print_owed
from .report_sheets import FORM_OF
from .sheets import commitment_of


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
        owed = _owe_forms(report, details["on"])
    return _printed(report, owed)


def announce_self_check(first_day, last_day, subject, *, by, on=None):
    """第七十五条：the leader announces a stage of self-checks. Returns the SelfCheckCampaign.

    Raises PermissionDenied, or RuleBroken when its days are over or out of order.
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
    campaign.save()
    return campaign


def _file(agreement, act, reports, by, address, details):
    with transaction.atomic():
        agreement = perform(getattr(agreement, act), by=by, address=address, **details)
        report = getattr(agreement, reports).latest("pk")
        owed = _owe_forms(report, details["on"])
    return _printed(report, owed)


def _owe_forms(report, on):
    """The printed form where there is one, and the letter of commitment for what is filed (第七条第十项)."""
    title, agreement = report.kind_name, report.agreement
    if make := FORM_OF.get(type(report)):
        purpose, sheet = make(report)
        title, report.form_paper = sheet.title, Paper.owe(agreement, purpose, sheet.kept(), on.year)
    report.commitment_paper = Paper.owe(
        agreement, Paper.Purpose.COMMITMENT, commitment_of(report, title, on), on.year
    )
    report.save(update_fields=["form_paper", "commitment_paper"])
    return [paper for paper in (report.form_paper, report.commitment_paper) if paper]


def _printed(report, papers):
    """Print after the commit, and give the record back as it is then."""
    for paper in papers:
        print_owed(paper)
    return type(report).objects.get(pk=report.pk)
