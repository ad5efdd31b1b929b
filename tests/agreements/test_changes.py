"""第七十六条: changes of the hospital's own facts, filed, returned, examined by two, and what follows."""

from datetime import date, timedelta

import pytest

from agreements.applications import actions as applications
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Amendment, ChangeRequest, Deadline, Paper
from agreements.models.event import first_fault
from institutions.actions import revise_institution

from ..desk import TODAY, signature, upload

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]
IN_TIME = pytest.mark.only_text("qinghai", "made-up", reason="Shanghai sets no time to apply in (第二十三条)")
Status = ChangeRequest.Status
NAME = {"name": "西宁湟滨第一医院"}
BANK = {"bank_name": "青海银行城北支行", "bank_account": "630000000000123456"}


def clock(agreement, rule):
    return agreement.deadlines.get(rule=rule)


# ── filing ──


@pytest.mark.rule("Q76.2")
def test_a_major_change_is_filed_with_its_form(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement)
    assert request.status == Status.SUBMITTED and not request.late
    assert request.form_paper.purpose == Paper.Purpose.CHANGE_REQUEST
    assert request.form_paper.snapshot["table"]["rows"] == [["名称", "西宁湟滨医院", "西宁湟滨第一医院"]]
    assert request.form_paper.status == Paper.Status.ISSUED
    assert desk.hospital.versions.count() == 1, "nothing changes before it is granted"


@pytest.mark.only_text("qinghai", "made-up", reason="the texts of Shanghai have no letter of commitment")
@pytest.mark.rule("Q76.2")
def test_a_major_change_is_filed_with_a_letter_of_commitment(desk):
    letter = desk.change_request(desk.signed()).commitment_paper
    assert letter.snapshot["material"] == "重大信息变更申请表及所附材料"
    assert letter.status == Paper.Status.ISSUED


@pytest.mark.rule("Q76.2")
def test_the_clock_of_applying_runs_from_the_approval_and_ends_with_the_submission(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement, submit=False)
    assert clock(agreement, "T-06").started_on == request.approved_on
    applications.submit(request, by=desk.operator)
    assert clock(agreement, "T-06").status == Deadline.Status.MET
    assert clock(agreement, "T-34c").status == Deadline.Status.OPEN


@IN_TIME
@pytest.mark.rule("Q76.2")
def test_a_late_request_is_marked_and_not_refused(desk):
    request = desk.change_request(desk.signed(), approved_on=TODAY - timedelta(days=90))
    assert request.status == Status.SUBMITTED and request.late


def test_another_day_of_approval_moves_the_clock(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement, submit=False)
    before = clock(agreement, "T-06").due_on
    facts = {"changes": NAME, "authority": "卫健委", "approval_number": "2号", "synced_on": None, "files": []}
    perform(request.rewrite, by=desk.operator, approved_on=TODAY - timedelta(days=20), on=TODAY, **facts)
    assert clock(agreement, "T-06").due_on < before


def test_without_approval_or_its_paper_it_cannot_be_submitted(desk):
    agreement = desk.signed()
    bare = desk.change_request(agreement, submit=False, authority="")
    with pytest.raises(RuleBroken, match="批准文号"):
        applications.submit(bare, by=desk.operator)
    perform(bare.withdraw, by=desk.operator, on=TODAY)
    no_paper = desk.change_request(agreement, submit=False, files=[])
    with pytest.raises(RuleBroken, match="没有附上"):
        applications.submit(no_paper, by=desk.operator)


def test_a_field_waits_for_the_request_that_already_asks_for_it(desk):
    agreement = desk.signed()
    desk.change_request(agreement)
    with pytest.raises(RuleBroken, match="名称已有未办结的变更申请"):
        desk.change_request(agreement)
    desk.change_request(agreement, changes={"beds": 260})


