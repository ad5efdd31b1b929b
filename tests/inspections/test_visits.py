"""第五十七条：到现场的经过——哪一天、到哪里、两人以上同去、见了谁、看了什么，附照片和笔录；只给甲方和核查组看。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from agreements.gate import RuleBroken, perform
from inspections.models import Visit

from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def working(office):
    return office.underway()


def visited(office, inspection, by=None, **changed):
    facts = {
        "on": TODAY, "place": "康复医学科治疗室", "members": inspection.team, "met": "科主任祁雪原",
        "note": "核对治疗单12份", "files": [upload("笔录.pdf")], **changed,
    }  # fmt: skip
    return perform(inspection.record_visit, by=by or office.inspector, **facts)


@pytest.mark.rule("Q57.1")
def test_a_visit_is_kept_with_who_went_whom_they_met_and_the_signed_notes(office, working):
    visited(office, working)
    visited(office, working, place="病案室", files=[])
    first, second = Visit.objects.filter(inspection=working)
    assert [one.name for one in first.members.all()] == [one.name for one in working.team]
    assert (first.met, first.attachments.get().internal, second.order) == ("科主任祁雪原", True, 2)
    event = working.agreement.events.filter(act="record_visit").first()
    assert event.details["place"] == "康复医学科治疗室" and event.actor_name == "李若水"


@pytest.mark.parametrize("rewrite", [
    lambda visit: Visit.objects.filter(pk=visit.pk).update(place="别处"),
    lambda visit: visit.members.clear(),
    lambda visit: visit.attachments.clear(),
])  # fmt: skip
def test_nothing_writes_over_what_was_found_on_the_spot(office, working, rewrite):
    visited(office, working)
    with pytest.raises(DatabaseError, match="只能增加"), transaction.atomic():
        rewrite(Visit.objects.get())


@pytest.mark.rule("Q57.1")
def test_nobody_goes_alone_or_with_a_stranger(office, working):
    least = office.desk.team_minimum
    with pytest.raises(
        RuleBroken, match=office.desk.words(f"{least}名以上核查人员同去，现在选了1名.*第五十七条")
    ):
        visited(office, working, members=working.team[:1])
    with pytest.raises(RuleBroken, match="同去，现在选了1名"):
        visited(office, working, members=[working.team[0], working.team[0]])
    other = office.planned(title="另一次", team=office.team(office.second, office.desk.reviewer))
    with pytest.raises(RuleBroken, match=f"{office.desk.reviewer.name}不在这次核查的核查组里"):
        visited(office, working, members=[working.team[0], other.team[1]])
    with pytest.raises(PermissionDenied):
        visited(office, working, by=office.desk.clerk)


def test_a_visit_lies_between_the_beginning_and_today(office, working):
    for day, why in [
        (TODAY - timedelta(days=1), "早于核查开始日期"),
        (TODAY + timedelta(days=1), "还没有到"),
    ]:
        with pytest.raises(RuleBroken, match=why):
            visited(office, working, on=day)


@pytest.mark.rule("Q57.1")
def test_the_team_records_it_from_the_phone_and_the_hospital_sees_nothing_of_it(office, working, client):
    client.force_login(office.inspector, backend=BACKEND)
    path = f"/inspections/{working.number}/visits/new/"
    page = client.get(path).content.decode()
    assert 'capture="environment"' in page and page.count("checked") == len(working.team)
    sent = {"on": TODAY.isoformat(), "place": "病案室", "met": "病案室主任", "note": "抽查病历"}
    answer = client.post(path, sent | {"members": [working.team[0].pk]})
    assert (
        f"{office.desk.team_minimum}名以上" in answer.content.decode()
        and "抽查病历" in answer.content.decode()
    )
    photo = upload("病案室.png", b"\x89PNG\r\n\x1a\n photo")
    everybody = [one.pk for one in working.team]
    assert client.post(path, sent | {"members": everybody, "photos": photo}).url == working.get_absolute_url()
    page = client.get(working.get_absolute_url()).content.decode()
    assert (
        "现场核查 1 次" in page
        and f"到场：{'、'.join(one.name for one in working.team)}；乙方在场：病案室主任" in page
    )
    file = Visit.objects.get().attachments.get()
    assert client.get(f"/inspections/{working.number}/files/{file.pk}/").status_code == 200
    client.force_login(office.desk.operator, backend=BACKEND)
    page = client.get(working.get_absolute_url()).content.decode()
    assert "抽查病历" not in page and "现场核查 1 次" not in page
    assert client.get(f"/inspections/{working.number}/files/{file.pk}/").status_code == 404
    assert client.get(f"{working.agreement.get_absolute_url()}").content.decode().count("登记现场核查") == 0
