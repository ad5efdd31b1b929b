"""The pages of inspections at both widths: accessible, nothing scrolls sideways, no complaint of the browser."""

import pytest

from agreements.gate import perform
from inspections import actions

from ..desk import TODAY
from ..inspections.office import Office
from .test_pages import WIDTHS, faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(desk, agency):
    return Office(desk, agency)


@pytest.fixture
def world(office):
    """One planned, one at work with everything in it, one to sign, one signed."""
    desk = office.desk
    desk.hospital.departments.create(code="ZJ", name="针灸科")
    team = office.team(office.inspector, office.outsider)
    planned = office.planned(kind="periodic", third_party="信诚会计师事务所", team=team)
    working = office.underway()
    office.finding(working)
    perform(working.record_checks, by=office.inspector, results={"QH-65-01": ["not_met", "3 例"]})
    actions.draw_sample(working, by=office.inspector, about="出院病例", population=1001)
    actions.ask_for_evidence(working, by=office.inspector, what="出院病历", due_on=TODAY)
    return planned, working, office.inspectors_signed(), office.signed()


def paths(planned, working, waiting, signed):
    one = f"/inspections/{working.number}"
    return {
        "clerk": ["/inspections/", "/inspections/?tab=cancelled", "/inspections/new/", f"/inspections/new/{working.agreement.number}/",
                  f"/inspections/{planned.number}/", f"/inspections/{planned.number}/edit/", f"/inspections/{signed.number}/"],
        "inspector": ["/", "/inspections/day/", f"{one}/", f"{one}/checklist/", f"{one}/samples/", f"{one}/visits/new/", f"{one}/evidence/new/",
                      f"{one}/findings/new/?item=QH-65-10", f"{one}/findings/1/drop/", f"/inspections/{waiting.number}/sheet/"],
        "signatory": ["/inspections/", f"{one}/", f"{one}/evidence/1/", f"/inspections/{waiting.number}/sheet/",
                      f"/inspections/{signed.number}/sheet/"],
    }  # fmt: skip


@pytest.mark.parametrize("person", ["clerk", "inspector", "signatory"])
def test_every_page_is_accessible_and_fits(person, page, live_server, log_in, complaints, world):
    log_in(person)
    wrong = []
    for path in paths(*world)[person]:
        page.goto(live_server.url + path)
        wrong += [f"{path} {fault}" for width in WIDTHS for fault in faults(page, width)]
    assert not wrong + complaints, "\n".join(wrong + complaints)


def test_a_third_party_is_led_to_its_inspections(page, live_server, office, world):
    page.goto(f"{live_server.url}/login/")
    page.get_by_label("账号", exact=True).fill("third_party")
    page.get_by_label("密码", exact=True).fill("xieyi-2026-test")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{live_server.url}/inspections/")
    links = page.locator("nav.nav-tasks a").all_inner_texts()
    assert [link.strip() for link in links] == ["核查", "公示"]