def test_nothing_changed_is_no_request(desk):
    with pytest.raises(RuleBroken, match="没有要变更的内容"):
        applications.draft_change(
            desk.signed(), by=desk.operator, kind="major", changes={}, authority="", approval_number="",
            approved_on=TODAY, synced_on=None, files=[], on=TODAY,
        )  # fmt: skip


def test_another_region_sends_the_hospital_home(desk, other_agency, other_clerk):
    home = desk.signed()
    elsewhere = Agreement.objects.create(
        number="630200-X", agency=other_agency, institution=desk.hospital, edition=home.edition, status="active",
        starts_on=home.starts_on, ends_on=home.ends_on, drafted_by=other_clerk,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match=f"{home.agency}办理.*{home.number}"):
        desk.change_request(elsewhere)


# ── 补正 ──


@pytest.mark.rule("Q76.2")
def test_the_agencys_clock_stands_still_while_the_hospital_completes_its_papers(desk):
    agreement = desk.signed()
    filed = TODAY - timedelta(days=10)
    request = desk.change_request(agreement, submit=False, on=filed, approved_on=filed)
    request = applications.submit(request, by=desk.operator, on=filed)
    due = clock(agreement, "T-34c").due_on
    request = perform(
        request.return_for_completion, by=desk.clerk, reason="缺批准文件第2页", on=TODAY - timedelta(days=7)
    )
    assert clock(agreement, "T-34c").is_paused
    request = applications.submit(request, by=desk.operator)
    row = clock(agreement, "T-34c")
    assert request.status == Status.SUBMITTED and request.filed_on == filed and not row.is_paused
    assert row.pauses == [[(TODAY - timedelta(days=6)).isoformat(), TODAY.isoformat(), "补正"]]
    assert row.due_on > due


def test_a_paused_clock_is_not_overdue(desk):
    from agreements.clocks.board import clocks_of, tabs_of

    agreement = desk.signed()
    request = perform(
        desk.change_request(agreement).return_for_completion, by=desk.clerk, reason="缺页", on=TODAY
    )
    row = clock(agreement, "T-34c")
    after = row.due_at + timedelta(days=3)
    assert not clocks_of([row], now=after)[0].over
    overdue = dict((key, count) for key, _, count in tabs_of(Deadline.objects.filter(pk=row.pk), now=after))
    assert overdue["overdue"] == 0 and request.status == Status.RETURNED


# ── two people ──


@pytest.mark.rule("Q76.2")
def test_granted_by_a_second_person_it_is_a_new_version(desk):
    request = desk.granted(desk.change_request(desk.signed(), changes={"beds": 260}))
    desk.hospital.refresh_from_db()
    assert request.status == Status.GRANTED and desk.hospital.current == request.version
    assert desk.hospital.current.beds == 260 and desk.hospital.versions.count() == 2
    assert first_fault(request.agreement) is None


