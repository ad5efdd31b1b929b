"""Who sees what of an inspection: the hospital before and after the notice, a third party, other agencies."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Event, Message
from inspections import actions
from inspections.models import EvidenceRequest, Finding, Inspection, ResultSheet, SampleDraw, SheetSignature
from institutions.models import Institution, Role, User

from ..conftest import PASSWORD
from ..desk import TODAY
from .office import person

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.rule("Q57.1")
def test_the_hospital_knows_nothing_before_the_notice(office, client):
    inspection = office.planned(kind="signal", signal="投诉：分解住院")
    operator = office.desk.operator
    subject = f"核查 {inspection}"
    assert inspection.agreement.events.filter(subject=subject).exists()
    assert not Event.objects.visible_to(operator).filter(subject=subject).exists()
    assert not Inspection.objects.visible_to(operator).exists()
    client.force_login(operator, backend=BACKEND)
    assert client.get(inspection.get_absolute_url()).status_code == 404
    for page in ("/", "/inspections/", "/messages/", inspection.agreement.get_absolute_url()):
        shown = client.get(page).content.decode()
        assert "安排核查" not in shown and inspection.number not in shown and inspection.title not in shown

    perform(inspection.notify, by=office.desk.clerk, on=TODAY)
    assert Inspection.objects.visible_to(operator).get() == inspection
    assert [e.act for e in Event.objects.visible_to(operator).filter(subject=subject)] == ["notify"]
    assert Message.objects.filter(recipient=operator, subject="核查通知").exists()
    shown = client.get(inspection.get_absolute_url()).content.decode()
    assert "投诉" not in shown


def test_what_was_cancelled_before_the_notice_stays_unknown(office):
    inspection = perform(office.planned().cancel, by=office.desk.clerk, reason="合并", on=TODAY)
    assert not Inspection.objects.visible_to(office.desk.operator).exists()
    assert not Event.objects.visible_to(office.desk.operator).filter(subject=f"核查 {inspection}").exists()


@pytest.mark.rule("Q57.1")
def test_the_hospital_sees_the_result_when_it_is_fixed_and_never_the_work(office, client):
    inspection, operator = office.underway(), office.desk.operator
    finding = office.finding(inspection)
    actions.draw_sample(inspection, by=office.inspector, about="x", population=10)
    client.force_login(operator, backend=BACKEND)
    assert "电针" not in client.get(inspection.get_absolute_url()).content.decode()
    assert not Finding.objects.visible_to(operator).exists()
    actions.finish(inspection, by=office.inspector)
    assert "电针" in client.get(inspection.get_absolute_url()).content.decode()
    assert Finding.objects.visible_to(operator).exists()
    assert not SampleDraw.objects.visible_to(operator).exists()
    for page in ("checklist", "samples", "findings/new"):
        assert client.get(f"/inspections/{inspection.number}/{page}/").status_code == 403
    file = finding.evidence.get()
    assert client.get(f"/inspections/{inspection.number}/files/{file.pk}/").status_code == 404
    assert client.get(f"/files/{file.pk}/").status_code == 404


def test_another_hospital_and_another_agency_see_nothing(office, other_operator, other_clerk):
    office.signed()
    for stranger in (other_operator, other_clerk):
        for model in (Inspection, Finding, ResultSheet, SheetSignature, SampleDraw, EvidenceRequest):
            assert not model.objects.visible_to(stranger).exists(), (model, stranger)


# ── the third party ──


@pytest.fixture
def entrusted(office):
    return office.planned(
        third_party="青海信诚会计师事务所", team=office.team(office.inspector, office.outsider)
    )


@pytest.mark.rule("Q57.1")
def test_a_third_party_sees_its_own_inspections_and_nothing_else(office, entrusted, client):
    other = office.planned()
    outsider = office.outsider
    assert list(Inspection.objects.visible_to(outsider)) == [entrusted]
    assert not Agreement.objects.visible_to(outsider).exists()
    assert not Institution.objects.visible_to(outsider).exists()
    assert not Event.objects.visible_to(outsider).exists()
    client.force_login(outsider, backend=BACKEND)
    assert client.get("/", follow=True).redirect_chain[0][0] == "/inspections/"
    assert client.get(entrusted.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(entrusted.agreement.get_absolute_url()).status_code == 404
    for page in (
        "/agreements/",
        "/applications/",
        "/deadlines/",
        "/deliveries/",
        "/institutions/",
        "/messages/",
    ):
        assert entrusted.agreement.number not in client.get(page).content.decode(), page


@pytest.mark.rule("Q57.1")
def test_a_third_party_inspects_and_reads_the_files_of_its_own_inspection(office, entrusted, client):
    inspection = perform(entrusted.start, by=office.outsider, on=TODAY)
    file = office.finding(inspection, by=office.outsider).evidence.get()
    client.force_login(office.outsider, backend=BACKEND)
    assert client.get(f"/inspections/{inspection.number}/files/{file.pk}/").status_code == 200
    assert client.get(f"/files/{file.pk}/").status_code == 404
    actions.finish(inspection, by=office.outsider)
    assert client.get(f"/inspections/{inspection.number}/sheet.pdf").status_code == 200
    for act, details in (("notify", {}), ("cancel", {"reason": "x"}), ("transfer", {})):
        with pytest.raises(PermissionDenied):
            perform(getattr(inspection, act), by=office.outsider, on=TODAY, **details)


@pytest.mark.rule("Q57.1")
def test_an_account_that_has_expired_is_logged_out_and_cannot_log_in(office, entrusted, client):
    client.force_login(office.outsider, backend=BACKEND)
    assert client.get("/inspections/").status_code == 200
    User.objects.filter(pk=office.outsider.pk).update(expires_on=TODAY - timedelta(days=1))
    assert client.get("/inspections/").url.startswith("/login/")
    office.outsider.refresh_from_db()
    assert not Inspection.objects.visible_to(office.outsider).exists()
    answer = client.post("/login/", {"username": "third_party", "password": PASSWORD})
    assert "使用期限到" in answer.content.decode() and "_auth_user_id" not in client.session


def test_the_last_day_of_an_account_still_counts(office, client):
    User.objects.filter(pk=office.outsider.pk).update(expires_on=TODAY)
    assert client.post("/login/", {"username": "third_party", "password": PASSWORD}).status_code == 302


@pytest.mark.rule("Q57.1")
def test_a_third_party_goes_only_where_a_firm_is_entrusted_and_its_account_lasts(office):
    with pytest.raises(RuleBroken, match="写明受托的第三方机构"):
        office.planned(team=office.team(office.inspector, office.outsider))
    with pytest.raises(RuleBroken, match="王会计的账户在计划日期"):
        office.planned(
            third_party="信诚", planned_on=TODAY + timedelta(days=60), team=office.team(office.inspector, office.outsider)
        )  # fmt: skip


def test_a_third_party_stands_for_nobody_and_needs_a_last_day(db, agency):
    with pytest.raises(ValidationError, match="写明使用期限"):
        person("x", "甲", Role.THIRD_PARTY)
    with pytest.raises(ValidationError, match="角色与所代表的单位不符"):
        person("x", "甲", Role.THIRD_PARTY, agency=agency, expires_on=TODAY)
    with pytest.raises(IntegrityError):
        User.objects.create(username="x", name="甲", role=Role.THIRD_PARTY)
