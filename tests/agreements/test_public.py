"""第五条第一项：签订、中止、终止、解除的向社会公布，随状态同时更新，不用登录。"""

import pytest
from django.urls import reverse


def listed(client, **query):
    return client.get(reverse("public"), query).content.decode()


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
    assert "西宁湟滨医院" in page and "西宁市城北区门源路1号" in page and sentence in page
    for other in {"designated", "suspended", "terminated", "rescinded"} - {tab}:
        assert "西宁湟滨医院" not in listed(client, tab=other)


@pytest.mark.rule("Q66.3")
def test_a_breach_suspension_is_published_with_its_ground(desk, client):
    desk.suspended_for_breach(desk.signed())
    page = listed(client, tab="suspended")
    assert "违约中止" in page and "第六十六条" in page


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
