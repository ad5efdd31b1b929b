"""第二条（上海）：要求机构配备的人员，列在核查清单的最前面；没有这一要求的文本，清单里没有这一行。"""

import pytest

from agreements.gate import perform
from inspections.checking import own_people
from inspections.models import ChecklistLine
from institutions.models import Contact

from ..desk import TODAY
from .office import Office

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def shanghai_office(shanghai_desk):
    return Office(shanghai_desk, shanghai_desk.agency)


@pytest.fixture
def page(client, shanghai_office):
    """The inspector's checklist, read anew."""
    made = shanghai_office.underway()
    client.force_login(shanghai_office.inspector, backend=BACKEND)
    return lambda **posted: client.post(
        f"/inspections/{made.number}/checklist/", posted, follow=True
    ).content.decode()


@pytest.mark.rule("S02.1")
def test_the_people_to_be_named_are_the_first_line_and_open_their_article(page):
    shown = page()
    assert shown.index('name="r-contacts"') < shown.index('name="r-SH-20-02"') and 'href="#art-2"' in shown
    assert "所违反的约定：" in shown and "S04.1" not in shown
    assert "配备分管医疗保险的院级领导、医疗保险管理部门、医务管理人员、财务管理人员" in shown


@pytest.mark.rule("S02.1")
def test_the_line_says_who_is_named_and_who_is_missing(page, shanghai_desk, shanghai_office):
    assert "没有登记过，还缺分管医疗保险的院级领导1名" in page()
    leader = Contact(role="leader", name="周临港", title="副院长", phone="021-64005678")
    perform(shanghai_office.agreement.name_contact, by=shanghai_desk.operator, contact=leader, on=TODAY)
    shown = page()
    assert "已登记分管医疗保险的院级领导周临港，还缺医疗保险管理部门1名" in shown and "021-6400" not in shown


@pytest.mark.rule("S02.1")
def test_what_is_not_met_is_recorded_and_leads_to_a_finding_whose_item_is_to_be_chosen(page, shanghai_office):
    shown = page(**{"group": "a2", "r-contacts": "not_met", "n-contacts": "没有财务管理人员"})
    line = ChecklistLine.objects.get(item=ChecklistLine.CONTACTS)
    assert (line.result, line.note, line.checked_by) == (
        "not_met",
        "没有财务管理人员",
        shanghai_office.inspector,
    )
    assert f'href="/inspections/{line.inspection.number}/findings/new/"' in shown


def test_a_text_that_asks_for_nobody_has_no_such_line(office):
    made = office.planned()
    assert own_people(made.agreement) is None
    assert not made.checklist.filter(item=ChecklistLine.CONTACTS).exists()
