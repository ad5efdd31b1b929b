"""Points of responsible persons: a sum by query, thresholds of the terms, notices and stops (第五十九条、第六十八条)."""

from datetime import date, timedelta

import pytest

from agreements.clocks.deadlines import add_months
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Event, Message, Paper
from inspections.models import PersonStop, PointsRecord
from inspections.models.points import reached, state_of, total_of
from inspections.records.actions import file_record
from institutions.models import Role, StaffMember, User

from ..conftest import PASSWORD
from ..desk import TODAY

pytestmark = [
    pytest.mark.each_text,
    pytest.mark.only_text("qinghai", reason="no points of persons in the other texts (第六十八条)"),
]
YEAR = TODAY.year


@pytest.fixture
def doctor(hospital):
    return StaffMember.objects.create(
        institution=hospital, code="D630105000001", name="马晓东", kind="physician"
    )


def proposed(desk, agreement, staff, points, on=None, **changed):
    facts = {"staff": staff, "points": points, "responsibility": "main", "given_on": on or TODAY,
             "reason": "违约金处理", **changed}  # fmt: skip
    return file_record(PointsRecord, agreement, by=desk.clerk, facts=facts)


def given(desk, agreement, staff, points, on=None):
    record = proposed(desk, agreement, staff, points, on)
    return perform(record.confirm, by=desk.leader, on=TODAY)


def stop(desk, agreement, staff, kind="suspended", until=None, start=None):
    start = start or TODAY
    facts = {"staff": staff, "kind": kind, "year": YEAR, "started_on": start, "until": until or add_months(start, 3),
             "reason": "累计记分"}  # fmt: skip
    return file_record(PersonStop, agreement, by=desk.clerk, facts=facts)


def decided(desk, agreement, staff, **changed):
    return perform(stop(desk, agreement, staff, **changed).decide, by=desk.leader, on=TODAY)


@pytest.mark.rule("Q68.1", "Q04.8")
@pytest.mark.parametrize(
    "points, calls_for", [((8,), ""), ((3, 5), ""), ((9,), "suspended"), ((4, 5), "suspended"), ((11,), "suspended"),
                          ((12,), "ended"), ((9, 3), "ended")],
)  # fmt: skip
def test_the_sum_of_a_year_calls_for_a_stop(desk, doctor, points, calls_for):
    agreement = desk.signed()
    for one in points:
        given(desk, agreement, doctor, one)
    assert total_of(doctor, YEAR) == sum(points)
    assert reached(agreement, doctor, YEAR) == calls_for


@pytest.mark.rule("Q68.1")
def test_the_sum_begins_anew_on_the_first_of_january(desk, doctor):
    agreement = desk.signed()
    given(desk, agreement, doctor, 8, on=date(YEAR - 1, 12, 31))
    given(desk, agreement, doctor, 2, on=date(YEAR, 1, 1))
    assert (total_of(doctor, YEAR - 1), total_of(doctor, YEAR)) == (8, 2)


@pytest.mark.rule("Q68.1")
def test_what_is_proposed_or_revoked_does_not_count_and_what_is_objected_to_does(desk, doctor):
    agreement = desk.signed()
    proposed(desk, agreement, doctor, 3)
    assert total_of(doctor, YEAR) == 0
    record = given(desk, agreement, doctor, 4)
    record = perform(record.object, by=desk.operator, text="不是他", files=[], on=TODAY)
    assert total_of(doctor, YEAR) == 4
    perform(record.revoke, by=desk.leader, reason="异议成立", on=TODAY)
    assert total_of(doctor, YEAR) == 0


@pytest.mark.rule("Q68.1")
@pytest.mark.parametrize("points", [0, 13])
def test_points_lie_within_the_bands_of_the_terms(desk, doctor, points):
    with pytest.raises(RuleBroken, match="第六十八条"):
        proposed(desk, desk.signed(), doctor, points)


