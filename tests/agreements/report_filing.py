"""Reports of a hospital as it files them: of a penalty, of a self-check, and the proof that a notice hangs."""

from datetime import date, timedelta
from decimal import Decimal

import time_machine

from agreements.reports import actions as reports

from ..desk import TODAY, upload

DAYS_AGO = [TODAY - timedelta(days=n) for n in range(60)]


def penalty_facts(**changed):
    return {"authority": "西宁市市场监督管理局", "decision_number": "宁市监罚〔2026〕7号", "served_on": DAYS_AGO[2],
            "content": "超标准收取检查费", "amount": Decimal("12000"), **changed}  # fmt: skip


def penalty(desk, agreement, files=None, on=TODAY, **changed):
    files = [upload("决定书.pdf")] if files is None else files
    return reports.file_penalty_report(
        agreement, by=desk.operator, facts=penalty_facts(**changed), files=files, on=on
    )


def check_facts(**changed):
    return {"found_on": DAYS_AGO[3], "what": "自查2026年上半年收费，多记护理费", "item_code": "QH-65-06",
            "amount": Decimal("3600"), "returned_on": DAYS_AGO[1], **changed}  # fmt: skip


def self_check(desk, agreement, files=None, on=TODAY, **changed):
    files = [upload("整改报告.pdf")] if files is None else files
    return reports.file_self_check(
        agreement, by=desk.operator, facts=check_facts(**changed), files=files, on=on
    )


def stopped_in_june(desk):
    """Suspended on the first of June, whatever day it is today: its proof is due on 2026-06-04."""
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    with time_machine.travel(date(2026, 6, 1)):
        return desk.suspended(desk.signed(starts_on=first, ends_on=last), on=date(2026, 6, 1), days=174)


def clock(agreement, rule):
    return agreement.deadlines.filter(rule=rule, bound="乙").latest("pk")


def proof(desk, deadline, files=None, on=TODAY, **changed):
    files = [upload("照片.jpg", b"\xff\xd8\xff photo")] if files is None else files
    facts = {"place": "门诊大厅入口公告栏", "shown_on": on, **changed}
    return reports.file_display_proof(
        deadline.agreement, by=desk.operator, deadline=deadline, facts=facts, files=files, on=on
    )


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)
