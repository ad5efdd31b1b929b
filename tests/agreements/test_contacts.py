"""第二条（上海）：分管的院级领导，医保管理的部门和人员；没有配齐的，双方都看得到。"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements.contacts.roles import in_words, missing, short_of_some
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform, refusal
from agreements.models import Agreement
from agreements.models.event import first_fault
from agreements.offers import offers_for
from agreements.terms import read_terms
from institutions.actions import revise_institution
from institutions.models import Contact, InstitutionVersion, Role, User

from .. import shanghai
from ..conftest import PASSWORD
from ..desk import TODAY

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
PHONE = "021-64005678"
EDITIONS = Path(__file__).resolve().parents[2] / "agreements/editions"
ONE_DAY = timedelta(days=1)


def terms_of(code):
    return read_terms((EDITIONS / code / "terms.toml").read_text(encoding="utf-8")).contacts


SECONDARY, PRIMARY = terms_of("shanghai-secondary"), terms_of("shanghai-primary")


@pytest.fixture
def agreement(shanghai_desk):
    return shanghai_desk.signed(**shanghai.TERM)


def named(agreement, by, role="leader", name="周临港", phone=PHONE, on=TODAY):
    contact = Contact(role=role, name=name, title="副院长", phone=phone)
    return perform(agreement.name_contact, by=by, contact=contact, on=on)


def all_named(agreement, by):
    for role, name in [
        ("leader", "周临港"),
        ("department", "医保科"),
        ("medical", "吴医务"),
        ("finance", "郑财务"),
    ]:
        agreement = named(agreement, by, role, name)
    return agreement


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def page_of(client, person, thing):
    client.force_login(person, backend=BACKEND)
    return client.get(thing.get_absolute_url()).content.decode()


def short_on_desk(person):
    return [item for title, items in desk_for(person) if title == "医保管理人员不齐" for item in items]


# ── who is asked for ──


@pytest.mark.rule("S02.1")
@pytest.mark.parametrize("grade, category, codes", [
    ("3A", "general", ["leader", "department", "medical", "finance"]),
    ("3A", "special", ["leader", "department", "medical", "finance"]),
    ("2A", "general", ["leader", "department", "medical", "finance"]),
    ("2A", "special", ["leader", "department"]),
])  # fmt: skip
def test_a_hospital_of_the_second_or_third_level_names_four(grade, category, codes):
    version = InstitutionVersion(grade=grade, category=category)
    assert [role.code for role, _ in missing(SECONDARY, version, [])] == codes


@pytest.mark.rule("S1-02.1")
def test_one_of_the_first_level_names_a_leader_and_a_person_and_needs_no_department():
    version = InstitutionVersion(grade="1", category="community")
    short = missing(PRIMARY, version, [])
    assert in_words(short) == "还缺分管医疗保险的院级领导1名、专（兼）职管理人员1名"
    held = [Contact(role="leader"), Contact(role="staff", ended_on=TODAY)]
    assert in_words(missing(PRIMARY, version, held)) == "还缺专（兼）职管理人员1名"
    assert missing(PRIMARY, version, [*held, Contact(role="staff")]) == []


@pytest.mark.rule("S02.1")
@pytest.mark.parametrize("facts", [{}, {"category": "special"}, {"grade": "3A", "category": "special"}])
def test_the_database_counts_as_the_page_does(shanghai_desk, agreement, facts):
    if facts:
        revise_institution(agreement.institution, by=None, reason="等级", **facts)
    for role in ("leader", "department", "medical", "finance"):
        found = Agreement.objects.filter(short_of_some(SECONDARY), pk=agreement.pk).exists()
        assert found == bool(fresh(agreement).missing_contacts)
        named(fresh(agreement), shanghai_desk.operator, role, role)
    assert not Agreement.objects.filter(short_of_some(SECONDARY), pk=agreement.pk).exists()


# ── who names them, and how ──


@pytest.mark.rule("S02.1")
def test_the_hospital_and_the_clerk_name_people_and_nobody_else(shanghai_desk, agreement):
    named(agreement, shanghai_desk.operator)
    named(agreement, shanghai_desk.clerk, "medical", "吴医务")
    with pytest.raises(PermissionDenied):
        named(agreement, shanghai_desk.reviewer, "finance", "郑财务")
    kept = [(one.label, one.name, one.recorded_by) for one in agreement.institution.contacts.order_by("pk")]
    assert kept == [
        ("分管医疗保险的院级领导", "周临港", shanghai_desk.operator), ("医务管理人员", "吴医务", shanghai_desk.clerk),
    ]  # fmt: skip


@pytest.mark.rule("S02.1")
def test_the_record_of_events_names_the_person_and_keeps_no_number(shanghai_desk, agreement):
    named(agreement, shanghai_desk.operator)
    event = agreement.events.get(act="name_contact")
    assert (
        event.details["contact"]["name"] == "周临港（分管医疗保险的院级领导）" and event.article == "第二条"
    )
    assert PHONE not in str(event.details)
    assert first_fault(fresh(agreement)) is None


@pytest.mark.rule("S02.1")
@pytest.mark.parametrize("changed, why", [
    ({"role": "driver"}, "不是文本所列的职责"), ({"name": " "}, "写明姓名"), ({"phone": " "}, "办公电话"),
    ({"name": "周临港"}, "已经登记为分管医疗保险的院级领导"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(shanghai_desk, agreement, changed, why):
    named(agreement, shanghai_desk.operator)
    with pytest.raises(RuleBroken, match=f"{why}.*（第二条）"):
        named(agreement, shanghai_desk.operator, **{"name": "另一人", **changed})


@pytest.mark.rule("S02.1")
def test_who_leaves_stays_on_record_and_is_missing_again(shanghai_desk, agreement):
    all_named(agreement, shanghai_desk.operator)
    assert fresh(agreement).missing_contacts == []
    leader = Contact.objects.get(role="leader")
    with pytest.raises(RuleBroken, match="早于任职日期.*（第二条）"):
        perform(agreement.end_contact, by=shanghai_desk.operator, contact=leader, on=TODAY - ONE_DAY)
    perform(agreement.end_contact, by=shanghai_desk.operator, contact=leader, on=TODAY)
    leader.refresh_from_db()
    assert (leader.ended_on, leader.name, leader.phone) == (TODAY, "周临港", PHONE)
    assert in_words(fresh(agreement).missing_contacts) == "还缺分管医疗保险的院级领导1名"
    with pytest.raises(RuleBroken, match="已经登记离任.*（第二条）"):
        perform(agreement.end_contact, by=shanghai_desk.operator, contact=leader, on=TODAY)


def test_nobody_leaves_before_having_begun(shanghai_desk, agreement):
    named(agreement, shanghai_desk.operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.update(ended_on=TODAY - ONE_DAY)


# ── where it shows ──


@pytest.mark.rule("S02.1")
def test_both_pages_show_who_is_there_and_who_is_missing(shanghai_desk, agreement, client):
    named(agreement, shanghai_desk.operator)
    for thing in (agreement, agreement.institution):
        page = page_of(client, shanghai_desk.clerk, thing)
        assert "周临港" in page and PHONE in page
        assert "还缺医疗保险管理部门1名、医务管理人员1名、财务管理人员1名" in page and "第二条" in page
    perform(agreement.end_contact, by=shanghai_desk.clerk, contact=Contact.objects.get(), on=TODAY)
    assert "已离任 1 人" in page_of(client, shanghai_desk.operator, agreement.institution)


@pytest.mark.parametrize(
    "role, whole", [(Role.INSPECTOR, True), (Role.FINANCE, False), (Role.AUTHORITY, False)]
)
def test_numbers_are_masked_for_others(shanghai_desk, agreement, client, role, whole):
    named(agreement, shanghai_desk.operator)
    person = User.objects.create_user("sh-other", "其他", role, PASSWORD, agency=shanghai_desk.agency)
    for thing in (agreement, agreement.institution):
        page = page_of(client, person, thing)
        assert (PHONE in page) == whole and ("021****5678" in page) != whole


@pytest.mark.rule("S02.1")
def test_who_is_missing_is_on_the_desk_of_both_and_blocks_nothing(shanghai_desk, agreement):
    desk = shanghai_desk
    (item,) = short_on_desk(desk.clerk)
    assert item.note.startswith("还缺分管医疗保险的院级领导1名、") and item.note.endswith("（第二条）")
    assert short_on_desk(desk.operator)[0].url == reverse(
        "agreement-act", args=[agreement.number, "name-contact"]
    )
    assert short_on_desk(desk.leader) == [] and agreement.status == "active"
    all_named(agreement, desk.clerk)
    assert short_on_desk(desk.clerk) == short_on_desk(desk.operator) == []


@pytest.mark.rule("S02.1")
def test_on_its_own_pages(shanghai_desk, agreement, client):
    client.force_login(shanghai_desk.operator, backend=BACKEND)
    url = reverse("agreement-act", args=[agreement.number, "name-contact"])
    facts = {"role": "staff", "name": "周临港", "phone": PHONE, "on": TODAY}
    assert "leader" in client.get(url).content.decode()
    assert client.post(url, facts).status_code == 200 and not Contact.objects.exists()
    assert client.post(url, facts | {"role": "leader"}).status_code == 302
    url = reverse("agreement-act", args=[agreement.number, "end-contact"])
    assert client.post(url, {"contact": Contact.objects.get().pk, "on": TODAY}).status_code == 302
    assert Contact.objects.get().ended_on == TODAY


@pytest.mark.only_text("qinghai", "made-up", reason="the texts of Shanghai ask for people (第二条)")
def test_a_text_without_such_a_table_asks_for_nobody(desk, client):
    agreement = desk.signed()
    assert agreement.missing_contacts == [] and short_on_desk(desk.clerk) == []
    assert not {"name_contact", "end_contact"} & {one.name for one in offers_for(agreement, desk.operator)}
    assert "文本没有" in refusal(agreement, "name_contact", by=desk.operator)
    for thing in (agreement, agreement.institution):
        assert "h-contacts" not in page_of(client, desk.operator, thing)
