"""第五条第一项：签订、中止、终止、解除的向社会公布，随状态同时更新，不用登录。"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.clocks.deadlines import add_months
from institutions.models import Region

from ..desk import FACTS, TODAY
from .batch_world import another

pytestmark = pytest.mark.each_text


def listed(client, **query):
    """The page without its links: an article is one, its item stands beside it."""
    return re.sub("</?a[^>]*>", "", client.get(reverse("public"), query).content.decode())


def test_a_draft_is_not_public(desk, client):
    desk.to_sign()
    assert "西宁湟滨医院" not in listed(client)


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
    for said in ("西宁湟滨医院", desk.hospital.current.address, desk.words(sentence)):
        assert said in page, said
    for other in {"designated", "suspended", "terminated", "rescinded"} - {tab}:
        assert "西宁湟滨医院" not in listed(client, tab=other)


@pytest.mark.rule("Q66.3")
def test_a_breach_suspension_is_published_with_its_ground(desk, client):
    desk.suspended_for_breach(desk.signed())
    page = listed(client, tab="suspended")
    assert "违约中止" in page and desk.item_label("QH-66-03") in page


@pytest.mark.rule("Q67.3")
def test_a_rescission_is_published_with_its_ground(desk, client):
    desk.rescinded(desk.signed())
    assert desk.item_label("QH-67-04") in listed(client, tab="rescinded")


def test_a_new_agreement_takes_the_ended_ones_place(desk, client):
    desk.ended(desk.signed())
    desk.signed()
    assert "西宁湟滨医院" in listed(client, tab="designated")
    for tab in ("terminated", "rescinded"):
        assert "西宁湟滨医院" not in listed(client, tab=tab)


def test_it_is_found_by_name_address_code_and_region(desk, client, other_agency):
    desk.signed()
    for query in (
        {"q": "湟滨"},
        {"q": "门源路"},
        {"q": desk.hospital.code},
        {"area": desk.clerk.agency.region_id},
    ):
        assert "西宁湟滨医院" in listed(client, **query), query
    for query in ({"q": "没有"}, {"area": other_agency.region_id}):
        assert "西宁湟滨医院" not in listed(client, **query), query


def test_the_areas_are_those_right_below_a_province(client, regions):
    """The prefectures of one, the districts of a 直辖市."""
    for code, name, parent in [("310000", "上海市", None), ("310115", "浦东新区", "310000")]:
        Region.objects.create(code=code, name=name, parent_id=parent)
    offered = {region.code for region in client.get(reverse("public")).context["regions"]}
    assert offered == {"630000", "630100", "630200", "310000", "310115"}


@pytest.mark.rule("Q05.10")
@pytest.mark.rule("Q49.1")
@pytest.mark.parametrize("act, why", [("suspended", "停业装修"), ("suspended_for_breach", FACTS)])
def test_nothing_private_is_on_the_public_list(desk, client, act, why):
    getattr(desk, act)(desk.signed())
    page, facts = listed(client), desk.hospital.current
    for secret in (facts.phone, facts.bank_account, facts.legal_representative, facts.uscc, why):
        assert secret not in page


# ── kinds, stops of a person or department, and what stays between the parties ──


def stopped(desk, agreement, scope, target):
    return desk.banned(
        agreement, scope, target, until(desk), desk.department_item if scope != "person" else ""
    )


def until(desk):
    """The first day on which a stop may end: three months from now in the reference text."""
    article = desk.own_item(desk.person_item)[2]
    return add_months(TODAY, desk.terms.person_stop[article].min_months)


@pytest.fixture
def doctor(desk):
    department = desk.hospital.departments.create(code="05", name="康复科")
    return desk.hospital.staff_members.create(
        code="D630105000001", name="王守仁", kind="physician", department=department
    )


@pytest.mark.rule("Q65.3")
def test_a_person_who_is_stopped_is_named_by_the_family_name_only(desk, client, doctor):
    stopped(desk, desk.signed(), "person", doctor)
    page = listed(client)
    for said in ("人员停止医保服务：王**", f"{TODAY} 至 {until(desk)}", desk.item_label(desk.person_item)):
        assert said in page, said
    for secret in ("王守仁", doctor.code, FACTS):
        assert secret not in page


@pytest.mark.rule("Q65.3")
def test_a_department_and_an_item_that_are_stopped_are_named(desk, client, doctor):
    agreement = stopped(desk, desk.signed(), "department", doctor.department)
    stopped(desk, agreement, "service", "针刺治疗")
    page = listed(client)
    assert "科室停止医保服务：康复科" in page and "项目停止医保服务：针刺治疗" in page


def test_a_stop_that_is_over_or_lifted_is_not_public_any_more(desk, client, doctor):
    agreement = stopped(desk, desk.signed(), "person", doctor)
    agreement.service_bans.update(started_on=TODAY - timedelta(days=100), until=TODAY - timedelta(days=1))
    assert "王**" not in listed(client)
    agreement.service_bans.update(until=TODAY)
    assert "王**" in listed(client)
    agreement.service_bans.update(lifted_on=TODAY, lifting_reason="复查合格")
    assert "王**" not in listed(client)


def test_what_an_ended_agreement_had_stopped_is_not_public_any_more(desk, client, doctor):
    desk.ended(stopped(desk, desk.signed(), "person", doctor))
    assert "王**" not in listed(client)


def test_payment_that_is_held_is_not_public(desk, client):
    desk.decided(desk.signed(), "hold_payment", **desk.hold())
    page = listed(client)
    assert "西宁湟滨医院" in page
    for inner in ("暂停拨付", desk.free_ground.article_label, desk.free_ground.label):
        assert inner not in page, inner


@pytest.mark.rule("Q05.1")
def test_the_list_shows_what_each_of_them_must_show(desk, client):
    agreement = desk.signed()
    page = listed(client, tab="designated")
    assert "、".join(agreement.services) in page and f"{agreement.starts_on} 至" in page
    assert f"{agreement.ends_on}" in page
    planned = TODAY + timedelta(days=30)
    desk.suspended_for_breach(agreement, until=planned)
    page = listed(client, tab="suspended")
    assert f"{TODAY} 起" in page and f"计划到 {planned}" in page
    desk.rescinded(agreement)
    page = listed(client, tab="rescinded")
    assert str(TODAY) in page and desk.item_label("QH-67-04") in page


@pytest.mark.parametrize("kind, there", [
    ("suspended-requested", True), ("suspended-breach", False), ("stopped-person", False), ("anything", True), ("", True),
])  # fmt: skip
def test_a_suspension_on_request_is_a_kind_of_its_own(desk, client, kind, there):
    desk.suspended()
    assert ("西宁湟滨医院" in listed(client, kind=kind)) == there


@pytest.mark.parametrize("kind, there", [
    ("suspended-requested", False), ("suspended-breach", True), ("stopped-person", False), ("anything", True), ("", True),
])  # fmt: skip
def test_a_suspension_for_breach_is_a_kind_of_its_own(desk, client, kind, there):
    desk.suspended_for_breach(desk.signed())
    assert ("西宁湟滨医院" in listed(client, kind=kind)) == there


def test_stops_are_a_kind_of_their_own(desk, client, doctor):
    stopped(desk, desk.signed(), "person", doctor)
    assert "西宁湟滨医院" in listed(client, kind="stopped-person")
    for kind in ("stopped-department", "stopped-service", "suspended-requested"):
        assert "西宁湟滨医院" not in listed(client, kind=kind)


def test_the_list_takes_as_many_queries_for_many_as_for_one(desk, client, doctor, regions):
    stopped(desk, desk.suspended_for_breach(desk.signed()), "person", doctor)
    client.get(reverse("public"))
    with CaptureQueriesContext(connection) as one:
        listed(client)
    for number in range(30, 34):
        people = another(desk, regions, number)
        stopped(people, people.suspended_for_breach(people.signed()), "service", "针刺治疗")
    with CaptureQueriesContext(connection) as many:
        assert listed(client).count("针刺治疗") == 4
    assert len(many) == len(one)
