"""Notices from other departments stop settlement until their conclusion; letters to them come back with a result (第四、六十一、六十九、七十条)."""

import pytest
from django.core.exceptions import PermissionDenied

from agreements import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Event, Paper, PaymentHold
from inspections.models import DeptNotification, DiscreditProposal, ExternalNotice, Referral
from inspections.records.actions import ask_to_hold, file_notice, file_record

from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text

LETTER = {"addressee": "西宁市医疗保障局", "matter": "虚构医药服务，应当给予行政处罚", "basis": ""}


def noticed(desk, agreement, number="青公医〔2026〕5号", stop=True, **changed):
    facts = {
        "source": "police",
        "number": number,
        "received_on": TODAY,
        "matter": "涉嫌骗保立案侦查",
        **changed,
    }
    return file_notice(
        ExternalNotice, agreement, by=desk.clerk, stop=stop, facts=facts, files=[upload()], on=TODAY
    )


def held(desk, notice):
    proposal = notice.proposals_to_hold.get(status="proposed")
    proposal = perform(proposal.review, by=desk.reviewer, remark="同意")
    actions.decide(proposal, by=desk.leader)
    return notice.holds.get()


def concluded(desk, notice, **changed):
    details = {
        "outcome": "proved",
        "text": "查实",
        "concluded_on": TODAY,
        "files": [upload("结论.pdf")],
        "on": TODAY,
        **changed,
    }
    return perform(notice.conclude, by=desk.clerk, **details)


def released(desk, agreement, hold):
    return desk.decided(agreement, "release_payment", hold=hold, outcome="paid", reason="调查完结", on=TODAY)


@pytest.mark.rule("Q69.1")
@pytest.mark.parametrize("source", ExternalNotice.Source.values)
def test_each_of_the_nine_departments_can_stop_settlement(desk, source):
    notice = noticed(desk, desk.signed(), source=source)
    hold = held(desk, notice)
    assert hold.article == "第六十九条" and hold.is_open
    assert "涉嫌骗保" not in hold.reason  # the hospital reads the reason of a hold


@pytest.mark.rule("Q69.1")
def test_settlement_goes_on_only_when_the_conclusion_is_filed(desk):
    agreement = desk.signed()
    notice = noticed(desk, agreement)
    hold = held(desk, notice)
    with pytest.raises(RuleBroken, match=desk.words("结论还没有登记.*第六十九条")):
        released(desk, agreement, hold)
    concluded(desk, notice)
    released(desk, agreement, hold)
    hold.refresh_from_db()
    assert not hold.is_open


@pytest.mark.rule("Q69.1")
def test_a_hold_that_names_no_notice_waits_for_all_of_them_and_one_that_names_it_for_that_one(desk):
    agreement = desk.signed()
    first, second = (
        noticed(desk, agreement, stop=False),
        noticed(desk, agreement, "青审〔2026〕1号", stop=False),
    )
    by_hand = PaymentHold.objects.create(
        agreement=agreement, article="第六十九条", reason="部门通报", started_on=TODAY
    )
    own = PaymentHold.objects.create(
        agreement=agreement, article="第六十九条", reason=first.hold_reason, started_on=TODAY
    )
    concluded(desk, first)
    released(desk, agreement, own)
    with pytest.raises(RuleBroken, match=f"外部通报{second}登记结论"):
        released(desk, agreement, by_hand)


@pytest.mark.rule("Q69.1")
def test_holds_of_other_articles_do_not_wait(desk):
    agreement = desk.signed()
    noticed(desk, agreement, stop=False)
    hold = PaymentHold.objects.create(
        agreement=agreement, article="第六十四条", reason="限期整改", started_on=TODAY
    )
    released(desk, agreement, hold)
    hold.refresh_from_db()
    assert not hold.is_open


@pytest.mark.rule("Q69.1")
@pytest.mark.parametrize("changed", [{"files": []}, {"text": " "}])
def test_a_conclusion_needs_its_words_and_its_file(desk, changed):
    notice = noticed(desk, desk.signed(), stop=False)
    with pytest.raises(RuleBroken, match=desk.words("第六十九条")):
        concluded(desk, notice, **changed)


def test_a_notice_is_registered_once_and_asked_to_hold_once(desk):
    agreement = desk.signed()
    notice = noticed(desk, agreement)
    with pytest.raises(RuleBroken, match="已经登记过"):
        noticed(desk, agreement)
    with pytest.raises(RuleBroken, match="已按这份通报"):
        ask_to_hold(notice, by=desk.clerk, on=TODAY)
    assert ExternalNotice.objects.count() == 1


@pytest.mark.rule("Q69.1")
def test_the_hospital_reads_of_the_hold_and_nothing_of_the_notice(desk, client):
    agreement = desk.signed()
    notice = noticed(desk, agreement)
    held(desk, notice)
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(notice.get_absolute_url()).status_code == 404
    assert client.get(notice.attachments.get().get_absolute_url()).status_code == 404
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert (
        "涉嫌骗保" not in page and "青公医" not in page and "登记外部通报" not in page and "暂停拨付" in page
    )
    assert not Event.objects.visible_to(desk.operator).filter(subject__startswith="外部通报").exists()


@pytest.mark.rule("Q70.1")
def test_a_referral_is_signed_by_another_received_by_the_authority_and_comes_back_with_a_result(
    desk, authority
):
    letter = file_record(Referral, desk.signed(), by=desk.clerk, facts=LETTER, files=[upload()])
    with pytest.raises(PermissionDenied):
        perform(letter.send, by=desk.clerk, on=TODAY)
    letter = perform(letter.send, by=desk.leader, on=TODAY)
    letter = perform(letter.receive, by=authority, on=TODAY)
    letter = perform(letter.answer, by=authority, text="已立案", files=[], on=TODAY)
    assert (letter.status, letter.result, letter.paper.purpose) == (
        "answered",
        "已立案",
        Paper.Purpose.CASE_LETTER,
    )


@pytest.mark.rule("Q70.2")
def test_a_referral_closes_nothing_of_the_agreement(desk, authority):
    agreement = desk.signed()
    letter = file_record(Referral, agreement, by=desk.clerk, facts=LETTER, files=[])
    letter = perform(perform(letter.send, by=desk.leader, on=TODAY).receive, by=authority, on=TODAY)
    perform(letter.answer, by=authority, text="罚款", files=[], on=TODAY)
    assert desk.suspended_for_breach(agreement).status == "suspended"


@pytest.mark.rule("Q61.1", "Q04.6")
@pytest.mark.parametrize(
    "model, more, title",
    [(DiscreditProposal, {"persons": "祁雪原"}, "失信名单提请函"), (DeptNotification, {}, "部门通报函")],
)
def test_every_letter_says_what_it_asks_and_is_not_the_hospitals_to_see(desk, model, more, title, client):
    agreement = desk.signed()
    letter = file_record(model, agreement, by=desk.clerk, facts={**LETTER, **more}, files=[])
    letter = perform(letter.send, by=desk.leader, on=TODAY)
    assert (
        letter.paper.snapshot["title"] == title and letter.paper.snapshot["addressee"] == LETTER["addressee"]
    )
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(letter.get_absolute_url()).status_code == 404
    assert client.get(letter.paper.get_absolute_url()).status_code == 404
    assert title not in client.get(agreement.get_absolute_url()).content.decode()


def test_the_authority_does_not_sign_for_a_letter_to_another_department(desk, authority):
    letter = file_record(DeptNotification, desk.signed(), by=desk.clerk, facts=LETTER, files=[])
    letter = perform(letter.send, by=desk.leader, on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(letter.receive, by=authority, on=TODAY)
