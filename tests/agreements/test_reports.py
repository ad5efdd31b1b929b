"""第七条（六）、第四条（七）：乙方报送行政处罚；行政部门收悉，经办机构抄送。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.messages import reminders
from agreements.models import Message, Paper, PenaltyReport
from agreements.models.event import first_fault
from agreements.reports import actions as reports

from ..desk import TODAY, upload
from .report_filing import DAYS_AGO, clock, fresh, penalty, penalty_facts, proof, self_check

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENALTIES = "no reports of penalties in the other texts (第七条)"


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


@pytest.mark.only_text("qinghai", reason=PENALTIES)
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


@pytest.mark.parametrize("kind", ["penaltyreport", "selfcheckreport", "displayproof"])
def test_every_kind_is_in_the_list(desk, client, kind):
    agreement = desk.suspended()
    penalty(desk, agreement)
    self_check(desk, agreement)
    proof(desk, clock(agreement, "T-29"))
    client.force_login(desk.operator, backend=BACKEND)
    rows = client.get(f"{reverse('applications')}?kind={kind}").context["page_obj"].paginator.count
    assert rows == 1


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


@pytest.mark.only_text("qinghai", reason=PENALTIES)
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
