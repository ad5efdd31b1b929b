"""第八十四条：文书按载明的地址送达；送出不算送达，时限自收到起算。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.deliveries import actions as deliveries
from agreements.deliveries import notice_papers
from agreements.deliveries.desk import groups_for
from agreements.gate import RuleBroken, perform
from agreements.models import Delivery, Paper
from agreements.papers import printing
from institutions.actions import revise_institution

from ..desk import TODAY
from .test_cascade import elsewhere  # noqa: F401

pytestmark = pytest.mark.each_text

P = Paper.Purpose


def proof(name="回证.pdf"):
    return [SimpleUploadedFile(name, b"%PDF-1.4 proof")]


@pytest.fixture
def notice(desk):
    """A printed notice of suspension, not yet served."""
    paper = desk.suspended_for_breach(desk.signed()).papers.get(purpose=P.SUSPENSION_NOTICE)
    assert printing.print_owed(paper)
    paper.refresh_from_db()
    return paper


@pytest.fixture
def sent(desk, notice):
    return deliveries.send(notice, by=desk.clerk, way="post", on=TODAY, tracking="EMS1234")


@pytest.fixture
def agreed(desk, notice):
    """The hospital takes papers by the portal."""
    perform(notice.agreement.accept_electronic_delivery, by=desk.signatory, on=TODAY)
    notice.refresh_from_db()
    return notice


def received(desk, delivery, **changed):
    details = {"receiver": "郭小满", "files": proof(), "on": TODAY, **changed}
    return perform(delivery.confirm_receipt, by=desk.clerk, **details)


# ── where to ──


@pytest.mark.rule("Q84.1")
def test_it_goes_to_the_address_in_the_agreement(sent):
    cover = sent.agreement.snapshot["cover"]
    assert (
        sent.address.startswith(cover["institution_address"]) and sent.addressee == cover["institution_name"]
    )
    assert (sent.phone, sent.address_source) == (cover["institution_phone"], "协议封面所载")


@pytest.mark.rule("Q84.1")
def test_a_later_change_moves_the_address_from_its_day_on(desk, notice):
    sent = deliveries.send(notice, by=desk.clerk, way="direct", on=TODAY)
    assert sent.address_source == "协议封面所载"
    revise_institution(
        desk.hospital, by=None, valid_from=TODAY, reason="迁址", address="西宁市城西区五四路8号"
    )
    failed = perform(sent.fail, by=desk.clerk, reason="已经搬走", on=TODAY)
    again = perform(failed.send, by=desk.clerk, way="direct", on=TODAY)
    assert again.address.startswith("西宁市城西区五四路8号") and "第2版" in again.address_source


# ── sent is not received ──


@pytest.mark.rule("Q84.1")
def test_sending_is_not_receiving_and_a_receipt_needs_a_proof(desk, sent):
    assert (sent.status, sent.received_on) == ("sent", None)
    with pytest.raises(RuleBroken, match=desk.words("第八十四条")):
        received(desk, sent, files=[])
    with pytest.raises(RuleBroken, match="签收人"):
        received(desk, sent, receiver=" ")
    with pytest.raises(RuleBroken, match="早于送出日期"):
        received(desk, sent, on=TODAY - timedelta(days=1))
    done = received(desk, sent)
    assert (done.status, done.received_on, done.proofs.count()) == ("received", TODAY, 1)


@pytest.mark.rule("Q84.1")
def test_a_clock_starts_at_receipt_and_not_at_printing_or_sending(desk, notice, monkeypatch):
    monkeypatch.setattr(notice_papers, "RECEIPT_STARTS", {})
    monkeypatch.setattr(notice_papers, "ADDRESSED", {})
    notice_papers.register(P.SUSPENSION_NOTICE, "demand_received")
    agreement = notice.agreement
    running = agreement.deadlines.filter(event="demand_received")
    Paper.objects.filter(pk=notice.pk).update(issued_at=notice.issued_at - timedelta(days=20))
    notice.refresh_from_db()
    sent = deliveries.send(notice, by=desk.clerk, way="post", on=TODAY - timedelta(days=9), tracking="EMS1")
    assert not running.exists()
    received(desk, sent, on=TODAY - timedelta(days=2))
    assert {(c.rule, c.started_on) for c in running} >= {("T-05", TODAY - timedelta(days=2))}
    assert {clock.about for clock in running} == {f"文书 {notice.pk}"}


def test_what_starts_no_clock_starts_none(desk, sent):
    before = sent.agreement.deadlines.count()
    assert received(desk, sent).agreement.deadlines.count() == before


@pytest.mark.rule("Q84.1")
def test_the_receipt_is_a_paper_with_all_that_was_done(desk, sent):
    done = received(desk, sent)
    said = dict(done.receipt.snapshot["rows"])
    assert (done.receipt.purpose, said["快递单号"], said["签收人"]) == (
        P.DELIVERY_RECEIPT,
        "EMS1234",
        "郭小满",
    )
    assert done.paper.number in said["送达文书"] and said["送达证明"] == "回证.pdf"


def test_what_came_back_is_sent_again_by_another_way(desk, sent):
    failed = perform(sent.fail, by=desk.clerk, reason="拒收", on=TODAY)
    assert (failed.status, failed.failure) == ("failed", "拒收")
    again = perform(failed.send, by=desk.clerk, way="left", on=TODAY)
    assert (again.status, again.failure, again.way, again.tracking) == ("sent", "", "left", "")
    acts = list(again.agreement.events.filter(subject__startswith="送达 ").values_list("act", flat=True))
    assert acts == ["send", "fail", "send"]


# ── what may not be ──


def test_what_stands_against_sending(desk, notice):
    for why, details in {
        "快递单号": {"way": "post", "on": TODAY},
        "没有同意电子送达": {"way": "electronic", "on": TODAY},
        "还没有到": {"way": "direct", "on": TODAY + timedelta(days=1)},
        "早于文书印出": {"way": "direct", "on": TODAY - timedelta(days=1)},
    }.items():
        with pytest.raises(RuleBroken, match=why):
            deliveries.send(notice, by=desk.clerk, **details)
    assert not Delivery.objects.exists()  # a refused sending leaves no record behind


def test_a_paper_is_served_once_and_only_what_is_addressed_to_the_other_side(desk, notice, sent):
    with pytest.raises(RuleBroken, match="已有送达记录"):
        deliveries.send(notice, by=desk.clerk, way="direct", on=TODAY)
    handover = Paper.owe(notice.agreement, P.HANDOVER, {}, TODAY.year)
    with pytest.raises(RuleBroken, match="待印"):
        deliveries.send(handover, by=desk.clerk, way="direct", on=TODAY)
    printing.print_owed(handover)
    with pytest.raises(RuleBroken, match="不是送达对方的文书"):
        deliveries.send(Paper.objects.get(pk=handover.pk), by=desk.clerk, way="direct", on=TODAY)


def test_a_voided_paper_is_not_sent_again(desk, sent):
    failed = perform(sent.fail, by=desk.clerk, reason="拒收", on=TODAY)
    perform(sent.paper.make_void, by=desk.reviewer, reason="写错")
    with pytest.raises(RuleBroken, match="已经作废"):
        perform(Delivery.objects.get(pk=failed.pk).send, by=desk.clerk, way="direct", on=TODAY)


@pytest.mark.parametrize("role", ["reviewer", "leader", "operator", "signatory"])
def test_only_the_clerk_serves(desk, notice, role):
    with pytest.raises(PermissionDenied):
        deliveries.send(notice, by=getattr(desk, role), way="direct", on=TODAY)


# ── by the portal ──


@pytest.mark.rule("Q84.1")
def test_by_the_portal_pressing_is_receiving(desk, agreed):
    sent = deliveries.send(agreed, by=desk.clerk, way="electronic", on=TODAY)
    assert sent.status == "sent"
    with pytest.raises(RuleBroken, match="登录签收"):
        received(desk, sent)
    with pytest.raises(PermissionDenied):
        perform(sent.acknowledge, by=desk.clerk)
    done = perform(sent.acknowledge, by=desk.operator)
    assert (done.status, done.received_on, done.receiver, done.acknowledged_by) == (
        "received", TODAY, desk.operator.name, desk.operator,
    )  # fmt: skip
    assert "登录签收" in dict(done.receipt.snapshot["rows"])["收到日期"]


def test_a_paper_that_went_by_post_is_not_signed_for_in_the_portal(desk, sent):
    with pytest.raises(RuleBroken, match="邮寄送达"):
        perform(sent.acknowledge, by=desk.operator)


def test_consent_is_the_signatorys_from_today_and_may_be_withdrawn(desk):
    agreement = desk.signed()
    with pytest.raises(PermissionDenied):
        perform(agreement.accept_electronic_delivery, by=desk.operator, on=TODAY)
    with pytest.raises(RuleBroken, match="自今日起"):
        perform(agreement.accept_electronic_delivery, by=desk.signatory, on=TODAY - timedelta(days=1))
    with pytest.raises(RuleBroken, match="不用撤回"):
        perform(agreement.withdraw_electronic_delivery, by=desk.signatory, on=TODAY)
    agreement = perform(agreement.accept_electronic_delivery, by=desk.signatory, on=TODAY)
    assert agreement.electronic_since == TODAY
    assert (
        perform(agreement.withdraw_electronic_delivery, by=desk.signatory, on=TODAY).electronic_since is None
    )


# ── pages and desks ──


def login(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def titles(person):
    return {title: [item.subject for item in items] for title, items in groups_for(person) if items}


def test_the_desk_names_what_is_to_be_served_until_it_is_sent(desk, notice, client):
    assert titles(desk.clerk) == {"要送达的文书": ["送达中止协议通知书"]}
    sent = deliveries.send(notice, by=desk.clerk, way="direct", on=TODAY)
    assert titles(desk.clerk) == {}
    perform(sent.fail, by=desk.clerk, reason="迁走", on=TODAY)
    assert titles(desk.clerk) == {"要送达的文书": ["送达中止协议通知书"]}
    login(client, desk.clerk)
    assert "已退回：迁走" in client.get("/").content.decode()


def test_the_hospital_signs_on_its_own_page(desk, agreed, client):
    sent = deliveries.send(agreed, by=desk.clerk, way="electronic", on=TODAY)
    login(client, desk.operator)
    assert "要签收的文书" in client.get("/").content.decode()
    page = client.get(sent.get_absolute_url()).content.decode()
    assert 'value="acknowledge"' in page and 'value="fail"' not in page
    assert client.post(sent.get_absolute_url(), {"deed": "acknowledge"}).status_code == 302
    sent.refresh_from_db()
    assert sent.status == "received" and titles(desk.operator) == {}
    assert client.post(sent.get_absolute_url(), {"deed": "fail", "reason": "x"}).status_code == 403


def test_the_clerk_serves_and_enters_the_receipt_by_the_pages(desk, notice, client):
    login(client, desk.clerk)
    page = client.get(notice.agreement.get_absolute_url()).content.decode()
    url = reverse("paper-serve", args=[notice.code])
    assert url in page
    form = client.get(url).content.decode()
    assert desk.hospital.current.address in form and 'value="electronic"' not in form
    wrong = client.post(url, {"way": "post", "on": TODAY})
    assert wrong.status_code == 200 and "快递单号" in wrong.content.decode()
    assert client.post(url, {"way": "post", "on": TODAY, "tracking": "SF1"}).status_code == 302
    sent = Delivery.objects.get()
    assert client.get(url)["Location"] == sent.get_absolute_url()
    bare = client.post(sent.get_absolute_url(), {"deed": "confirm_receipt", "on": TODAY, "receiver": "门卫"})
    assert "须上传送达证明" in bare.content.decode()
    whole = {"deed": "confirm_receipt", "on": TODAY, "receiver": "门卫", "files": proof()}
    assert client.post(sent.get_absolute_url(), whole).status_code == 302
    assert "回证.pdf" in client.get(sent.get_absolute_url()).content.decode()


def test_the_list_tells_what_came_back(desk, sent, client):
    perform(sent.fail, by=desk.clerk, reason="拒收", on=TODAY)
    login(client, desk.clerk)
    number = sent.paper.number
    assert number in client.get("/deliveries/?tab=failed").content.decode()
    assert number not in client.get("/deliveries/?tab=open").content.decode()
    assert number in client.get(f"/deliveries/?q={sent.agreement.number}").content.decode()
    assert "没有符合条件" in client.get("/deliveries/?q=xyz").content.decode()


def test_a_stranger_is_told_nothing(desk, sent, client, other_operator, other_clerk):
    for stranger in (other_operator, other_clerk):
        login(client, stranger)
        assert client.get(sent.get_absolute_url()).status_code == 404
        assert sent.paper.number not in client.get("/deliveries/?tab=all").content.decode()
        assert client.get(reverse("paper-serve", args=[sent.paper.code])).status_code == 404


def test_consent_is_given_on_the_agreements_own_page(desk, client):
    agreement = desk.signed()
    login(client, desk.signatory)
    url = reverse("agreement-act", args=[agreement.number, "accept-electronic-delivery"])
    assert url in client.get(agreement.get_absolute_url()).content.decode()
    assert client.post(url, {}).status_code == 200
    assert client.post(url, {"agree": "on"}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.electronic_since == TODAY
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert "withdraw-electronic-delivery" in page and "accept-electronic-delivery" not in page
