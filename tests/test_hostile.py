"""Addresses and inputs that nobody means: a clear answer, never a broken page."""

import pytest
from django.urls import reverse


@pytest.fixture
def page(desk, client):
    desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = True
    return client


@pytest.mark.parametrize("path", [
    "/public/?q=%00", "/public/?area=%00", "/papers/%00/", "/agreements/%00/", "/institutions/%00/", "/editions/%00/1/",
    "/agreements/?q=%00", "/verify/?code=%00", "/agreements/630100-2026-0001/signatures/1/void/",
    "/agreements/630100-2026-0001/nonsense/", "/agreements/630100-2026-0001/proposals/999/",
])  # fmt: skip
def test_what_does_not_exist_is_not_found(page, path):
    assert page.get(path).status_code in (302, 404)


@pytest.mark.parametrize(
    "path", ["/public/", "/agreements/", "/institutions/", "/agreements/export.xlsx", "/verify/"]
)
def test_a_very_long_search_finds_nothing_and_breaks_nothing(page, path):
    name = "code" if path == "/verify/" else "q"
    assert page.get(path, {name: "长" * 100_000}).status_code == 200


@pytest.mark.parametrize(
    "query", ["tab=x", "sort=password", "sort=-", "page=0", "page=-1", "page=999", "region=x", "ends_from=x"]
)
def test_an_odd_filter_is_no_error(page, query):
    assert page.get(f"/agreements/?{query}").status_code == 200


@pytest.mark.parametrize("field, value, sentence", [
    ("starts_on", "0001-01-01", "年份应在 2000 至 2099 之间"),
    ("ends_on", "9999-12-31", "年份应在 2000 至 2099 之间"),
    ("ends_on", "2050-12-31", "有效期超过 5 年"),
    ("ends_on", "昨天", "输入一个有效的日期"),
])  # fmt: skip
def test_a_slip_in_a_date_is_told_by_its_field(desk, client, other_hospital, field, value, sentence):
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    facts = {
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "services": ["住院"],
        "payment_methods": ["按项目"],
        field: value,
    }
    page = client.post(reverse("agreement-draft", args=[other_hospital.code]), facts)
    assert page.status_code == 200 and sentence in page.content.decode()


def test_more_people_than_there_are_is_a_slip_too(desk, client):
    agreement = desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(
        reverse("agreement-act", args=[agreement.number, "suspend-on-request"]),
        {
            "requested_on": "2026-01-01",
            "on": "2026-01-01",
            "until": "2026-02-01",
            "reason": "x",
            "inpatients": "9" * 20,
            "unsettled": "1",
        },
    )
    assert page.status_code == 200 and "小于或等于" in page.content.decode()


def test_the_clients_address_is_a_trusted_proxys_word_only(desk, client, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    agreement = desk.drafted()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for peer, said, kept in (
        ("10.0.0.1", "1.2.3.4, 172.16.0.9", "172.16.0.9"),
        ("10.9.9.9", "172.16.0.8", "10.9.9.9"),
    ):
        act = "negotiate" if agreement.events.count() == 1 else "revise"
        facts = {
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "services": ["住院"],
            "payment_methods": ["按项目"],
        }
        client.post(
            f"/agreements/{agreement.number}/{act}/",
            facts,
            REMOTE_ADDR=peer,
            headers={"X-Forwarded-For": said},
        )
        assert agreement.events.last().address == kept


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "²", "-1", "１"])
def test_a_key_that_no_record_has_finds_none(page, number):
    assert page.post("/messages/read/", {"one": number}).status_code == 302
    assert page.get(f"/agreements/630100-2026-0001/suspend-on-request/?request={number}").status_code in (
        200,
        404,
    )