@pytest.mark.rule("Q68.1")
def test_the_notice_goes_to_every_registered_workplace(desk, doctor, other_clerk, other_agency, hospital):
    agreement = desk.signed()
    elsewhere = type(agreement).objects.create(
        number="630200-2026-0001", agency=other_agency, institution=hospital, edition=agreement.edition,
        starts_on=agreement.starts_on, ends_on=agreement.ends_on, drafted_by=other_clerk, status="active",
    )  # fmt: skip
    given(desk, agreement, doctor, 2)
    notices = Paper.objects.filter(purpose="points_notice")
    assert {one.agreement for one in notices} == {agreement, elsewhere}
    assert all("马晓东" in one.snapshot["paragraphs"][0] for one in notices)


@pytest.mark.rule("Q68.1")
def test_the_clerks_desk_names_who_is_over_the_threshold_until_a_stop_is_proposed(desk, doctor):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    title = "要提请的支付资格停止"
    assert "累计9分，提请暂停" in dict(desk_for(desk.clerk))[title][0].subject
    stop(desk, agreement, doctor)
    assert title not in dict(desk_for(desk.clerk))
    given(desk, agreement, doctor, 3)
    assert "提请终止" in dict(desk_for(desk.clerk))[title][0].subject
    assert Message.objects.filter(recipient=desk.clerk, subject="记分达到分值").exists()


@pytest.mark.rule("Q68.1")
def test_no_stop_below_the_threshold_and_none_twice(desk, doctor):
    agreement = desk.signed()
    given(desk, agreement, doctor, 8)
    with pytest.raises(RuleBroken, match="累计 8 分，没有达到暂停的 9 分"):
        stop(desk, agreement, doctor)
    given(desk, agreement, doctor, 1)
    stop(desk, agreement, doctor)
    with pytest.raises(RuleBroken, match="已经提请或决定过"):
        stop(desk, agreement, doctor)
    with pytest.raises(RuleBroken, match="没有达到终止的 12 分"):
        stop(desk, agreement, doctor, kind="ended", until=add_months(TODAY, 12))


@pytest.mark.rule("Q68.1")
def test_a_stop_begins_on_the_day_on_which_it_is_asked_for_or_later(desk, doctor):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    with pytest.raises(RuleBroken, match="停止不能溯及提请以前"):
        stop(desk, agreement, doctor, start=TODAY - timedelta(days=1))
    assert stop(desk, agreement, doctor, start=TODAY + timedelta(days=7)).status == "proposed"


@pytest.mark.rule("Q68.1", "Q04.8")
def test_one_person_with_two_workplaces_has_one_sum_one_stop_and_a_notice_at_each(
    desk, doctor, other_hospital
):
    agreement = desk.signed()
    elsewhere = StaffMember.objects.create(
        institution=other_hospital, code=doctor.code, name=doctor.name, kind="physician"
    )
    desk.hospital, desk.operator = other_hospital, other_person(other_hospital, "other1", Role.OPERATOR)
    desk.signatory = other_person(other_hospital, "other2", Role.SIGNATORY)
    other = desk.signed()
    given(desk, agreement, doctor, 5)
    given(desk, other, elsewhere, 4)
    notices = Paper.objects.filter(purpose="points_notice")
    assert sorted(one.agreement_id for one in notices) == sorted([agreement.pk, other.pk] * 2)
    assert total_of(doctor, YEAR) == total_of(elsewhere, YEAR) == 9
    [task] = dict(desk_for(desk.clerk))["要提请的支付资格停止"]
    assert "累计9分" in task.subject
    decided(desk, agreement, doctor)
    assert state_of(elsewhere) == "暂停"
    with pytest.raises(RuleBroken, match="已经提请或决定过"):
        stop(desk, other, elsewhere)
    assert "要提请的支付资格停止" not in dict(desk_for(desk.clerk))


def other_person(hospital, username, role):
    return User.objects.create_user(username, "祁雪原", role, PASSWORD, institution=hospital)


