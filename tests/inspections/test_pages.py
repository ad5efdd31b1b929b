"""The pages of an inspection, as people use them; lists that stay at the same number of queries."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.edition_text import chinese_number
from agreements.gate import perform
from inspections import actions
from inspections.models import Inspection

from ..conftest import PASSWORD
from ..desk import TODAY, upload
from .office import NAME, strokes

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_person(client):
    def log_in(person):
        client.force_login(person, backend=BACKEND)
        return client

    return log_in


def shown(client, path, **data):
    return client.get(path, data).content.decode()


def plan(office, **changed):
    more = {f"user{place}": one.pk for place, one in enumerate(office.others, 3)}
    more |= {f"certificate{place}": f"630100-{place}" for place, _ in enumerate(office.others, 3)}
    return {
        "kind": "periodic", "title": "下半年定期核查", "period_from": "2026-01-01", "period_to": "2026-06-30",
        "planned_on": TODAY.isoformat(), "user1": office.inspector.pk, "certificate1": "630100-0412",
        "user2": office.second.pk, "certificate2": "630100-0388", **more, **changed,
    }  # fmt: skip


def test_a_clerk_finds_the_agreement_and_plans(office, as_person):
    agreement, client = office.desk.signed(), as_person(office.desk.clerk)
    office.desk.hospital.departments.create(code="ZJ", name="针灸科")
    assert f"/inspections/new/{agreement.number}/" in shown(client, "/inspections/new/", q="湟滨")
    path = f"/inspections/new/{agreement.number}/"
    assert "核查人员 2" in shown(client, path)
    answer = client.post(path, plan(office, user2=""))
    assert f"至少{office.desk.team_minimum}人" in answer.content.decode()
    answer = client.post(path, plan(office, kind="signal"))
    assert "线索的来源和内容" in answer.content.decode()
    department = office.desk.hospital.departments.get()
    assert client.post(path, plan(office, departments=[department.pk])).status_code == 302
    made = Inspection.objects.get()
    assert [one.certificate for one in made.team][:2] == ["630100-0412", "630100-0388"]
    assert made.scope == "针灸科"
    answer = client.post(
        f"/inspections/{made.number}/edit/",
        plan(office, title="改名", user1=office.second.pk, user2=office.inspector.pk),
    )
    assert answer.status_code == 302
    made = office.fresh(made)
    assert made.title == "改名" and made.team[0].user == office.second and made.scope == "全院"


def test_notice_start_and_finish_are_deeds_on_the_page(office, as_person):
    made = office.planned(kind="periodic")
    path = made.get_absolute_url()
    assert as_person(office.desk.clerk).post(path, {"deed": "notify"}).status_code == 302
    client = as_person(office.inspector)
    assert client.post(path, {"deed": "notify"}).status_code == 403
    assert client.post(path, {"deed": "start"}).status_code == 302
    assert "核对之后勾选" in client.post(path, {"deed": "finish"}).content.decode()
    assert client.post(path, {"deed": "finish", "sure": "on"}).status_code == 302
    assert office.fresh(made).status == "to_sign"


def test_the_checklist_is_filled_in_article_by_article(office, as_person):
    made, client = office.underway(), as_person(office.inspector)
    path = f"/inspections/{made.number}/checklist/"
    page, desk = shown(client, path), office.desk
    item, _, article = desk.own_item("QH-65-06")
    catalogue = desk.breaches.items.values()
    duties = {duty for one in catalogue for duty in one.duties}
    assert desk.item_label("QH-65-06") in page and f'href="#art-{article}"' in page and "Q00.6" not in page
    assert [word in page for word in ("所违反的约定", "承诺书")] == [bool(duties), "Q00.6" in duties]
    group, of_article = f"a{article}", [one.code for one in catalogue if one.article == article]
    count = f'<span class="count">0/{len(of_article)}</span>'
    assert f'<a href="#{group}">第{chinese_number(article)}条 {count}</a>' in page
    sent = {"group": group, f"r-{item}": "not_met", f"n-{item}": "12 例"}
    assert client.post(path, sent).url == f"{path}#{group}"
    assert made.checklist.get(item=item).result == "not_met"
    assert f"/inspections/{made.number}/findings/new/?item={item}" in shown(client, path)
    new = shown(client, f"/inspections/{made.number}/findings/new/", item=item)
    assert f'value="{item}" selected' in new
    client.post(path, {f"r-{of_article[-1]}": "perhaps"})
    assert made.checklist.get(item=of_article[-1]).result == "unchecked"
    assert as_person(office.desk.clerk).post(path, {}).status_code == 403


@pytest.mark.only_text("qinghai", reason="no other catalogue has two items for one act")
def test_the_page_asks_why_one_of_several_items_was_chosen(office, as_person):
    made, client = office.underway(), as_person(office.inspector)
    path = f"/inspections/{made.number}/findings/new/"
    sent = {"code": "QH-65-10a", "facts": "超范围开展", "files": upload("清单.pdf")}
    page = client.post(path, sent).content.decode()
    assert "写明为什么选用" in page and "说的是同一类行为的几项" in page and "第六十六条" in page
    sent |= {"choice_reason": "没有出租资质", "files": upload("清单.pdf")}
    assert client.post(path, sent).status_code == 302
    assert made.findings.get().part == "a"


def test_a_finding_from_the_phone_with_photographs(office, as_person):
    made, client = office.underway(), as_person(office.inspector)
    path = f"/inspections/{made.number}/findings/new/"
    page = shown(client, path)
    assert 'capture="environment"' in page and 'accept="image/*,application/pdf"' in page
    item, part, _ = office.desk.own_item("QH-65-06", "c")
    sent = {"code": item + part, "facts": "重复收费", "amount": "100.10", "cases": "3"}
    photo = upload("门诊.png", b"\x89PNG\r\n\x1a\n photo")
    answer = client.post(path, {**sent, "photos": photo, "files": upload("清单.pdf")})
    assert answer.status_code == 302
    finding = made.findings.get()
    assert (str(finding.amount), finding.part, finding.evidence.count()) == ("100.10", part, 2)
    edit = f"/inspections/{made.number}/findings/1/"
    assert client.post(edit, {**sent, "cases": "4"}).status_code == 302
    assert client.post(f"{edit}drop/", {"reason": ""}).status_code == 200
    assert client.post(f"{edit}drop/", {"reason": "核实后不成立"}).status_code == 302
    assert not made.findings.exists()


def test_a_file_that_is_no_photograph_is_refused(office, as_person):
    made, client = office.underway(), as_person(office.inspector)
    sent = {"code": "QH-65-01", "facts": "x", "files": upload("照片.jpg", b"<script>")}
    answer = client.post(f"/inspections/{made.number}/findings/new/", sent)
    assert "改名不能改变内容" in answer.content.decode() and not made.findings.exists()


@pytest.mark.rule("Q57.2")
def test_the_hospital_finds_what_is_asked_of_it_on_its_desk_and_answers(office, as_person):
    made = office.underway()
    client = as_person(office.inspector)
    ask = f"/inspections/{made.number}/evidence/new/"
    assert client.post(ask, {"what": "出院病历", "due_on": TODAY.isoformat()}).status_code == 302
    client = as_person(office.desk.operator)
    path = f"/inspections/{made.number}/evidence/1/"
    assert path in shown(client, "/")
    assert "勾选承诺" in client.post(path, {"deed": "hand_over"}).content.decode()
    sent = {"deed": "hand_over", "promise": "on", "files": upload("病历.pdf")}
    assert client.post(path, sent).status_code == 302
    request = made.evidence_requests.get()
    assert request.status == "answered"
    file = request.attachments.get()
    assert client.get(f"/inspections/{made.number}/files/{file.pk}/").status_code == 200
    assert as_person(office.inspector).post(path, {"deed": "accept"}).status_code == 302


def sheet_of(made):
    return f"/inspections/{made.number}/sheet/"


def test_the_script_is_told_what_is_wrong_in_sentences(office, as_person):
    made, client = office.to_sign(), as_person(office.inspector)
    fetch = {"headers": {"X-Requested-With": "fetch"}}
    sent = {"kind": "inspector", "member": made.team[0].pk, "strokes": ""}
    answer = client.post(sheet_of(made), sent, **fetch)
    assert answer.status_code == 409 and answer.json() == {"errors": ["还没有签名，在签名区书写后再确认"]}
    answer = client.post(sheet_of(made), {**sent, "member": 0, "strokes": NAME}, **fetch)
    assert "不在这次核查的核查组里" in answer.json()["errors"][0]
    answer = client.post(sheet_of(made), {**sent, "strokes": NAME}, **fetch)
    assert answer.json() == {"url": sheet_of(made)}
    answer = client.post(sheet_of(made), {"kind": "refused", "reason": "不认可"}, **fetch)
    assert "现在有1名" in answer.json()["errors"][0]
    spot = {"kind": "spot", "name": "祁", "capacity": "legal", "strokes": NAME}
    assert "没有公章照片" in client.post(sheet_of(made), spot, **fetch).json()["errors"][0]
    answer = client.post(sheet_of(made), spot | {"seal": upload("公章.pdf")}, **fetch)
    assert f"{'、'.join(office.names[1:])}还没有签名" in answer.json()["errors"][0]


def test_only_the_team_and_the_signatory_sign(office, as_person):
    made = office.inspectors_signed()
    for person in (office.desk.clerk, office.desk.operator, office.desk.signatory):
        assert as_person(person).post(sheet_of(made), {"kind": "refused", "reason": "x"}).status_code == 403
    for person in (office.inspector, office.desk.operator):
        assert as_person(person).post(sheet_of(made), {"kind": "online"}).status_code == 403


@pytest.mark.rule("Q57.3")
def test_signing_online_asks_for_the_password_again(office, as_person):
    made, client = office.inspectors_signed(), as_person(office.desk.signatory)
    assert "没有同意电子送达" in shown(client, sheet_of(made))
    office.agrees_to_electronic_delivery()
    assert sheet_of(made)[:-6] in shown(client, "/")
    sent = {"kind": "online", "capacity": "legal", "agree": "on"}
    assert "密码不对" in client.post(sheet_of(made), {**sent, "password": "wrong"}).content.decode()
    assert office.fresh(made).status == "to_sign"
    assert (
        "阅读并勾选" in client.post(sheet_of(made), {"kind": "online", "password": PASSWORD}).content.decode()
    )
    assert client.post(sheet_of(made), {**sent, "password": PASSWORD}).status_code == 302
    page = shown(client, sheet_of(made))
    assert "登录确认" in page and made.sheet.sha256 in page


def test_a_sealed_sheet_draws_the_strokes(office, as_person):
    made = office.signed()
    page = shown(as_person(office.desk.operator), sheet_of(made))
    assert page.count('class="stroke"') == len(made.team) + 1 and "祁洪生" in page and "确认签认" not in page
    assert client_pdf(as_person(office.desk.operator), made).startswith(b"%PDF")


def client_pdf(client, made):
    return b"".join(client.get(f"/inspections/{made.number}/sheet.pdf").streaming_content)


def test_there_is_no_sheet_before_the_result_is_fixed(office, as_person):
    made, client = office.underway(), as_person(office.inspector)
    assert client.get(sheet_of(made)).status_code == 404
    assert client.get(f"/inspections/{made.number}/sheet.pdf").status_code == 404


# ── lists ──


def test_the_list_has_a_tab_for_every_state(office, as_person):
    office.planned(title="计划中的")
    office.refused()
    client = as_person(office.desk.clerk)
    refused = Inspection.objects.get(status="refused").number
    assert "计划中的" in shown(client, "/inspections/") and refused not in shown(client, "/inspections/")
    assert refused in shown(client, "/inspections/", tab="answered")
    assert "计划中的" in shown(client, "/inspections/", tab="planned", q="湟滨")
    assert "没有找到" in shown(client, "/inspections/", q="海湖")


def test_the_day_begins_with_today(office, as_person):
    office.planned(title="后天的", planned_on=TODAY + timedelta(days=2))
    office.planned(title="过期的", planned_on=TODAY - timedelta(days=2))
    office.planned(title="今天的")
    office.planned(title="别人的", team=office.team(office.second, office.desk.reviewer))
    page = shown(as_person(office.inspector), "/inspections/day/")
    places = [page.index(title) for title in ("今天的", "计划日期已过", "过期的", "以后", "后天的")]
    assert places == sorted(places) and "别人的" not in page


def test_the_day_says_what_was_found_so_far_and_whom_to_ring(office, as_person):
    made = office.underway(title="在办的")
    office.finding(made)
    page = shown(as_person(office.inspector), "/inspections/day/")
    assert "在办的，已登记问题 1 项" in page and made.agreement.institution.current.phone in page


CEILINGS = {
    ("clerk", "/inspections/"): 12,
    ("operator", "/inspections/?tab=to_sign"): 13,
    ("inspector", "/inspections/day/"): 10,
    ("outsider", "/inspections/"): 9,
}


@pytest.mark.parametrize("person, path", CEILINGS)
def test_a_list_stays_under_its_ceiling(office, as_person, person, path):
    for _ in range(6):
        office.to_sign(third_party="信诚", team=office.team(office.inspector, office.outsider))
    client = as_person(getattr(office, person, None) or getattr(office.desk, person))
    with CaptureQueriesContext(connection) as queries:
        assert "不定期核查" in shown(client, path)
    assert len(queries) <= CEILINGS[person, path], "\n".join(query["sql"][:150] for query in queries)


@pytest.mark.parametrize("page, ceiling", [("", 36), ("sheet/", 36), ("checklist/", 20)])
def test_a_page_asks_no_more_for_six_findings_than_for_one(office, as_person, page, ceiling):
    made = office.underway()
    for _ in range(6):
        office.finding(made)
    made = actions.finish(made, by=office.inspector)
    client = as_person(office.inspector)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/inspections/{made.number}/{page}").status_code == 200
    assert len(queries) <= ceiling, "\n".join(query["sql"][:150] for query in queries)


def test_the_strokes_that_are_kept_are_those_that_were_sent(office):
    made = office.to_sign()
    actions.sign_as_inspector(made, made.team[0], by=office.inspector, strokes=strokes(3))
    assert made.sheet.signatures.get().strokes == json.loads(strokes(3))
    perform(office.fresh(made).reopen, by=office.desk.leader, reason="漏记", on=TODAY)