def test_who_examined_cannot_grant(desk):
    request = perform(desk.change_request(desk.signed()).accept, by=desk.clerk, on=TODAY)
    request = perform(request.examine, by=desk.reviewer, opinion="属实", on=TODAY)
    with pytest.raises(RuleBroken, match="审核人不能自己复核"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    assert applications.grant(request, by=desk.leader, opinion="同意", on=TODAY).status == Status.GRANTED


# ── VALID, STALE, SUPERSEDED ──


def test_what_moved_meanwhile_decides_whether_it_still_holds(desk):
    request = desk.checking(desk.change_request(desk.signed()))
    revise_institution(desk.hospital, by=desk.clerk, reason="电话变更", phone="0971-5509999")
    request = ChangeRequest.objects.get(pk=request.pk)
    assert request.freshness == "stale"
    with pytest.raises(RuleBroken, match="先按现行信息核对"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    request = perform(request.rest_on_current, by=desk.clerk)
    assert request.freshness == "valid"

    revise_institution(desk.hospital, by=desk.clerk, reason="改名", name="西宁湟滨中心医院")
    request = ChangeRequest.objects.get(pk=request.pk)
    assert request.freshness == "superseded"
    with pytest.raises(RuleBroken, match="所申请的信息在第3版已有变化"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    with pytest.raises(RuleBroken, match="退回补正"):
        perform(request.rest_on_current, by=desk.clerk)


# ── general changes ──


@pytest.mark.rule("Q76.3")
def test_a_general_change_is_in_force_on_receipt(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement, kind="general", changes={"phone": "0971-5509999"}, files=[])
    desk.hospital.refresh_from_db()
    assert request.status == Status.GRANTED and desk.hospital.current.phone == "0971-5509999"
    assert request.form_paper.purpose == Paper.Purpose.CHANGE_NOTICE
    assert not agreement.deadlines.filter(rule="T-34c").exists()


@pytest.mark.rule("Q76.3")
def test_the_clock_of_telling_of_a_general_change_ends_with_it(desk):
    agreement = desk.signed()
    desk.change_request(agreement, kind="general", changes={"phone": "0971-5509999"}, files=[])
    assert clock(agreement, "T-25").status == Deadline.Status.MET


@pytest.mark.rule("Q76.3")
def test_what_is_major_cannot_be_notified_as_general(desk):
    with pytest.raises(RuleBroken, match="名称属于重大信息"):
        desk.change_request(desk.signed(), kind="general", changes=NAME)


@pytest.mark.rule("Q76.4")
def test_the_day_of_the_national_register_is_kept(desk):
    request = desk.change_request(desk.signed(), synced_on=TODAY)
    assert ["国家编码数据库同步变更", f"{TODAY:%Y年%-m月%-d日}"] in request.form_paper.snapshot["rows"]


# ── the supplement ──


@pytest.mark.rule("Q77.2")
def test_a_new_name_makes_a_supplement_that_both_sides_sign(desk):
    agreement = desk.signed()
    request = desk.granted(desk.change_request(agreement, changes=NAME | {"legal_representative": "王雪莲"}))
    made = agreement.amendments.get()
    assert made.clauses == [
        "乙方名称由“西宁湟滨医院”变更为“西宁湟滨第一医院”。", "乙方法定代表人由“祁雪原”变更为“王雪莲”。"
    ]  # fmt: skip
    assert made.signing_paper.status == Paper.Status.ISSUED and made.change_request == request
    with pytest.raises(RuleBroken, match="姓名应为王雪莲"):
        applications.sign_amendment(made, "institution", by=desk.signatory, **signature("祁雪原", TODAY))
    made = applications.sign_amendment(made, "institution", by=desk.signatory, **signature("王雪莲", TODAY))
    assert made.status == Amendment.Status.TO_SIGN
    with pytest.raises(RuleBroken, match="乙方已经签署"):
        applications.sign_amendment(made, "institution", by=desk.signatory, **signature("王雪莲", TODAY))
    made = applications.sign_amendment(made, "agency", by=desk.leader, **signature("韩兆麟", TODAY))
    assert made.status == Amendment.Status.IN_FORCE and made.in_force_on == TODAY
    assert "法定代表人（签章）：王雪莲" in made.signed_paper.snapshot["boxes"][1]
    agreement.refresh_from_db()
    assert agreement.cover["institution_name"] == "西宁湟滨医院", "the signed agreement says what was signed"
    assert first_fault(agreement) is None


def test_other_changes_make_no_supplement(desk):
    request = desk.granted(desk.change_request(desk.signed(), changes={"grade": "3A"}))
    assert not request.agreement.amendments.exists()


def test_a_value_the_record_cannot_take_is_refused_with_a_sentence(desk):
    request = desk.checking(desk.change_request(desk.signed(), kind="major", changes={"name": ""}))
    with pytest.raises(RuleBroken, match="第七十六条"):
        applications.grant(request, by=desk.reviewer, opinion="同意", on=TODAY)
    assert desk.hospital.versions.count() == 1


# ── files ──


@pytest.mark.parametrize("content, why", [
    (b"<html>", "改名不能改变内容"), (b"MZ\x90\x00", "改名不能改变内容"), (b"PK\x03\x04 broken", "改名不能改变内容"), (b"", "空的"),
])  # fmt: skip
def test_a_file_is_what_it_says(desk, client, content, why):
    agreement = desk.signed()
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(
        f"/agreements/{agreement.number}/changes/new/major/",
        {**{f: getattr(desk.hospital.current, f) for f in ("legal_representative", "principal", "address", "bank_name",
            "bank_account", "subjects", "beds", "nature", "grade", "category")},
         "name": "西宁湟滨第一医院", "controller": "", "authority": "卫健委", "approval_number": "1号",
         "approved_on": TODAY.isoformat(), "files": [upload("a.pdf", content)]},
    )  # fmt: skip
    assert why in page.content.decode() and not agreement.changerequests.exists()


def test_a_file_that_was_changed_is_not_handed_out(desk, client):
    request = desk.change_request(desk.signed())
    file = request.attachments.get()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(file.get_absolute_url())
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 approval"
    assert "attachment" in answer["Content-Disposition"] and file.file.name.startswith("attachments/")
    with open(file.file.path, "wb") as disk:
        disk.write(b"%PDF-1.7 another")
    assert client.get(file.get_absolute_url()).status_code == 302


def test_a_draft_is_nobody_elses(desk):
    request = desk.change_request(desk.signed(), submit=False)
    assert not ChangeRequest.objects.visible_to(desk.clerk).filter(pk=request.pk).exists()
    assert ChangeRequest.objects.visible_to(desk.operator).filter(pk=request.pk).exists()


def test_days_survive_as_days(desk):
    request = desk.change_request(desk.signed(), kind="general", changes={"licence_expires_on": "2031-05-31"})
    assert request.version.licence_expires_on == date(2031, 5, 31)


# ── what a careful reader would try ──


def test_who_checks_an_account_sees_the_whole_of_it(desk, client):
    request = desk.checking(desk.change_request(desk.signed(), changes=BANK))
    client.force_login(desk.leader, backend="django.contrib.auth.backends.ModelBackend")
    assert BANK["bank_account"] in client.get(request.get_absolute_url()).content.decode()
    assert [
        "银行账号",
        desk.hospital.current.bank_account,
        BANK["bank_account"],
    ] in request.form_paper.snapshot["table"]["rows"]


def test_nothing_of_a_draft_reaches_the_agency(desk, client):
    agreement = desk.signed()
    request = desk.change_request(agreement, submit=False, changes=BANK)
    from agreements.models import Attachment, Event

    assert not Attachment.objects.visible_to(desk.clerk).exists()
    assert not Event.objects.visible_to(desk.clerk).filter(act="draft_change").exists()
    assert not Deadline.objects.visible_to(desk.clerk).filter(rule="T-06").exists()
    assert Attachment.objects.visible_to(desk.operator).exists()
    applications.submit(request, by=desk.operator)
    assert Attachment.objects.visible_to(desk.clerk).count() == 1


@pytest.mark.own_days
@pytest.mark.rule("Q77.2")
def test_an_agreement_signed_for_next_year_gets_the_supplement_too(desk):
    agreement = desk.signed()
    start = agreement.ends_on + timedelta(days=1)
    following = desk.signed(starts_on=start, ends_on=start + timedelta(days=364))
    desk.granted(desk.change_request(agreement, changes=NAME))
    assert following.status == "signed" and following.amendments.count() == 1


def test_both_sides_are_told_as_it_goes_on(desk):
    from agreements.models import Message

    agreement = desk.signed()
    request = desk.change_request(agreement)
    perform(request.return_for_completion, by=desk.clerk, reason="缺第2页", on=TODAY)
    subjects = Message.objects.filter(agreement=agreement).values_list("recipient__username", "subject")
    assert (desk.clerk.username, "乙方申请变更") in subjects
    assert (desk.operator.username, "变更申请要补正") in subjects


@IN_TIME
def test_a_corrected_day_of_approval_makes_it_late(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement)
    request = perform(request.return_for_completion, by=desk.clerk, reason="日期有误", on=TODAY)
    facts = {"authority": "卫健委", "approval_number": "2号", "synced_on": None, "files": []}
    long_ago = TODAY - timedelta(days=200)
    request = perform(
        request.rewrite, by=desk.operator, changes=NAME, approved_on=long_ago, on=TODAY, **facts
    )
    assert applications.submit(request, by=desk.operator).late
    assert clock(agreement, "T-06").was_late


def test_a_draft_cannot_be_rewritten_into_what_another_asks_for(desk):
    agreement = desk.signed()
    desk.change_request(agreement)
    second = desk.change_request(agreement, submit=False, changes={"beds": 260})
    facts = {
        "authority": "卫健委",
        "approval_number": "2号",
        "synced_on": None,
        "files": [],
        "approved_on": TODAY,
    }
    with pytest.raises(RuleBroken, match="名称已有另一件未办结的变更申请"):
        perform(second.rewrite, by=desk.operator, changes=NAME, on=TODAY, **facts)


def test_the_examiners_words_wait_for_the_decision(desk, client):
    request = desk.checking(desk.change_request(desk.signed()))
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert "情况属实" not in client.get(request.get_absolute_url()).content.decode()


def test_the_forms_of_a_request_filed_again_replace_the_old_ones(desk):
    request = desk.change_request(desk.signed())
    old = request.form_paper
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺", on=TODAY)
    request = applications.submit(request, by=desk.operator)
    old.refresh_from_db()
    assert (old.status, request.form_paper.status) == (Paper.Status.VOIDED, Paper.Status.ISSUED)


def test_a_file_that_is_gone_is_said_to_be(desk, client):
    file = desk.change_request(desk.signed()).attachments.get()
    file.file.storage.delete(file.file.name)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(file.get_absolute_url()).status_code == 302


def test_a_new_licence_is_notified_with_its_paper(desk):
    with pytest.raises(RuleBroken, match="没有附上新的证照"):
        desk.change_request(desk.signed(), kind="general", changes={"licence_number": "PDY2"}, files=[])


@pytest.mark.rule("Q76.2")
def test_an_approval_that_the_agency_learned_of_starts_the_clock_by_itself(desk):
    agreement, day = desk.signed(), TODAY - timedelta(days=3)
    agreement = perform(agreement.note_approval, by=desk.clerk, group="名称", approved_on=day, on=TODAY)
    row = clock(agreement, "T-06")
    assert (row.started_on, row.status) == (day, Deadline.Status.OPEN)
    assert Deadline.objects.visible_to(desk.clerk).filter(pk=row.pk).exists()
    with pytest.raises(RuleBroken, match="名称的批准已经登记"):
        perform(agreement.note_approval, by=desk.clerk, group="名称", approved_on=day, on=TODAY)
    desk.change_request(agreement, changes={"beds": 260})
    assert agreement.deadlines.get(pk=row.pk).status == Deadline.Status.OPEN
    desk.change_request(agreement)
    assert agreement.deadlines.get(pk=row.pk).status == Deadline.Status.MET


def test_a_form_that_was_voided_meanwhile_does_not_stop_the_hospital(desk):
    request = desk.change_request(desk.signed())
    perform(request.form_paper.make_void, by=desk.reviewer, reason="印错")
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺页", on=TODAY)
    assert applications.submit(request, by=desk.operator).form_paper.status == Paper.Status.ISSUED


def test_of_two_daily_runs_the_second_finds_nothing_left_behind(desk):
    agreement = desk.signed()
    request = desk.change_request(agreement)
    desk.ended(agreement)
    assert applications.end_left_behind(request, TODAY) == agreement
    assert applications.end_left_behind(request, TODAY) is None
