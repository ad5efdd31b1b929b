"""What the parties of the demo owed until today and have done, each duty some days before its last one.

undone.csv names what was left: a demo in which nobody is late would show no board of clocks worth looking at.
"""

from collections import defaultdict
from datetime import timedelta

from django.core.files.base import ContentFile

from agreements.deliveries import actions as deliveries
from agreements.gate import perform
from agreements.models import Paper
from agreements.renewals import actions as renewals
from agreements.reports import actions as reports
from institutions.models import Role

from .files import rows

CHECKED = "抽查病历120份、结算清单300条，核对收费、目录和参保身份，未发现违约行为"
ASSESSED = "一年来按协议提供医疗服务，费用结算、信息传送、公示都按期办理，没有违约处理，申请续签"


def build_duties(desk, known):
    """Every open clock that has run out by today and is not in undone.csv is met by whom it binds; papers are served."""
    undone = defaultdict(set)
    for row in rows("undone"):
        undone[row.key].add(row.rule)
    for key, agreement in known.items():
        agreement.refresh_from_db()
        while clock := _next_due(desk, agreement, undone[key]):
            _do(desk, agreement, clock)
            undone[key].add(clock.rule) if clock.event == "agreement_end" else None
            agreement.refresh_from_db()
        if "送达" not in undone[key]:
            _serve(desk, agreement)


def _next_due(desk, agreement, undone):
    return (
        agreement.deadlines.open()
        .exclude(rule__in=undone)
        .exclude(bound="系统")
        .filter(due_on__lt=desk.today, event__in=DEEDS)
        .first()
    )


def _do(desk, agreement, clock):
    # A clock that counts back from the last day starts after it is due.
    first = min(clock.started_on, clock.due_on)
    on = max(first, clock.due_on - timedelta(days=1 + agreement.pk % 5))
    deed = _show if clock.needs_proof else DEEDS[clock.event]
    deed(desk, agreement, clock, min(on, desk.today))


def _check_itself(desk, agreement, clock, on):
    facts = {"found_on": on, "what": CHECKED, "item_code": "", "amount": 0, "returned_on": None}
    report = reports.file_self_check(
        agreement, by=desk.of_institution(Role.OPERATOR, agreement), facts=facts, files=[], on=on
    )
    perform(report.note, by=desk.clerk_for(agreement), opinion="收悉", on=on)


def _show(desk, agreement, clock, on):
    report = reports.file_display_proof(
        agreement, by=desk.of_institution(Role.OPERATOR, agreement), deadline=clock,
        facts={"place": "门诊大厅入口公告栏", "shown_on": on},
        files=[ContentFile(b"%PDF-1.7 demo", name="现场照片.pdf")], on=on,
    )  # fmt: skip
    perform(report.note, by=desk.clerk_for(agreement), opinion="照片清楚，位置显著", on=on)


def _register(desk, agreement, clock, on):
    """第八十二条：办结善后。"""
    of_agency = clock.bound == "甲"
    by = desk.clerk_for(agreement) if of_agency else desk.of_institution(Role.OPERATOR, agreement)
    perform(clock.meet, by=by, on=on, remark="参保人员已经转接，费用已经结清")


def _ask_to_renew(desk, agreement, clock, on):
    request = renewals.apply_for_renewal(
        agreement, by=desk.of_institution(Role.OPERATOR, agreement), self_assessment=ASSESSED, on=on
    )
    if agreement.pk % 2:
        perform(request.start_talks, by=desk.of_agency(Role.CLERK, agreement), on=on)


DEEDS = {
    "last_self_check": _check_itself,
    "status_changed": _register,
    "agreement_ended": _register,
    "agreement_end": _ask_to_renew,
}


def _serve(desk, agreement):
    """第八十四条：送达，隔两日凭回证登记收到。"""
    clerk = desk.of_agency(Role.CLERK, agreement)
    for paper in agreement.papers.filter(status=Paper.Status.ISSUED, delivery=None):
        if paper.is_addressed:
            delivery = deliveries.send(paper, by=clerk, on=desk.today, way="direct")
            receipt = ContentFile(b"%PDF-1.7 demo", name="送达回证.pdf")
            perform(delivery.confirm_receipt, by=clerk, receiver="医保办", files=[receipt], on=desk.today)
