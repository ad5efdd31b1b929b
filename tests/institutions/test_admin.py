"""The admin site keeps master data and people, by role; versions are added, nothing is deleted."""

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils.timezone import localdate

from institutions.models import Agency, Department, Region, Role, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def system_admin(db):
    return User.objects.create_user("sys", "钱系统", Role.SYSTEM_ADMIN, PASSWORD)


@pytest.fixture
def security_admin(db):
    return User.objects.create_user("sec", "孙安全", Role.SECURITY_ADMIN, PASSWORD)


def url(model, page, *args):
    return reverse(f"admin:institutions_{model}_{page}", args=args)


def version(number, **changed):
    facts = {
        "name": "新名称", "legal_representative": "韩兆麟", "address": "新址", "postcode": "810000", "phone": "0971",
        "valid_from": str(localdate()), "reason": "更名", **changed,
    }  # fmt: skip
    return {f"versions-{number}-{name}": value for name, value in facts.items()}


def formset(total, initial):
    return {"versions-TOTAL_FORMS": total, "versions-INITIAL_FORMS": initial}


MASTER = ["region", "agency", "department", "staffmember"]


@pytest.mark.parametrize("model", MASTER)
def test_master_data_belongs_to_the_system_administrator_alone(
    model, client, system_admin, security_admin, clerk
):
    for user, answer in [(system_admin, 200), (security_admin, 403), (clerk, 302)]:
        client.force_login(user)
        assert client.get(url(model, "changelist")).status_code == answer
        assert client.get(url(model, "add")).status_code == answer


def test_people_belong_to_the_security_administrator_alone(client, system_admin, security_admin, clerk):
    for user, answer in [(system_admin, 403), (security_admin, 200), (clerk, 302)]:
        client.force_login(user)
        assert client.get(url("user", "changelist")).status_code == answer
        assert client.get(url("user", "change", clerk.pk)).status_code == answer


def test_nothing_can_be_deleted(client, system_admin, security_admin, agency, clerk, hospital):
    department = Department.objects.create(institution=hospital, code="01", name="内科")
    for user, model, pk in [
        (system_admin, "region", "630105"), (system_admin, "agency", agency.pk),
        (system_admin, "department", department.pk), (security_admin, "user", clerk.pk),
    ]:  # fmt: skip
        client.force_login(user)
        assert client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403


def test_institutions_are_found_but_not_kept_here(client, system_admin, security_admin, hospital):
    for user in (system_admin, security_admin):
        client.force_login(user)
        assert client.get(url("institution", "add")).status_code == 403
        assert client.post(url("institution", "change", hospital.pk), {"code": "H0"}).status_code == 403
    query = {"app_label": "institutions", "model_name": "user", "field_name": "institution", "term": "湟滨"}
    found = client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [one["text"] for one in found] == ["西宁湟滨医院"]


class TestAgencies:
    def test_a_new_agency_comes_with_its_first_version(self, client, system_admin, regions):
        client.force_login(system_admin)
        posted = {"code": "JB630200", "region": "630200", "level": "prefecture", "document_word": "东医保"}
        assert client.post(url("agency", "add"), posted | formset(1, 0)).status_code == 200
        assert not Agency.objects.exists()
        answer = client.post(url("agency", "add"), posted | formset(1, 0) | version(0))
        assert answer.status_code == 302
        current = Agency.objects.get().current
        assert (current.name, current.number, current.recorded_by) == ("新名称", 1, system_admin)

    def test_a_change_is_a_new_version_and_the_old_one_stays(self, client, system_admin, agency):
        client.force_login(system_admin)
        posted = {"level": "prefecture", "document_word": "宁医保"} | formset(2, 1) | version(1)
        posted |= {"versions-0-id": agency.current_id, "versions-0-name": "偷改旧版"}
        assert client.post(url("agency", "change", agency.pk), posted).status_code == 302
        names = list(agency.versions.values_list("number", "name"))
        assert names == [(2, "新名称"), (1, "西宁市医疗保障经办服务中心")]
        agency.refresh_from_db()
        assert agency.current.number == 2 and agency.document_word == "宁医保"

    def test_the_same_form_sent_twice_makes_one_version(self, client, system_admin, agency):
        client.force_login(system_admin)
        posted = {"level": "prefecture", "document_word": "宁医保"} | formset(2, 1) | version(1)
        posted |= {"versions-0-id": agency.current_id}
        for _ in range(2):
            assert client.post(url("agency", "change", agency.pk), posted).status_code == 302
        assert agency.versions.count() == 2

    def test_a_version_before_the_one_in_force_is_refused_with_a_sentence(self, client, system_admin, agency):
        client.force_login(system_admin)
        posted = (
            {"level": "prefecture", "document_word": "x"}
            | formset(2, 1)
            | version(1, valid_from="2020-01-01")
        )
        posted |= {"versions-0-id": agency.current_id}
        answer = client.post(url("agency", "change", agency.pk), posted)
        assert "不能早于现行版本的生效日期" in answer.content.decode()
        assert agency.versions.count() == 1

    def test_its_page_opens(self, client, system_admin, agency):
        client.force_login(system_admin)
        assert "西宁市医疗保障经办服务中心" in client.get(url("agency", "change", agency.pk)).content.decode()


