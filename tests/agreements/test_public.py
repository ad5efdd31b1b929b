"""第五条第一项：签订、中止、终止、解除的向社会公布，随状态同时更新，不用登录。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.clocks.deadlines import add_months
from institutions.models import Role

from ..conftest import _person, facts
from ..desk import FACTS, TODAY, Desk

pytestmark = pytest.mark.each_text


def listed(client, **query):
    return client.get(reverse("public"), query).content.decode()


def test_a_draft_is_not_public(desk, client):
    desk.to_sign()
    assert "西宁湟滨医院" not in listed(client)


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q05.1")
@pytest.mark.parametrize("act, tab, sentence", [
    (None, "designated", "履行中"),
    ("suspended", "suspended", "依申请中止"),
    ("terminated", "terminated", "第八十条"),
    ("rescinded", "rescinded", "第六十七条"),
])  # fmt: skip
def test_each_state_is_public_at_once_on_its_own_list(desk, client, act, tab, sentence):
    agreement = desk.signed()
    if act:
        getattr(desk, act)(agreement)
    page = listed(client, tab=tab)
    assert "西宁湟滨医院" in page and "西宁市城北区门源路1号" in page and sentence in page
    for other in {"designated", "suspended", "terminated", "rescinded"} - {tab}:
        assert "西宁湟滨医院" not in listed(client, tab=other)


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q66.3")
def test_a_breach_suspension_is_published_with_its_ground(desk, client):
    desk.suspended_for_breach(desk.signed())
    page = listed(client, tab="suspended")
    assert "违约中止" in page and "第六十六条" in page


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q67.3")
def test_a_rescission_is_published_with_its_ground(desk, client):
    desk.rescinded(desk.signed())
    assert "第六十七条" in listed(client, tab="rescinded")


def test_a_new_agreement_takes_the_ended_ones_place(desk, client):
    desk.terminated(desk.signed())
    desk.signed()
    assert "西宁湟滨医院" in listed(client, tab="designated") and "西宁湟滨医院" not in listed(
        client, tab="terminated"
    )


@pytest.mark.only_text("qinghai")
def test_it_is_found_by_name_address_code_and_region(desk, client):
    desk.signed()
    for query in ({"q": "湟滨"}, {"q": "门源路"}, {"q": "H63010500001"}, {"area": "630100"}):
        assert "西宁湟滨医院" in listed(client, **query), query
    for query in ({"q": "没有"}, {"area": "630200"}):
        assert "西宁湟滨医院" not in listed(client, **query), query


@pytest.mark.rule("Q05.10")
@pytest.mark.rule("Q49.1")
def test_nothing_private_is_on_the_public_list(desk, client):
    desk.suspended()
    page, facts = listed(client), desk.hospital.current
    for secret in (facts.phone, facts.bank_account, facts.legal_representative, facts.uscc, "停业装修"):
        assert secret not in page


# ── kinds, stops of a person or department, and what stays between the parties ──


def stopped(desk, agreement, scope, target):
    return desk.banned(agreement, scope, target, add_months(TODAY, 3))


@pytest.fixture
def doctor(desk):
    department = desk.hospital.departments.create(code="05", name="康复科")
    return desk.hospital.staff_members.create(
        code="D630105000001", name="王守仁", kind="physician", department=department
    )


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q65.3")
def test_a_person_who_is_stopped_is_named_by_the_family_name_only(desk, client, doctor):
    stopped(desk, desk.signed(), "person", doctor)
    page = listed(client)
    assert (
        "人员停止医保服务：王**" in page
        and f"{TODAY} 至 {add_months(TODAY, 3)}" in page
        and "第六十五条" in page
    )
    for secret in ("王守仁", doctor.code, FACTS):
        assert secret not in page


@pytest.mark.rule("Q65.3")
def test_a_department_and_an_item_that_are_stopped_are_named(desk, client, doctor):
    agreement = stopped(desk, desk.signed(), "department", doctor.department)
    stopped(desk, agreement, "service", "针刺治疗")
    page = listed(client)
    assert "科室停止医保服务：康复科" in page and "项目停止医保服务：针刺治疗" in page


@pytest.mark.only_text("qinghai", "shanghai")
def test_a_stop_that_is_over_or_lifted_is_not_public_any_more(desk, client, doctor):
    agreement = stopped(desk, desk.signed(), "person", doctor)
    agreement.service_bans.update(started_on=TODAY - timedelta(days=100), until=TODAY - timedelta(days=1))
    assert "王**" not in listed(client)
    agreement.service_bans.update(until=TODAY)
    assert "王**" in listed(client)
    agreement.service_bans.update(lifted_on=TODAY, lifting_reason="复查合格")
    assert "王**" not in listed(client)


@pytest.mark.only_text("qinghai", "shanghai")
def test_what_an_ended_agreement_had_stopped_is_not_public_any_more(desk, client, doctor):
    desk.terminated(stopped(desk, desk.signed(), "person", doctor))
    assert "王**" not in listed(client)


def test_payment_that_is_held_is_not_public(desk, client):
    agreement = desk.signed()
    desk.held_to_rectify(agreement)
    page = listed(client)
    assert "西宁湟滨医院" in page and "暂停拨付" not in page and "第六十四条" not in page


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q05.1")
def test_the_list_shows_what_each_of_them_must_show(desk, client):
    agreement = desk.signed()
    page = listed(client, tab="designated")
    assert "住院、普通门诊" in page and f"{agreement.starts_on} 至" in page and f"{agreement.ends_on}" in page
    desk.suspended(agreement)
    page = listed(client, tab="suspended")
    assert f"{TODAY} 起" in page and f"计划到 {TODAY + timedelta(days=90)}" in page
    desk.rescinded(agreement)
    page = listed(client, tab="rescinded")
    assert str(TODAY) in page and "（四）" in page


@pytest.mark.parametrize("kind, there", [
    ("suspended-requested", True), ("suspended-breach", False), ("stopped-person", False), ("anything", True), ("", True),
])  # fmt: skip
def test_the_list_is_filtered_by_kind(desk, client, kind, there):
    desk.suspended()
    assert ("西宁湟滨医院" in listed(client, kind=kind)) == there


@pytest.mark.only_text("qinghai", "shanghai")
def test_stops_are_a_kind_of_their_own(desk, client, doctor):
    stopped(desk, desk.signed(), "person", doctor)
    assert "西宁湟滨医院" in listed(client, kind="stopped-person")
    for kind in ("stopped-department", "stopped-service", "suspended-requested"):
        assert "西宁湟滨医院" not in listed(client, kind=kind)


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_list_takes_as_many_queries_for_many_as_for_one(desk, client, doctor, regions):
    from institutions.actions import register_institution

    stopped(desk, desk.suspended(), "person", doctor)
    client.get(reverse("public"))
    with CaptureQueriesContext(connection) as one:
        listed(client)
    for number in range(30, 34):
        other = register_institution(
            f"H630105{number:05d}", regions["630105"], by=None, **facts(f"西宁第{number}医院", number)
        )
        signatory = _person(f"s{number}", "祁雪原", Role.SIGNATORY, institution=other)
        people = Desk(desk.clerk, desk.reviewer, desk.leader, signatory, signatory, other)
        stopped(people, people.suspended(), "service", "针刺治疗")
    with CaptureQueriesContext(connection) as many:
        assert listed(client).count("针刺治疗") == 4
    assert len(many) == len(one)
