"""第七十三条、第八十二条：公告张贴、标牌拆除的照片证明。"""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from agreements.gate import RuleBroken, perform
from agreements.models import DisplayProof
from agreements.reports import actions as reports

from ..desk import TODAY, upload
from .report_filing import clock, proof, stopped_in_june

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

BACKEND = "django.contrib.auth.backends.ModelBackend"


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
