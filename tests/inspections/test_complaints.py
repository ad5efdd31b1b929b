"""What the hospital raises against the agency, and who never hears of it (第六条、第六十二条)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from agreements.append_only import protect, unprotect
from agreements.gate import RuleBroken, perform
from agreements.models import Event, Message
from agreements.models.event import chain_fault
from inspections.append_only import TABLES
from inspections.models import AgencyBreachCase, ComplaintEvent, ComplaintFile
from inspections.records.actions import file_record
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text
SECRET = "韩主任要求请客"


@pytest.fixture
def second_leader(agency):
    return User.objects.create_user("second_leader", "严副主任", Role.LEADER, PASSWORD, agency=agency)


def raised(desk, agreement, **changed):
    facts = {"item_code": "QH-62-07", "item_label": "第六十二条（七）工作人员违反工作纪律", "wants": "coordination",
             "occurred_on": TODAY, "facts": SECRET, "accused": None, **changed}  # fmt: skip
    return file_record(AgencyBreachCase, agreement, by=desk.operator, facts=facts, files=[upload()])


def answers(client, path, *people):
    found = {}
    for person in people:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found[person.username] = client.get(path).status_code
    return found


@pytest.mark.rule("Q62.1")
@pytest.mark.parametrize("number", range(1, 9))
def test_each_of_the_eight_items_can_be_raised(desk, number):
    made = raised(desk, desk.signed(), item_code=f"QH-62-0{number}")
    assert made.status == "received"


@pytest.mark.rule("Q62.1")
def test_an_item_against_the_hospital_cannot_be_raised_against_the_agency(desk):
    with pytest.raises(RuleBroken, match="不是甲方的违约情形.*第六十二条"):
        raised(desk, desk.signed(), item_code="QH-65-06")
    assert not AgencyBreachCase.objects.exists()


@pytest.mark.rule("Q62.1", "Q06.5")
def test_from_received_to_the_authoritys_result(desk, authority):
    made = raised(desk, desk.signed())
    made = perform(made.take_up, by=authority, forward=True, on=TODAY)
    made = perform(made.answer, by=desk.leader, text="已经纠正", files=[], on=TODAY)
    made = perform(made.conclude, by=authority, outcome="proved", text="已督促整改", files=[], on=TODAY)
    assert (made.status, made.outcome) == ("closed", "proved")
    assert [event.act for event in made.events.all()] == ["file", "take_up", "answer", "conclude"]


@pytest.mark.rule("Q62.1")
def test_a_wish_for_correction_goes_to_the_leader_at_once_and_the_other_only_when_passed_on(desk, authority):
    agreement = desk.signed()
    direct, indirect = raised(desk, agreement, wants="correction"), raised(desk, agreement)
    assert list(AgencyBreachCase.objects.visible_to(desk.leader)) == [direct]
    perform(indirect.take_up, by=authority, forward=True, on=TODAY)
    assert AgencyBreachCase.objects.visible_to(desk.leader).count() == 2


@pytest.mark.rule("Q06.4")
def test_the_leader_complained_about_never_sees_it_and_never_answers(desk, authority, second_leader, client):
    made = raised(desk, desk.signed(), accused=desk.leader, wants="correction")
    path = made.get_absolute_url()
    assert answers(client, path, desk.leader, second_leader, authority, desk.operator) == {
        "leader": 404, "second_leader": 200, "authority": 200, "operator": 200,
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        perform(made.answer, by=desk.leader, text="没有此事", files=[], on=TODAY)
    assert not Message.objects.filter(recipient=desk.leader, url=path).exists()
    assert Message.objects.filter(recipient=second_leader, url=path).exists()


@pytest.mark.rule("Q06.4")
def test_a_clerk_complained_about_who_becomes_leader_or_authority_still_sees_nothing(desk, authority):
    made = raised(desk, desk.signed(), accused=desk.clerk)
    perform(made.take_up, by=authority, forward=True, on=TODAY)
    for role in (Role.LEADER, Role.AUTHORITY):
        desk.clerk.role = role
        desk.clerk.save()
        assert not AgencyBreachCase.objects.visible_to(desk.clerk).exists()


@pytest.mark.rule("Q06.4")
def test_nobody_else_at_the_agency_finds_a_trace_of_it(desk, authority, client):
    agreement = desk.signed()
    agreement.refresh_from_db()
    before = (
        agreement.events_count,
        agreement.papers.count(),
        agreement.attachments.count(),
        agreement.deadlines.count(),
    )
    made = raised(desk, agreement, accused=desk.reviewer)
    made = perform(made.take_up, by=authority, forward=True, on=TODAY)
    agreement.refresh_from_db()
    after = (
        agreement.events_count,
        agreement.papers.count(),
        agreement.attachments.count(),
        agreement.deadlines.count(),
    )
    assert before == after
    file = made.files.get()
    for person in (desk.clerk, desk.reviewer):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(made.get_absolute_url()).status_code == 404
        assert client.get(file.get_absolute_url()).status_code == 404
        for path in ("/", agreement.get_absolute_url(), "/records/?tab=all", "/records/?kind=complaint&tab=all",
                     "/messages/", "/agreements/export.xlsx"):  # fmt: skip
            response = client.get(path)
            words = b"".join(response.streaming_content) if response.streaming else response.content
            for trace in (SECRET, made.get_absolute_url(), "甲方违约事项", "监督事项"):
                assert trace.encode() not in words, (person, path, trace)
        for model in (AgencyBreachCase, ComplaintEvent, ComplaintFile):
            assert not model.objects.visible_to(person).exists()
        assert not Message.objects.filter(recipient=person, url=made.get_absolute_url()).exists()
    assert not Event.objects.filter(subject__contains="甲方违约").exists()


@pytest.mark.rule("Q06.4")
def test_without_another_leader_it_cannot_be_passed_on_and_the_authority_decides_alone(desk, authority):
    made = raised(desk, desk.signed(), accused=desk.leader)
    with pytest.raises(RuleBroken, match=desk.words("第六条")):
        perform(made.take_up, by=authority, forward=True, on=TODAY)
    made = perform(made.take_up, by=authority, forward=False, on=TODAY)
    made = perform(made.conclude, by=authority, outcome="not_proved", text="查无此事", files=[], on=TODAY)
    assert made.status == "closed" and not AgencyBreachCase.objects.visible_to(desk.leader).exists()


def test_a_strangers_hospital_and_another_agencys_authority_see_nothing(
    desk, other_operator, other_agency, client
):
    made = raised(desk, desk.signed())
    far = User.objects.create_user("far", "远监管", Role.AUTHORITY, PASSWORD, agency=other_agency)
    assert answers(client, made.get_absolute_url(), other_operator, far) == {
        "other_operator": 404,
        "far": 404,
    }


@pytest.mark.parametrize(
    "statement",
    ["UPDATE inspections_complaintevent SET label = '没有事'", "DELETE FROM inspections_complaintevent"],
)
def test_the_database_refuses_to_change_its_record(desk, statement):
    made = raised(desk, desk.signed())
    with pytest.raises(IntegrityError, match="只能增加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert made.events.get().label == "提出甲方违约事项"


@pytest.mark.django_db(transaction=True)
def test_a_changed_row_of_its_own_record_is_found(desk):
    made = raised(desk, desk.signed())
    assert chain_fault(made) is None
    unprotect(connection, TABLES)
    try:
        made.events.update(label="没有事")
    finally:
        protect(connection, TABLES)
    made.refresh_from_db()
    assert "第1条" in chain_fault(made)


@pytest.mark.only_text("qinghai", reason="no breaches of the agency in the other texts (第六十二条)")
def test_the_hospital_raises_it_on_the_page_and_takes_it_back(desk, client):
    agreement = desk.signed()
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("complaint-new", args=[agreement.number]), {
        "item_code": "QH-62-01", "wants": "correction", "occurred_on": TODAY, "facts": "拨付迟了", "accused": "",
    })  # fmt: skip
    made = AgencyBreachCase.objects.get()
    assert answer.status_code == 302 and answer.url == made.get_absolute_url()
    page = client.post(made.get_absolute_url(), {"deed": "withdraw", "reason": "已经拨付"}, follow=True)
    assert "乙方撤回" in page.content.decode()
