"""第七条（六）（七）、第七十三条、第七十五条、第八十二条：乙方报送的报告和证明。"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from agreements.breaches import BreachItem
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.messages import reminders
from agreements.models import DisplayProof, Message, Paper, PenaltyReport, SelfCheckCampaign, SelfCheckReport
from agreements.models.event import first_fault
from agreements.reports import actions as reports
from agreements.reports import self_report
from agreements.reports.self_report import exemption
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text
REPORTS = "no reports of penalties and self-checks in the other texts (第七条、第七十五条)"

BACKEND = "django.contrib.auth.backends.ModelBackend"
DAYS_AGO = [TODAY - timedelta(days=n) for n in range(60)]


@pytest.fixture
def authority(agency):
    return User.objects.create_user("ad", "医保局", Role.AUTHORITY, PASSWORD, agency=agency)


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)


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


# ── penalties ──


@pytest.mark.rule("Q07.6")
@pytest.mark.parametrize("served, on, late", [
    (date(2026, 4, 29), date(2026, 5, 6), False),  # E09: 05-04 is a holiday, due on 05-06
    (date(2026, 4, 29), date(2026, 5, 7), True),
])  # fmt: skip
def test_a_penalty_is_reported_within_five_days_and_a_late_report_is_flagged(
    desk, calendar, served, on, late
):
    report = penalty(desk, desk.signed(), served_on=served, on=on)
    row = clock(report.agreement, "T-02")
    assert (report.status, report.late) == ("submitted", late)
    assert (row.started_on, row.due_on, row.status, row.closed_on) == (served, date(2026, 5, 6), "met", on)
    assert row.was_late == late


@pytest.mark.rule("Q07.6")
def test_the_page_shows_both_last_days_that_a_department_may_read(desk, calendar):
    """E09: five days are counted by the calendar; as working days they would end on a worked Saturday."""
    said = dict(penalty(desk, desk.signed(), served_on=date(2026, 4, 29)).told)
    assert said["最迟报送"] == "2026-05-06（5 日）；如按工作日计，2026-05-09"


@pytest.mark.rule("Q07.6")
def test_the_department_takes_note_and_the_agency_only_reads(desk, authority, other_clerk):
    report = penalty(desk, desk.signed())
    assert PenaltyReport.objects.visible_to(desk.clerk).exists()
    assert not PenaltyReport.objects.visible_to(other_clerk).exists()
    for person in (desk.clerk, desk.reviewer, desk.leader, desk.operator):
        with pytest.raises(PermissionDenied):
            perform(report.note, by=person, opinion="收悉", on=TODAY)
    report = perform(report.note, by=authority, opinion="收悉", on=TODAY)
    assert (report.status, report.decided_by) == ("noted", authority)
    assert first_fault(fresh(report.agreement)) is None


@pytest.mark.rule("Q07.10")
def test_a_report_has_its_form_and_letter_of_commitment(desk):
    report = penalty(desk, desk.signed())
    assert (report.form_paper.purpose, report.form_paper.status) == (Paper.Purpose.PENALTY_REPORT, "issued")
    assert report.form_paper.snapshot["addressee"] == "西宁市医疗保障行政部门"
    assert report.commitment_paper.snapshot["material"] == "行政处罚信息报送表及所附材料"


def test_a_penalty_without_its_decision_or_twice_is_refused(desk):
    agreement = desk.signed()
    with pytest.raises(RuleBroken, match="没有附上行政处罚决定书"):
        penalty(desk, agreement, files=[])
    with pytest.raises(RuleBroken, match="还没有到"):
        penalty(desk, agreement, served_on=TODAY + timedelta(days=1))
    first = penalty(desk, agreement)
    with pytest.raises(RuleBroken, match=f"已经报送过（{first.pk}）"):
        penalty(desk, agreement)


def test_a_report_sent_back_is_completed_and_keeps_its_first_day(desk, authority):
    report = penalty(desk, desk.signed(), served_on=DAYS_AGO[3])
    report = perform(report.return_report, by=authority, reason="文号有误", on=TODAY)
    assert [item.note for item in dict(desk_for(desk.operator))["要补正的报告"]] == ["文号有误"]
    new = penalty_facts(served_on=DAYS_AGO[3], decision_number="宁市监罚〔2026〕8号")
    report = reports.refile(report, by=desk.operator, facts=new, files=[], on=TODAY)
    assert (report.status, report.decision_number, report.returning_reason) == (
        "submitted", "宁市监罚〔2026〕8号", "",
    )  # fmt: skip
    assert (report.filed_on, report.attachments.count()) == (TODAY, 1)
    assert "要收悉的行政处罚报送" in dict(desk_for(authority))


# ── self-checks ──


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


# ── proofs that a notice hangs, that a plaque is down ──


@pytest.mark.rule("Q73.1")
def test_a_notice_is_proved_by_a_photograph_and_not_by_a_word(desk):
    row = clock(desk.suspended(), "T-29")
    with pytest.raises(RuleBroken, match="凭照片办结"):
        perform(row.meet, by=desk.operator, on=TODAY, remark="门诊大厅已张贴")
    with pytest.raises(RuleBroken, match="没有附上照片"):
        proof(desk, row, files=[])
    report = proof(desk, row)
    row.refresh_from_db()
    assert (row.status, row.is_paused) == ("open", True)
    perform(report.note, by=desk.clerk, opinion="收悉", on=TODAY)
    row.refresh_from_db()
    assert (row.status, row.closed_on) == ("met", TODAY)


@pytest.mark.rule("Q82.2")
def test_after_an_ending_the_plaque_is_proved_to_be_down(desk):
    agreement = desk.terminated(desk.signed())
    for rule in ("T-29", "T-29b"):
        report = proof(desk, clock(agreement, rule))
        perform(report.note, by=desk.reviewer, opinion="收悉", on=TODAY)
    assert not agreement.deadlines.open().filter(rule__in=["T-29", "T-29b"]).exists()


@pytest.mark.rule("Q73.1")
def test_a_proof_sent_back_lets_the_clock_go_on_with_the_days_given_back(desk, calendar):
    row = clock(stopped_in_june(desk), "T-29")
    assert row.due_on == date(2026, 6, 4)
    report = proof(desk, row, on=date(2026, 6, 2))
    report = perform(report.return_report, by=desk.clerk, reason="看不清位置", on=date(2026, 6, 5))
    row.refresh_from_db()
    assert (row.status, row.is_paused, row.due_on) == ("open", False, date(2026, 6, 9))
    with pytest.raises(RuleBroken, match="已经提交过证明"):
        proof(desk, row)
    report = reports.refile(
        report, by=desk.operator, facts={"place": "正门", "shown_on": TODAY}, files=[], on=TODAY
    )
    row.refresh_from_db()
    assert (report.place, row.is_paused) == ("正门", True)


def test_what_is_late_stays_late_though_the_agency_takes_its_time(desk, calendar):
    row = clock(stopped_in_june(desk), "T-29")
    report = proof(desk, row, on=date(2026, 6, 8))
    assert report.late
    perform(report.note, by=desk.clerk, opinion="收悉", on=TODAY)
    row.refresh_from_db()
    assert (row.closed_on, row.was_late) == (date(2026, 6, 8), True)


def test_aftercare_needs_no_photograph_and_takes_none(desk):
    row = clock(desk.suspended(), "T-30")
    with pytest.raises(RuleBroken, match="不是要交公告证明的时限"):
        proof(desk, row)
    assert perform(row.meet, by=desk.operator, on=TODAY, remark="均已结算").status == "met"


# ── pages ──


@pytest.mark.only_text("qinghai", reason=REPORTS)
def test_a_penalty_is_reported_in_the_browser(desk, client, authority):
    agreement = desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    url = reverse("report-new", args=[agreement.number, "penalty"])
    assert "送达之日起 5 日内报送" in client.get(url).content.decode()
    said = {**penalty_facts(), "promise": "on", "files": [upload("决定书.pdf")]}
    answer = client.post(url, said)
    report = PenaltyReport.objects.get()
    assert answer.url == report.get_absolute_url()
    client.force_login(authority, backend=BACKEND)
    assert "宁市监罚〔2026〕7号" in client.get(answer.url).content.decode()
    client.post(answer.url, {"deed": "return_report", "reason": "缺页"})
    client.force_login(desk.operator, backend=BACKEND)
    edit = reverse("report-edit", args=[agreement.number, "penalty", report.pk])
    assert edit in client.get(answer.url).content.decode()
    assert "缺页" in client.get(edit).content.decode()
    assert client.post(edit, said | {"files": [upload("决定书.pdf")]}).status_code == 302
    assert fresh(report).attachments.count() == 2


@pytest.mark.only_text("qinghai", reason=REPORTS)
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


def test_the_clock_leads_to_the_proof_in_the_browser(desk, client):
    row = clock(desk.suspended(), "T-29")
    client.force_login(desk.operator, backend=BACKEND)
    answer = client.get(reverse("deadline-meet", args=[row.pk]))
    assert answer.url == reverse("proof-new", args=[row.pk])
    photo = upload("照片.jpg", b"\xff\xd8\xff photo")
    client.post(answer.url, {"place": "门诊大厅", "shown_on": TODAY, "promise": "on", "files": [photo]})
    report = DisplayProof.objects.get()
    page = client.get(report.get_absolute_url()).content.decode()
    assert "核对期间暂停" in page and "门诊大厅" in page
    aftercare = clock(row.agreement, "T-30")
    assert client.get(reverse("proof-new", args=[aftercare.pk])).status_code == 404


def test_a_stage_is_announced_in_the_browser(desk, client):
    client.force_login(desk.leader, backend=BACKEND)
    said = {"first_day": TODAY, "last_day": TODAY + timedelta(days=9), "subject": "检查收费自查"}
    assert client.post(reverse("self-checks"), said).status_code == 302
    desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    assert "检查收费自查" in client.get(reverse("self-checks")).content.decode()
    assert client.post(reverse("self-checks"), said).status_code == 403


@pytest.mark.parametrize("kind", ["penaltyreport", "selfcheckreport", "displayproof"])
def test_every_kind_is_in_the_list(desk, client, kind):
    agreement = desk.suspended()
    penalty(desk, agreement)
    self_check(desk, agreement)
    proof(desk, clock(agreement, "T-29"))
    client.force_login(desk.operator, backend=BACKEND)
    rows = client.get(f"{reverse('applications')}?kind={kind}").context["page_obj"].paginator.count
    assert rows == 1


# ── what counts is when a matter was named, when a notice hung, and that one thing is reported once ──


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


@pytest.mark.rule("Q73.1")
def test_a_useless_photograph_does_not_keep_the_day_for_a_proof_that_comes_weeks_later(desk, calendar):
    row = clock(stopped_in_june(desk), "T-29")
    report = proof(desk, row, on=date(2026, 6, 2))
    report = perform(report.return_report, by=desk.clerk, reason="不是公告", on=date(2026, 6, 3))
    facts = {"place": "正门", "shown_on": TODAY}
    report = reports.refile(report, by=desk.operator, facts=facts, files=[], on=TODAY)
    assert report.late
    perform(report.note, by=desk.clerk, opinion="收悉", on=TODAY)
    row.refresh_from_db()
    assert (row.status, row.closed_on, row.was_late) == ("met", TODAY, True)


@pytest.mark.rule("Q73.1")
def test_days_given_back_for_the_proof_are_not_given_back_for_the_notice(desk, calendar):
    row = clock(stopped_in_june(desk), "T-29")  # due on 2026-06-04
    report = proof(desk, row, on=date(2026, 6, 2))
    report = perform(report.return_report, by=desk.clerk, reason="看不清", on=date(2026, 6, 8))
    for shown_on, late in ((date(2026, 6, 9), True), (date(2026, 6, 4), False)):
        with time_machine.travel(date(2026, 6, 9)):
            facts = {"place": "正门", "shown_on": shown_on}
            report = reports.refile(report, by=desk.operator, facts=facts, files=[], on=date(2026, 6, 9))
            assert report.late == late
            report = perform(report.return_report, by=desk.clerk, reason="再补", on=date(2026, 6, 9))


def test_a_proof_that_comes_again_is_checked_as_the_first_one(desk, calendar):
    row = clock(stopped_in_june(desk), "T-29")
    report = proof(desk, row, on=date(2026, 6, 2))
    report = perform(report.return_report, by=desk.clerk, reason="看不清", on=TODAY)
    with pytest.raises(RuleBroken, match="早于起算日"):
        facts = {"place": "正门", "shown_on": date(2026, 5, 31)}
        reports.refile(report, by=desk.operator, facts=facts, files=[], on=TODAY)


@pytest.mark.rule("Q07.6")
def test_one_decision_is_reported_once_however_its_number_is_typed(desk, authority):
    agreement = desk.signed()
    first = penalty(desk, agreement)
    for typed in ("宁市监罚［2026］7号", " 宁市监罚(２０２６) 7号", "宁市监罚[2026]7号"):
        with pytest.raises(RuleBroken, match=f"已经报送过（{first.pk}）"):
            penalty(desk, agreement, decision_number=typed, authority="市监局")
    second = penalty(desk, agreement, decision_number="宁市监罚〔2026〕8号")
    second = perform(second.return_report, by=authority, reason="文号有误", on=TODAY)
    with pytest.raises(RuleBroken, match=f"已经报送过（{first.pk}）"):
        reports.refile(second, by=desk.operator, facts=penalty_facts(), files=[], on=TODAY)


@pytest.mark.only_text("qinghai", reason=REPORTS)
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


@pytest.mark.only_text("qinghai", reason=REPORTS)
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


# ── penalties that became known otherwise ──


def noted(agreement, by, **changed):
    facts = {"source": "press", "authority": "西宁市市场监督管理局", "decision_number": "宁市监罚〔2026〕7号",
             "served_on": DAYS_AGO[9], "on": TODAY, **changed}  # fmt: skip
    return perform(agreement.note_penalty, by=by, **facts).penaltyrecords.latest("pk")


@pytest.mark.rule("Q04.7")
@pytest.mark.rule("Q07.6")
def test_a_penalty_that_became_known_starts_the_clock_and_the_hospitals_report_meets_it(desk, authority):
    agreement = desk.signed()
    record = noted(agreement, authority)
    row = clock(agreement, "T-02")
    assert (record.is_reported, row.started_on, row.status) == (False, DAYS_AGO[9], "open")
    assert [item.subject for item in dict(desk_for(desk.operator))["要报送的行政处罚"]] == [str(record)]
    report = penalty(desk, agreement, decision_number="宁市监罚[2026]7号", served_on=TODAY)
    row.refresh_from_db()
    assert report.late, "the day of service is the one on record, not the one that suits the hospital"
    assert fresh(record).report == report and (row.status, row.was_late) == ("met", True)
    assert agreement.deadlines.filter(rule="T-02").count() == 1
    assert "要报送的行政处罚" not in dict(desk_for(desk.operator))


@pytest.mark.rule("Q07.6")
def test_a_penalty_that_nobody_reports_is_reminded_of_and_told_when_overdue(desk, authority):
    agreement = desk.signed()
    noted(agreement, desk.clerk, served_on=TODAY)
    due_on = clock(agreement, "T-02").due_on

    def reminded(day):
        Message.objects.all().delete()
        reminders.write_due(day)
        return [one.recipient for one in Message.objects.filter(deadline__rule="T-02").order_by("recipient")]

    assert reminded(TODAY) == [desk.operator, desk.signatory]
    everybody = {desk.clerk, desk.reviewer, desk.leader, authority, desk.operator, desk.signatory}
    assert set(reminded(due_on + timedelta(days=1))) == everybody


@pytest.mark.rule("Q04.7")
def test_another_decision_leaves_the_known_one_flagged(desk, authority):
    agreement = desk.signed()
    record = noted(agreement, desk.clerk)
    penalty(desk, agreement, decision_number="宁卫罚〔2026〕1号")
    assert not fresh(record).is_reported
    assert clock(agreement, "T-02").status == "met"
    assert agreement.deadlines.open().filter(rule="T-02").count() == 1


def test_a_decision_is_noted_once_and_not_when_it_was_reported(desk, authority):
    agreement = desk.signed()
    penalty(desk, agreement)
    with pytest.raises(RuleBroken, match="乙方已经报送"):
        noted(agreement, desk.clerk)
    noted(agreement, desk.clerk, decision_number="8号")
    with pytest.raises(RuleBroken, match="已经登记"):
        noted(agreement, authority, decision_number=" 8 号")
    with pytest.raises(RuleBroken, match="还没有到"):
        noted(agreement, authority, decision_number="9号", served_on=TODAY + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        noted(agreement, desk.operator, decision_number="9号")


@pytest.mark.only_text("qinghai", reason=REPORTS)
def test_a_known_penalty_in_the_browser(desk, client, authority):
    agreement = desk.signed()
    client.force_login(authority, backend=BACKEND)
    url = reverse("agreement-act", args=[agreement.number, "note-penalty"])
    assert url in client.get(agreement.get_absolute_url()).content.decode()
    said = {
        "source": "authority",
        "authority": "西宁市卫生健康委员会",
        "decision_number": "3号",
        "served_on": TODAY,
    }
    assert client.post(url, said).status_code == 302
    for person in (desk.operator, desk.clerk):
        client.force_login(person, backend=BACKEND)
        assert "乙方未报送" in client.get(agreement.get_absolute_url()).content.decode()


@pytest.mark.rule("Q07.6")
def test_the_department_and_the_agency_are_told_of_a_report(desk, authority):
    agreement = desk.signed()
    Message.objects.all().delete()
    penalty(desk, agreement)
    subjects = {one.recipient: one.subject for one in Message.objects.all()}
    assert subjects[authority] == "行政处罚报送" and subjects[desk.clerk] == "行政处罚报送（抄送）"
    assert Message.objects.visible_to(authority).exists()
