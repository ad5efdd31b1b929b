"""第七条（七）、第七十五条：自查自纠报告与免予处理。"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements.breaches import BreachItem
from agreements.gate import RuleBroken, perform
from agreements.models import Message, SelfCheckCampaign, SelfCheckReport
from agreements.reports import actions as reports
from agreements.reports import self_report
from agreements.reports.self_report import exemption

from ..desk import TODAY, upload
from .report_filing import (
    DAYS_AGO,
    check_facts,
    clock,
    fresh,
    self_check,
)

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
SELF_CHECKS = "no self-checks in the other texts (第七十五条)"


OVERCHARGED = BreachItem("QH-65-06", 65, 6, "institution", "多记收费", "")


@dataclass
class Told:
    """A self-check report, as far as `exemption` looks at it."""

    exempts: bool = True
    item: BreachItem | None = OVERCHARGED
    amount: int = 3600
    returned_on: date | None = date(2026, 6, 1)
    has_files: bool = True
    named_on: date = date(2026, 6, 10)


FRAUD = BreachItem("QH-66-03", 66, 3, "institution", "冒名就医", "", fraud=True)


NOTICE = {before: date(2026, 6, 10) + timedelta(days=before) for before in (-1, 0, 1)}


@pytest.mark.rule("Q75.1")
@pytest.mark.parametrize("report, notice, campaign, door, why", [
    (Told(), None, False, "a", ""),
    (Told(), NOTICE[1], False, "a", ""),
    (Told(), NOTICE[0], False, "", "已于2026-06-10介入检查"),
    (Told(), NOTICE[-1], False, "", "已于2026-06-09介入检查"),  # E25
    (Told(), NOTICE[-1], True, "b", ""),
    (Told(), None, True, "b", ""),
    (Told(item=FRAUD), None, True, "", "骗取医保基金"),
    (Told(item=None), None, True, "", "没有发现违约行为"),
    (Told(returned_on=None), None, False, "", "费用还没有清退"),
    (Told(returned_on=None, amount=0), None, False, "a", ""),
    (Told(has_files=False), None, False, "", "还没有提交整改资料"),
    (Told(exempts=False), None, True, "", "没有免予处理的约定"),
])  # fmt: skip
def test_when_an_exemption_is_offered(report, notice, campaign, door, why):
    found = exemption(report, notice, campaign)
    assert (found.door, found.offered) == (door, not why)
    assert why in found.why


@pytest.mark.rule("Q75.1")
def test_the_leader_exempts_what_is_offered_with_a_reason(desk):
    report = self_check(desk, desk.signed())
    with pytest.raises(PermissionDenied):
        perform(report.exempt, by=desk.reviewer, reason="主动纠正", on=TODAY)
    with pytest.raises(RuleBroken, match="写明原因"):
        perform(report.exempt, by=desk.leader, reason=" ", on=TODAY)
    report = perform(report.exempt, by=desk.leader, reason="检查之前主动报告，费用已退", on=TODAY)
    assert (report.status, report.exempted_on, report.exempted_by) == ("noted", TODAY, desk.leader)
    notice = report.agreement.papers.get(purpose="exemption_notice")
    assert "不再给予其他协议处理" in notice.snapshot["paragraphs"][0]
    with pytest.raises(RuleBroken, match="已于"):
        perform(report.exempt, by=desk.leader, reason="再来一次", on=TODAY)


@pytest.mark.rule("Q75.1")
def test_a_report_one_day_after_the_notice_is_noted_and_never_exempted(desk, monkeypatch):
    """E25."""
    report = self_check(desk, desk.signed())
    matters = []
    monkeypatch.setattr(
        self_report, "NOTICE_SOURCES", [lambda agreement, item: matters.append(item) or DAYS_AGO[1]]
    )
    with pytest.raises(RuleBroken, match=desk.words(f"已于{DAYS_AGO[1]}介入检查.*第七十五条")):
        perform(report.exempt, by=desk.leader, reason="主动报告", on=TODAY)
    assert {item.code for item in matters} == {"QH-65-06"}
    assert perform(report.note, by=desk.clerk, opinion="收悉", on=TODAY).status == "noted"


@pytest.mark.rule("Q75.1")
def test_within_a_stage_that_the_agency_announced_the_second_door_is_open(desk, monkeypatch):
    monkeypatch.setattr(self_report, "NOTICE_SOURCES", [lambda agreement, item: DAYS_AGO[1]])
    report = self_check(desk, desk.signed())
    assert not report.exemption().offered
    reports.announce_self_check(TODAY, TODAY + timedelta(days=30), "收费自查", by=desk.leader)
    assert report.exemption().door == "b"


def test_a_stage_of_self_checks_is_the_leaders_to_announce_and_lies_ahead(desk, other_clerk):
    with pytest.raises(PermissionDenied):
        reports.announce_self_check(TODAY, TODAY, "收费自查", by=desk.reviewer)
    with pytest.raises(RuleBroken, match="已经过去"):
        reports.announce_self_check(DAYS_AGO[9], DAYS_AGO[1], "收费自查", by=desk.leader)
    with pytest.raises(RuleBroken, match="止不能早于起"):
        reports.announce_self_check(
            TODAY + timedelta(days=9), TODAY + timedelta(days=8), "自查", by=desk.leader
        )
    made = reports.announce_self_check(DAYS_AGO[9], TODAY, "收费自查", by=desk.leader)
    assert made.first_day == TODAY, "nobody opens the door for days that are over"
    desk.signed()
    seen = [
        SelfCheckCampaign.objects.visible_to(who).exists() for who in (desk.clerk, desk.operator, other_clerk)
    ]
    assert seen == [True, True, False]


@pytest.mark.rule("Q07.7")
def test_every_self_check_sets_the_clock_of_the_next_one(desk):
    agreement = desk.signed()
    self_check(desk, agreement, item_code="", amount=0, returned_on=None, files=[])
    first = clock(agreement, "T-27")
    assert (first.started_on, first.status) == (DAYS_AGO[3], "open")
    self_check(desk, agreement, found_on=TODAY, returned_on=TODAY)
    first.refresh_from_db()
    second = clock(agreement, "T-27")
    assert (first.status, second.started_on, second.status) == ("met", TODAY, "open")


def test_money_without_an_item_or_returned_too_early_is_a_slip(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="选明属于哪一种违约情形"):
        self_check(desk, agreement, item_code="")
    with pytest.raises(RuleBroken, match="早于发现日期"):
        self_check(desk, agreement, returned_on=DAYS_AGO[9])


def test_returning_the_fees_later_is_completed_on_the_same_report(desk):
    report = self_check(desk, desk.signed(), returned_on=None)
    assert "还没有清退" in report.exemption().why
    perform(report.return_report, by=desk.clerk, reason="费用尚未退回", on=TODAY)
    report = reports.refile(fresh(report), by=desk.operator, facts=check_facts(), files=[], on=TODAY)
    assert report.exemption().offered


@pytest.mark.only_text("qinghai", reason=SELF_CHECKS)
def test_a_self_check_and_its_exemption_in_the_browser(desk, client):
    agreement = desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    url = reverse("report-new", args=[agreement.number, "self-check"])
    assert "不适用免予处理" in client.get(url).content.decode()
    client.post(url, {**check_facts(), "promise": "on", "files": [upload("整改.pdf")]})
    report = SelfCheckReport.objects.get()
    client.force_login(desk.leader, backend=BACKEND)
    page = client.get(report.get_absolute_url()).content.decode()
    assert "检查介入之前报告" in page and "免予其他协议处理" in page
    client.post(report.get_absolute_url(), {"deed": "exempt", "reason": "主动报告"})
    assert fresh(report).exempted_by == desk.leader


def test_a_stage_is_announced_in_the_browser(desk, client):
    client.force_login(desk.leader, backend=BACKEND)
    said = {"first_day": TODAY, "last_day": TODAY + timedelta(days=9), "subject": "检查收费自查"}
    assert client.post(reverse("self-checks"), said).status_code == 302
    desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    assert "检查收费自查" in client.get(reverse("self-checks")).content.decode()
    assert client.post(reverse("self-checks"), said).status_code == 403


@pytest.mark.rule("Q75.1")
def test_a_matter_named_only_after_the_notice_is_not_exempted_though_the_paper_is_older(desk, monkeypatch):
    agreement = desk.signed()
    with time_machine.travel(DAYS_AGO[20]):
        report = self_check(
            desk, agreement, on=DAYS_AGO[20], found_on=DAYS_AGO[21], item_code="", amount=0, returned_on=None
        )
    reports.announce_self_check(
        TODAY + timedelta(days=1), TODAY + timedelta(days=9), "收费自查", by=desk.leader
    )
    perform(report.return_report, by=desk.clerk, reason="写明违约情形", on=TODAY)
    facts = check_facts(found_on=DAYS_AGO[21], returned_on=TODAY)
    report = reports.refile(fresh(report), by=desk.operator, facts=facts, files=[], on=TODAY)
    assert (report.filed_on, report.named_on) == (DAYS_AGO[20], TODAY)
    monkeypatch.setattr(self_report, "NOTICE_SOURCES", [lambda agreement, item: DAYS_AGO[5]])
    assert f"{TODAY}才报告" in report.exemption().why
    with pytest.raises(RuleBroken, match=desk.words("第七十五条")):
        perform(report.exempt, by=desk.leader, reason="主动报告", on=TODAY)


@pytest.mark.rule("Q75.1")
def test_the_second_door_asks_for_the_day_on_which_the_matter_was_named_too(desk, monkeypatch):
    monkeypatch.setattr(self_report, "NOTICE_SOURCES", [lambda agreement, item: DAYS_AGO[5]])
    reports.announce_self_check(TODAY, TODAY, "收费自查", by=desk.leader)
    report = self_check(desk, desk.signed())
    perform(report.return_report, by=desk.clerk, reason="情形有误", on=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    with time_machine.travel(tomorrow):
        facts = check_facts(item_code="QH-65-09")
        report = reports.refile(fresh(report), by=desk.operator, facts=facts, files=[], on=tomorrow)
    assert report.named_on == tomorrow and not report.exemption().offered


def test_completing_a_report_without_changing_its_matter_keeps_the_day_it_was_named(desk):
    with time_machine.travel(DAYS_AGO[9]):
        report = self_check(desk, desk.signed(), on=DAYS_AGO[9], found_on=DAYS_AGO[11], returned_on=None)
    perform(report.return_report, by=desk.clerk, reason="费用尚未退回", on=TODAY)
    facts = check_facts(found_on=DAYS_AGO[11])
    report = reports.refile(fresh(report), by=desk.operator, facts=facts, files=[], on=TODAY)
    assert report.named_on == DAYS_AGO[9]


@pytest.mark.only_text("qinghai", reason=SELF_CHECKS)
def test_pressing_twice_makes_one_self_check(desk, client):
    agreement = desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    url = reverse("report-new", args=[agreement.number, "self-check"])
    for _ in range(2):
        page = client.post(url, {**check_facts(), "promise": "on", "files": [upload("整改.pdf")]})
    assert page.status_code == 200 and "已经报告过" in page.content.decode()
    assert SelfCheckReport.objects.count() == 1


@pytest.mark.rule("Q07.7")
def test_what_was_found_before_the_agreement_began_starts_no_clock(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="早于本协议起始日"):
        self_check(desk, agreement, found_on=date(2000, 1, 1))
    assert agreement.deadlines.filter(rule="T-27").count() == 1


@pytest.mark.only_text("qinghai", reason=SELF_CHECKS)
@pytest.mark.rule("Q75.1")
def test_a_matter_without_fees_says_so_and_an_empty_amount_is_no_statement(desk, client):
    agreement = desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    url = reverse("report-new", args=[agreement.number, "self-check"])
    said = {**check_facts(returned_on=""), "amount": "", "promise": "on"}
    assert "必填" in client.post(url, {**said, "files": [upload("整改.pdf")]}).content.decode()
    client.post(url, {**said, "amount": "0", "files": [upload("整改.pdf")]})
    report = SelfCheckReport.objects.get()
    page = client.get(report.get_absolute_url()).content.decode()
    assert "符合条件" in page and "乙方报告没有违规费用" in page
    assert ["退回日期", "没有违规费用"] in [list(row) for row in report.form_paper.snapshot["rows"]]


@pytest.mark.rule("Q75.1")
def test_two_stages_never_overlap_and_the_hospitals_are_told(desk, other_clerk):
    desk.signed()
    week = [TODAY + timedelta(days=n) for n in range(8)]
    reports.announce_self_check(week[0], week[3], "收费自查", by=desk.leader)
    told = Message.objects.filter(subject="自查自纠阶段")
    assert [one.recipient for one in told.order_by("recipient")] == [desk.operator, desk.signatory]
    assert all(one.url == reverse("self-checks") and "收费自查" in one.text for one in told)
    with pytest.raises(RuleBroken, match="重叠"):
        reports.announce_self_check(week[3], week[5], "药品自查", by=desk.leader)
    assert reports.announce_self_check(week[4], week[5], "药品自查", by=desk.leader)
