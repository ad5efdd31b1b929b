"""The pages of these records, and the style of their acts: every kind is filed, shown, listed and acted on."""

import inspect

import pytest
from django.urls import reverse

from agreements.gate import acts_of, declared, perform
from inspections.models import ExternalNotice, PointsRecord
from inspections.records import (
    assessment_checks,
    complaint_checks,
    dispute_checks,
    outside_checks,
    points_checks,
)
from inspections.records import checks as record_checks
from inspections.records.actions import file_record
from inspections.records.kinds import KINDS
from institutions.models import StaffMember

from ..desk import TODAY, upload
from ..texts import offered

pytestmark = pytest.mark.each_text
AGENCYS = [
    "external-notice",
    "points",
    "person-stop",
    "assessment",
    "dispute",
    "referral",
    "discredit",
    "dept-notification",
]
HOSPITALS = ["complaint", "coordination", "dispute", "opinion"]


@pytest.fixture
def doctor(hospital):
    return StaffMember.objects.create(
        institution=hospital, code="D630105000001", name="马晓东", kind="physician"
    )


def login(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def said(doctor):
    """What is typed for every kind."""
    day = TODAY.isoformat()
    letter = {"addressee": "某部门", "matter": "事实", "basis": "", "breach_case": ""}
    return {
        "complaint": {"item_code": "QH-62-01", "wants": "coordination", "occurred_on": day, "facts": "迟付", "accused": ""},
        "external-notice": {"source": "audit", "number": "1号", "received_on": day, "matter": "内容", "stop": "on"},
        "points": {"staff": doctor.pk, "points": 9, "responsibility": "main", "given_on": day, "reason": "处理"},
        "person-stop": {"staff": doctor.pk, "kind": "suspended", "year": TODAY.year, "started_on": day,
                        "until": TODAY.replace(year=TODAY.year + 1).isoformat(), "reason": "积分"},
        "assessment": {"year": TODAY.year, "method": "办法", "lines": "基金使用，60，55\n人员行为,40,30,人员,好"},
        "coordination": {"about": "payment", "matter": "迟付", "request": "督促"},
        "dispute": {"kind": "suit", "body": "法院", "case_number": "1号", "began_on": day, "matter": "不服"},
        "opinion": {"kind": "opinion", "subject": "建议", "text": "内容"},
        "referral": letter, "discredit": {**letter, "persons": "某人"}, "dept-notification": letter,
    }  # fmt: skip


@pytest.mark.parametrize("slug", [*AGENCYS, *HOSPITALS])
def test_each_kind_is_filed_on_its_page_listed_and_opened(desk, doctor, client, slug):
    agreement, kind = desk.signed(), KINDS[slug]
    login(client, desk.operator if slug in HOSPITALS else desk.clerk)
    path = reverse(f"{slug}-new", args=[agreement.number])
    assert kind.step.custom["label"] in offered(client.get(path))
    if slug == "person-stop":
        answer = client.post(path, said(doctor)[slug])
        assert "没有达到暂停的 9 分" in answer.content.decode() and not kind.model.objects.exists()
        return
    answer = client.post(path, said(doctor)[slug])
    made = kind.model.objects.get()
    assert answer.status_code == 302 and answer.url == made.get_absolute_url()
    page = client.get(answer.url).content.decode()
    assert made.get_status_display() in page and kind.step.custom["label"] in page
    assert made.get_absolute_url() in client.get(f"/records/?kind={slug}&tab=all").content.decode()
    assert made.get_absolute_url() in client.get(agreement.get_absolute_url()).content.decode()


@pytest.mark.parametrize("slug", KINDS)
def test_an_empty_form_is_refused_with_its_fields(desk, doctor, client, slug):
    agreement = desk.signed()
    login(client, desk.operator if slug in HOSPITALS else desk.clerk)
    path = reverse(f"{slug}-new", args=[agreement.number])
    offered(client.get(path))
    answer = client.post(path, {"sent": "1"})
    assert answer.status_code == 200 and "还不能提交" in answer.content.decode()
    assert not KINDS[slug].model.objects.exists()


def test_what_is_done_on_the_page_is_done_through_the_door(desk, doctor, client):
    agreement = desk.signed()
    record = file_record(
        PointsRecord, agreement, by=desk.clerk,
        facts={"staff": doctor, "points": 9, "responsibility": "main", "given_on": TODAY, "reason": "处理"},
    )  # fmt: skip
    login(client, desk.leader)
    page = client.post(record.get_absolute_url(), {"deed": "confirm"}, follow=True).content.decode()
    assert "已记" in page and "9 分" in page
    login(client, desk.clerk)
    assert client.post(record.get_absolute_url(), {"deed": "revoke", "reason": "无"}).status_code == 403


def test_asking_to_hold_on_the_page_makes_the_proposal(desk, client):
    agreement = desk.signed()
    facts = {"source": "audit", "number": "1号", "received_on": TODAY, "matter": "内容"}
    notice = file_record(ExternalNotice, agreement, by=desk.clerk, facts=facts)
    login(client, desk.clerk)
    client.post(notice.get_absolute_url(), {"deed": "ask_to_hold"})
    assert notice.proposals_to_hold.get().status == "proposed"


def test_the_form_of_a_task_begins_with_the_person_and_the_year(desk, doctor, client):
    agreement = desk.signed()
    login(client, desk.clerk)
    path = reverse("person-stop-new", args=[agreement.number])
    form = client.get(f"{path}?staff={doctor.pk}&year=2025&kind=ended").context["form"]
    assert (form["staff"].value(), form["year"].value(), form["kind"].value()) == (
        str(doctor.pk),
        "2025",
        "ended",
    )


def test_each_correction_begins_with_its_own_year(desk, client):
    agreement = desk.signed()
    lines = [{"indicator": "甲", "weight": "100", "score": "1", "about": "机构", "note": ""}]
    one, two = (
        file_record(
            KINDS["assessment"].model,
            agreement,
            by=desk.clerk,
            facts={"year": year, "method": "办法", "lines": lines},
        )
        for year in (TODAY.year - 1, TODAY.year)
    )
    login(client, desk.clerk)
    for made in (one, two):
        assert f'value="{made.year}"' in client.get(made.get_absolute_url()).content.decode()


def test_the_authority_works_from_its_desk(desk, authority, client):
    agreement = desk.signed()
    facts = {"about": "payment", "matter": "迟付", "request": "督促"}
    asked = file_record(
        KINDS["coordination"].model, agreement, by=desk.operator, facts=facts, files=[upload()]
    )
    login(client, authority)
    assert asked.get_absolute_url() in client.get("/").content.decode()
    client.post(asked.get_absolute_url(), {"deed": "accept"})
    asked.refresh_from_db()
    assert asked.status == "accepted"
    assert perform(asked.conclude, by=authority, text="已督促", files=[], on=TODAY).status == "closed"


# ── the style of the acts ──


@pytest.mark.parametrize("slug", KINDS)
def test_every_act_has_a_label_an_article_a_permission_and_a_docstring_that_cites(slug):
    model = KINDS[slug].model
    for name in acts_of(model):
        step, doc = declared(model, name), getattr(model, name).__doc__
        assert step.custom["label"] and step.custom["article"] and step.permission, name
        assert doc and any(word in doc for word in ("条", "办审分离")), name


@pytest.mark.parametrize("slug", KINDS)
def test_what_a_check_wants_is_a_detail_of_its_act(slug):
    model = KINDS[slug].model
    for name in acts_of(model):
        details = {*inspect.signature(getattr(model, name)).parameters, "by"}
        for check in declared(model, name).custom["checks"]:
            assert set(check.wants) <= details, (name, check.__name__)


@pytest.mark.parametrize("slug", KINDS)
def test_every_act_but_the_first_has_its_form_on_the_page(slug):
    assert {*acts_of(KINDS[slug].model)} - {"file"} == set(KINDS[slug].deeds)


@pytest.mark.parametrize(
    "module",
    [assessment_checks, complaint_checks, dispute_checks, outside_checks, points_checks, record_checks],
)
def test_every_check_has_a_sentence_and_an_article(module):
    own = inspect.getmembers(module, inspect.isfunction)
    checks = [one for name, one in own if one.__module__ == module.__name__ and hasattr(one, "sentence")]
    assert checks and all(one.sentence and one.article for one in checks)


# ── their papers, really printed ──


def test_every_paper_is_printed_from_what_it_keeps(desk):
    from agreements.papers.render import Stamp
    from agreements.papers.sheet import Sheet, render_sheet

    from .record_rows import records_for

    agreement = desk.signed()
    records_for(agreement, desk.clerk, desk.reviewer, desk.leader, desk.operator)
    for slug in ("referral", "discredit", "dept-notification"):
        perform(KINDS[slug].model.objects.get().send, by=desk.leader, on=TODAY)
    perform(KINDS["opinion"].model.objects.get().answer, by=desk.clerk, text="答复", on=TODAY)
    purposes = [
        "points_notice",
        "assessment_notice",
        "coordination",
        "explanation",
        "case_letter",
        "dept_letter",
    ]
    papers = agreement.papers.filter(purpose__in=purposes)
    assert {paper.purpose for paper in papers} == set(purposes) and papers.count() == 7
    for paper in papers:
        stamp = Stamp(number=paper.number, code=paper.code, verify_url=paper.verify_url)
        assert render_sheet(Sheet(**paper.snapshot), stamp=stamp).startswith(b"%PDF-1.7")
