"""第十一条、第十二条（上海）：约定服务项目经准予后开展，新建、大型设备等事先协商；没有的，费用不予支付。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from agreements.applications import actions as applications
from agreements.daily import run
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform, refusal
from agreements.models import Agreement, Event, Message, PermitRequest, PriorConsultation
from agreements.models.event import first_fault
from agreements.offers import offers_for
from agreements.papers.render import Stamp
from agreements.papers.sheet import Sheet, render_sheet
from agreements.permits import actions as permits

from .. import shanghai
from ..desk import TODAY, upload

BACKEND = "django.contrib.auth.backends.ModelBackend"
ITEM = "血液透析"
ONE_DAY = timedelta(days=1)


@pytest.fixture
def agreement(shanghai_desk):
    return shanghai_desk.signed(**shanghai.TERM)


def asked(desk, agreement, item=ITEM, **changed):
    facts = {
        "item": item,
        "department": "肾内科",
        "equipment": "血液透析机12台",
        "staff": "",
        "files": [upload()],
    }
    return permits.draft(agreement, "draft_permit", by=desk.operator, on=TODAY, **facts | changed)


def told(desk, agreement, planned_on=TODAY + timedelta(days=30), **changed):
    facts = {
        "kind": "购置大型仪器设备",
        "description": "磁共振1台",
        "planned_on": planned_on,
        "files": [upload()],
    }
    return permits.draft(agreement, "draft_consultation", by=desk.operator, on=TODAY, **facts | changed)


def checking(desk, request):
    """Submitted, accepted and examined by the clerk, waiting for a second person."""
    return desk.checking(applications.submit(request, by=desk.operator))


def granted(desk, request, opinion="同意"):
    return perform(checking(desk, request).grant, by=desk.reviewer, opinion=opinion, on=TODAY)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def page_of(client, person, thing):
    client.force_login(person, backend=BACKEND)
    return client.get(thing.get_absolute_url()).content.decode()


# ── permits ──


@pytest.mark.rule("S11.1")
def test_a_permit_has_its_day_and_its_paper(shanghai_desk, agreement, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        permit = fresh(granted(shanghai_desk, asked(shanghai_desk, agreement)))
    assert (permit.status, permit.closed_on, permit.get_status_display()) == ("granted", TODAY, "已准予")
    assert (permit.form_paper.purpose, permit.commitment_paper) == ("permit_request", None)
    paper = permit.answer_paper
    assert (paper.purpose, paper.status, paper.is_addressed) == ("permit_notice", "issued", True)
    assert "准〔" in paper.number and ITEM in paper.snapshot["paragraphs"][0]
    assert paper.snapshot["quotes"][0]["label"].startswith("第十一条")
    assert first_fault(fresh(agreement)) is None


@pytest.mark.rule("S11.1")
def test_whoever_examined_it_does_not_grant_it(shanghai_desk, agreement):
    request = applications.submit(asked(shanghai_desk, agreement), by=shanghai_desk.operator)
    request = perform(request.accept, by=shanghai_desk.clerk, on=TODAY)
    request = perform(request.examine, by=shanghai_desk.reviewer, opinion="属实", on=TODAY)
    with pytest.raises(RuleBroken, match="另一人"):
        perform(request.grant, by=shanghai_desk.reviewer, opinion="同意", on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(request.grant, by=shanghai_desk.clerk, opinion="同意", on=TODAY)
    assert perform(request.grant, by=shanghai_desk.leader, opinion="同意", on=TODAY).status == "granted"


@pytest.mark.rule("S11.1")
@pytest.mark.parametrize("changed, why", [
    ({"item": " "}, "写明申请开展的项目名称"), ({"equipment": "", "staff": " "}, "设备或人员"),
])  # fmt: skip
def test_an_application_says_what_and_with_what(shanghai_desk, agreement, changed, why):
    with pytest.raises(RuleBroken, match=f"{why}.*（第十一条）"):
        asked(shanghai_desk, agreement, **changed)


@pytest.mark.rule("S11.1")
def test_an_item_is_asked_for_once_however_it_is_spelt(shanghai_desk, agreement):
    first = asked(shanghai_desk, agreement, item="血液透析（CRRT）")
    with pytest.raises(RuleBroken, match=rf"未办结的申请（{first.pk}）.*（第十一条）"):
        asked(shanghai_desk, agreement, item="血液透析 (crrt)")
    granted(shanghai_desk, first)
    with pytest.raises(RuleBroken, match=r"已准予|准予，不需要再申请（第十一条）"):
        asked(shanghai_desk, agreement, item="血液透析（CRRT）")


@pytest.mark.rule("S11.1")
def test_it_is_sent_back_completed_and_refused_with_a_reason(shanghai_desk, agreement):
    desk = shanghai_desk
    request = applications.submit(asked(desk, agreement), by=desk.operator)
    request = perform(request.return_for_completion, by=desk.clerk, reason="补人员资质", on=TODAY)
    facts = {"item": ITEM, "department": "肾内科", "equipment": "", "staff": "血透专科护士6人"}
    request = perform(request.reword, by=desk.operator, files=[], **facts)
    request = perform(checking(desk, request).refuse, by=desk.reviewer, reason="设备不足", on=TODAY)
    assert (request.staff, request.get_status_display()) == ("血透专科护士6人", "不予准予")
    said = Message.objects.filter(recipient=desk.operator, subject="约定服务项目未获准予").get()
    assert "设备不足。未经准予的，费用不予支付（第十一条）" in said.text


@pytest.mark.rule("S11.1")
def test_a_permit_is_taken_back_with_a_reason_and_its_paper_is_void(
    shanghai_desk, agreement, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        permit = fresh(granted(shanghai_desk, asked(shanghai_desk, agreement)))
    with pytest.raises(RuleBroken, match="早于准予日期.*（第十一条）"):
        permits.revoke(permit, by=shanghai_desk.reviewer, reason="设备停用", on=TODAY - ONE_DAY)
    with pytest.raises(PermissionDenied):
        permits.revoke(permit, by=shanghai_desk.clerk, reason="设备停用", on=TODAY)
    permit = fresh(permits.revoke(permit, by=shanghai_desk.leader, reason="设备停用", on=TODAY))
    assert (permit.revoked_on, permit.get_status_display()) == (TODAY, "准予已收回")
    assert permit.answer_paper.status == "voided" and "设备停用" in permit.answer_paper.void_reason
    with pytest.raises(RuleBroken, match="已于.*收回.*不予支付（第十一条）"):
        permits.revoke(permit, by=shanghai_desk.leader, reason="设备停用", on=TODAY)
    assert asked(shanghai_desk, fresh(agreement)).status == "draft"


@pytest.mark.rule("S11.1")
def test_the_agreements_page_lists_permits_with_their_state(shanghai_desk, agreement, client):
    permit = granted(shanghai_desk, asked(shanghai_desk, agreement))
    page = page_of(client, shanghai_desk.operator, agreement)
    assert ITEM in page and f"{TODAY} 准予" in page and "未经甲方准予的项目，费用不予支付" in page
    agreement.service_bans.create(
        scope="service", service=ITEM, article="第二十一条", reason="违反规定", started_on=TODAY, until=TODAY + ONE_DAY
    )  # fmt: skip
    for thing in (agreement, permit):
        assert "停止" in page_of(client, shanghai_desk.clerk, thing)
        assert "违反规定" in page_of(client, shanghai_desk.clerk, thing)


def test_a_draft_is_the_hospitals_own_affair(shanghai_desk, agreement, client):
    draft = asked(shanghai_desk, agreement)
    assert not PermitRequest.objects.visible_to(shanghai_desk.clerk).exists()
    assert not Event.objects.visible_to(shanghai_desk.clerk).filter(act="draft_permit").exists()
    assert ITEM not in page_of(client, shanghai_desk.clerk, agreement)
    assert draft.get_absolute_url() in {
        item.url for _, items in desk_for(shanghai_desk.operator) for item in items
    }


def test_what_waits_is_on_the_desk_with_the_article_of_the_text(shanghai_desk, agreement):
    request = applications.submit(asked(shanghai_desk, agreement), by=shanghai_desk.operator)
    items = [item for _, items in desk_for(shanghai_desk.clerk) for item in items]
    assert (request.get_absolute_url(), "已提交（第十一条）") in {(item.url, item.note) for item in items}


def test_what_is_open_ends_with_its_agreement(shanghai_desk, agreement):
    requests = [asked(shanghai_desk, agreement), told(shanghai_desk, agreement)]
    Agreement.objects.filter(pk=agreement.pk).update(status="terminated")
    run(TODAY)
    assert [fresh(one).status for one in requests] == ["withdrawn", "withdrawn"]


# ── consultations ──


@pytest.mark.rule("S12.1")
def test_the_agencys_answer_is_recorded_with_its_day_and_paper(
    shanghai_desk, agreement, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        request = fresh(granted(shanghai_desk, told(shanghai_desk, agreement), opinion="先报卫生健康部门"))
    assert (request.answer, request.closed_on, request.late) == ("同意，附意见", TODAY, False)
    rows = dict(request.answer_paper.snapshot["rows"])
    assert request.answer_paper.purpose == "consultation_record" and request.answer_paper.status == "issued"
    assert (rows["甲方答复"], rows["意见"]) == ("同意，附意见", "先报卫生健康部门") and "事后" not in rows


@pytest.mark.rule("S12.1")
def test_a_plain_yes_and_a_no_are_answers_as_well(shanghai_desk, agreement):
    desk = shanghai_desk
    assert granted(desk, told(desk, agreement), opinion="").answer == "同意"
    refused = perform(
        checking(desk, told(desk, agreement)).refuse, by=desk.reviewer, reason="预算不足", on=TODAY
    )
    assert refused.answer == "不同意" and refused.answer_paper.purpose == "consultation_record"


@pytest.mark.rule("S12.1")
@pytest.mark.parametrize("days, late", [(1, False), (0, True), (-10, True)])
def test_what_comes_on_its_day_or_later_is_taken_and_marked(shanghai_desk, agreement, client, days, late):
    request = told(shanghai_desk, agreement, planned_on=TODAY + timedelta(days=days))
    request = applications.submit(request, by=shanghai_desk.operator)
    assert (request.status, request.late) == ("submitted", late)
    assert ("事后" in request.standing) == late
    assert ("属事后提出" in page_of(client, shanghai_desk.clerk, request)) == late
    request = perform(shanghai_desk.checking(request).grant, by=shanghai_desk.reviewer, opinion="", on=TODAY)
    assert ("事后" in dict(request.answer_paper.snapshot["rows"])) == late


@pytest.mark.rule("S12.1")
@pytest.mark.parametrize("changed, why", [
    ({"kind": "粉刷外墙"}, "不是文本写明要事先协商的事项"), ({"description": " "}, "写明计划的内容"),
])  # fmt: skip
def test_a_plan_is_one_of_the_texts_kinds_and_says_what(shanghai_desk, agreement, changed, why):
    with pytest.raises(RuleBroken, match=f"{why}.*（第十二条）"):
        told(shanghai_desk, agreement, **changed)


@pytest.mark.rule("S12.1")
def test_its_answer_has_the_texts_clock(shanghai_desk, agreement):
    applications.submit(told(shanghai_desk, agreement), by=shanghai_desk.operator)
    assert agreement.deadlines.open().filter(rule="T-34c", about__startswith="事先协商").exists()


@pytest.mark.rule("S12.1")
def test_the_agreements_page_shows_what_was_agreed(shanghai_desk, agreement, client):
    granted(shanghai_desk, told(shanghai_desk, agreement, planned_on=TODAY), opinion="")
    page = page_of(client, shanghai_desk.operator, agreement)
    assert "购置大型仪器设备" in page and f"{TODAY} 同意" in page and "事后" in page


# ── papers and pages ──


@pytest.mark.rule("S11.1")
@pytest.mark.rule("S12.1")
def test_every_paper_can_be_drawn(shanghai_desk, agreement):
    granted(shanghai_desk, asked(shanghai_desk, agreement))
    granted(shanghai_desk, told(shanghai_desk, agreement, planned_on=TODAY), opinion="先报卫生健康部门")
    papers = agreement.papers.filter(purpose__in=["permit_request", "permit_notice", "consultation_record"])
    assert papers.count() == 3
    for paper in papers:
        stamp = Stamp(paper.number, paper.code, paper.verify_url)
        assert render_sheet(Sheet(**paper.snapshot), stamp=stamp).startswith(b"%PDF-1.7")


@pytest.mark.rule("S11.1")
@pytest.mark.rule("S12.1")
def test_from_the_offer_to_the_answer_on_pages(shanghai_desk, agreement, client):
    desk = shanghai_desk
    for kind, facts in [
        ("permits", {"item": ITEM, "equipment": "透析机"}),
        ("consultations", {"kind": "新建、扩建", "description": "门诊楼", "planned_on": TODAY + ONE_DAY}),
    ]:
        client.force_login(desk.operator, backend=BACKEND)
        page = client.post(f"/agreements/{agreement.number}/{kind}/new/", facts)
        url = page.url
        assert client.post(f"{url}edit/", facts).url == url
        client.post(url, {"deed": "submit", "promise": "on"})
        client.force_login(desk.clerk, backend=BACKEND)
        client.post(url, {"deed": "accept"})
        client.post(url, {"deed": "examine", "opinion": "属实"})
        client.force_login(desk.reviewer, backend=BACKEND)
        client.post(url, {"deed": "grant", "opinion": "同意"})
    assert PermitRequest.objects.get().status == PriorConsultation.objects.get().status == "granted"
    listed = client.get("/applications/?kind=priorconsultation&tab=all").content.decode()
    assert "新建、扩建" in listed and "permitrequest" in listed


@pytest.mark.parametrize("name", ["draft_permit", "draft_consultation"])
def test_a_text_that_knows_neither_does_not_offer_them(desk, name, client):
    agreement = desk.signed()
    assert name not in {offer.name for offer in offers_for(agreement, desk.operator)}
    assert "文本没有" in refusal(agreement, name, by=desk.operator)
    client.force_login(desk.operator, backend=BACKEND)
    kind = name.removeprefix("draft_") + "s"
    page = client.get(f"/agreements/{agreement.number}/{kind}/new/").content.decode()
    assert "文本没有" in page and "h-permits" not in page_of(client, desk.operator, agreement)