class TestRegions:
    @pytest.mark.parametrize(
        "code, parent, why",
        [("63010", "", "区划代码应为6位数字"), ("630301", "630100", "不是 630301 的上级")],
    )
    def test_a_code_fits_its_place(self, code, parent, why, client, system_admin, regions):
        client.force_login(system_admin)
        answer = client.post(url("region", "add"), {"code": code, "name": "某地", "parent": parent})
        assert why in answer.content.decode() and not Region.objects.filter(code=code).exists()

    def test_a_code_never_changes(self, client, system_admin, regions):
        client.force_login(system_admin)
        client.post(url("region", "change", "630105"), {"code": "630199", "name": "北区", "parent": "630100"})
        assert (
            Region.objects.get(code="630105").name == "北区"
            and not Region.objects.filter(code="630199").exists()
        )


class TestPeople:
    def new(self, client, **changed):
        posted = {
            "username": "new",
            "name": "新人",
            "role": "clerk",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        return client.post(url("user", "add"), posted | changed)

    def test_a_person_is_made_with_role_party_and_a_hashed_password(self, client, security_admin, agency):
        client.force_login(security_admin)
        assert self.new(client, agency=agency.pk).status_code == 302
        person = User.objects.get(username="new")
        assert person.agency == agency and person.check_password(PASSWORD) and PASSWORD not in person.password

    def test_a_role_without_its_party_and_a_weak_password_are_refused(self, client, security_admin, agency):
        client.force_login(security_admin)
        assert "角色与所代表的单位不符" in self.new(client).content.decode()
        assert self.new(client, agency=agency.pk, password1="123", password2="123").status_code == 200
        assert not User.objects.filter(username="new").exists()

    def test_a_password_is_never_shown(self, client, security_admin, clerk):
        client.force_login(security_admin)
        page = client.get(url("user", "change", clerk.pk)).content.decode()
        assert "重设密码" in page and clerk.password not in page and "md5" not in page

    def test_a_password_can_be_set_anew(self, client, security_admin, clerk):
        client.force_login(security_admin)
        change = reverse("admin:auth_user_password_change", args=[clerk.pk])
        assert client.get(change).status_code == 200
        fresh = "xieyi-2027-fresh"
        assert client.post(change, {"password1": fresh, "password2": fresh}).status_code == 302
        clerk.refresh_from_db()
        assert clerk.check_password(fresh)

    def test_who_leaves_is_put_out_of_use(self, client, security_admin, clerk):
        client.force_login(security_admin)
        client.post(
            url("user", "change", clerk.pk), {"name": clerk.name, "role": "clerk", "agency": clerk.agency_id}
        )
        clerk.refresh_from_db()
        assert not clerk.is_active

    def test_nobody_changes_the_own_role(self, client, security_admin):
        client.force_login(security_admin)
        client.post(url("user", "change", security_admin.pk), {"name": "改名", "role": "system_admin"})
        security_admin.refresh_from_db()
        assert (security_admin.name, security_admin.role, security_admin.is_active) == (
            "改名",
            "security_admin",
            True,
        )

    def test_changes_are_on_record_without_the_password(self, client, security_admin, clerk):
        client.force_login(security_admin)
        client.post(
            url("user", "change", clerk.pk),
            {"name": "马改名", "role": "clerk", "agency": clerk.agency_id, "is_active": "on"},
        )
        entry = LogEntry.objects.get_for_object(clerk).first()
        assert entry.changes_dict["name"] == ["马青禾", "马改名"] and entry.actor == security_admin
        entries = LogEntry.objects.get_for_object(clerk)
        assert not any("password" in entry.changes_dict for entry in entries)


def test_the_first_administrator_gets_a_random_password_once(db, capsys, client):
    from django.core.management import CommandError, call_command

    call_command("create_admin", "anquan", "石坚")
    password = capsys.readouterr().out.partition("密码 ")[2].partition("（")[0]
    user = User.objects.get()
    assert (user.role, user.check_password(password)) == (Role.SECURITY_ADMIN, True)
    with pytest.raises(CommandError, match="登录名"):
        call_command("create_admin", "anquan", "石坚")
    with pytest.raises(CommandError):
        call_command("create_admin", "x", "石坚", role="clerk")