@pytest.mark.rule("Q68.1")
@pytest.mark.parametrize(
    "points, kind, months, slip, fits",
    [((9,), "suspended", 1, -1, True), ((9,), "suspended", 1, -2, False), ((9,), "suspended", 6, 0, True),
     ((9,), "suspended", 6, 1, False), ((9, 3), "ended", 12, 0, True), ((9, 3), "ended", 12, -1, True),
     ((9, 3), "ended", 36, 0, False), ((12,), "ended", 36, 0, True), ((12,), "ended", 12, 0, False)],
)  # fmt: skip
def test_how_long_a_stop_lasts(desk, doctor, points, kind, months, slip, fits):
    agreement = desk.signed()
    for one in points:
        given(desk, agreement, doctor, one)
    until = add_months(TODAY, months) + timedelta(days=slip)
    if fits:
        assert stop(desk, agreement, doctor, kind=kind, until=until).status == "proposed"
    else:
        with pytest.raises(RuleBroken, match="止期应在"):
            stop(desk, agreement, doctor, kind=kind, until=until)


@pytest.mark.rule("Q68.1")
def test_the_state_of_a_person_follows_the_stop_and_the_agreement_does_not_move(desk, doctor):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    one = decided(desk, agreement, doctor)
    assert state_of(doctor) == "暂停"
    assert state_of(doctor, one.until + timedelta(days=1)) == "正常"
    agreement.refresh_from_db()
    assert agreement.status == "active" and not agreement.service_bans.exists()
    perform(one.lift, by=desk.leader, reason="记分撤销", on=TODAY)
    assert state_of(doctor) == "正常"


@pytest.mark.rule("Q68.1")
def test_a_stop_is_not_decided_when_the_points_were_revoked_meanwhile(desk, doctor):
    agreement = desk.signed()
    record = given(desk, agreement, doctor, 9)
    waiting = stop(desk, agreement, doctor)
    perform(record.revoke, by=desk.leader, reason="异议成立", on=TODAY)
    with pytest.raises(RuleBroken, match="提请之后记分已有变化"):
        perform(waiting.decide, by=desk.leader, on=TODAY)


@pytest.mark.rule("Q68.1")
def test_the_stop_stands_beside_the_three_stops_on_the_page(desk, doctor, client):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    decided(desk, agreement, doctor)
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert "支付资格停止" in page and "人员暂停" in page and "马晓东" in page


@pytest.mark.rule("Q59.1")
def test_the_public_reads_the_family_name_only_until_a_leader_names_a_legal_basis(desk, doctor, client):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    one = decided(desk, agreement, doctor)
    page = client.get("/public/points/").content.decode()
    assert "马**" in page and "马晓东" not in page and "西宁湟滨医院" in page
    with pytest.raises(RuleBroken, match="第五十九条"):
        perform(one.release_name, by=desk.leader, basis=" ", on=TODAY)
    perform(one.release_name, by=desk.leader, basis="某某条例第十条", on=TODAY)
    assert "马晓东" in client.get("/public/points/").content.decode()


@pytest.mark.rule("Q59.1")
def test_who_is_over_the_last_day_or_only_proposed_is_not_public(desk, doctor, client):
    agreement = desk.signed()
    given(desk, agreement, doctor, 9)
    waiting = stop(desk, agreement, doctor)
    assert "马" not in client.get("/public/points/").content.decode().split("<main")[1]
    one = perform(waiting.decide, by=desk.leader, on=TODAY)
    PersonStop.objects.filter(pk=one.pk).update(
        started_on=TODAY - timedelta(days=90), until=TODAY - timedelta(days=1)
    )
    assert "马**" not in client.get("/public/points/").content.decode()


def test_the_hospital_does_not_see_what_is_only_proposed(desk, doctor, client):
    agreement = desk.signed()
    record = proposed(desk, agreement, doctor, 3)
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(record.get_absolute_url()).status_code == 404
    assert not Event.objects.visible_to(desk.operator).filter(subject__startswith="记分").exists()
    perform(record.confirm, by=desk.leader, on=TODAY)
    assert client.get(record.get_absolute_url()).status_code == 200
