"""第六十一、六十四、六十五、六十六、六十九条：三种停止互不相混；核查中止及其结果。"""

from datetime import timedelta

import pytest
from django.urls import reverse

from agreements.clocks.deadlines import add_months
from agreements.gate import RuleBroken, perform
from agreements.models import Status
from agreements.publication import bans_on
from institutions.models import Department, StaffMember

from ..desk import AFTERCARE, TODAY

pytestmark = pytest.mark.each_text


def investigated(desk, agreement=None):
    details = {"reason": "举报涉嫌虚假住院，可能造成重大风险", "on": TODAY, "aftercare": AFTERCARE}
    return desk.decided(agreement or desk.signed(), "suspend_for_investigation", **details)


@pytest.mark.rule("Q61.2")
def test_an_investigation_suspends_and_holds_payment_until_it_ends(desk):
    agreement = investigated(desk)
    suspension, hold = agreement.suspensions.get(), agreement.payment_holds.get()
    assert (agreement.status, suspension.cause, suspension.article) == (
        Status.SUSPENDED,
        "investigation",
        "第六十一条",
    )
    assert (hold.article, hold.is_open) == ("第六十一条", True)
    assert suspension.planned_end == TODAY + timedelta(days=180)


@pytest.mark.rule("Q61.3")
def test_nothing_proved_resumes_and_releases_the_money(desk):
    agreement = desk.resumed(investigated(desk), reason="核查未发现违约", requested_on=None)
    hold = agreement.payment_holds.get()
    assert (agreement.status, hold.outcome, hold.released_on) == (Status.ACTIVE, "paid", TODAY)


@pytest.mark.rule("Q61.3")
def test_a_proved_breach_takes_the_investigations_place_from_its_first_day(desk):
    agreement = desk.suspended_for_breach(investigated(desk), check_hold="refused")
    investigation, breach = agreement.suspensions.order_by("pk")
    assert (agreement.status, investigation.closed_on, breach.cause) == (Status.SUSPENDED, TODAY, "breach")
    assert breach.started_on == investigation.started_on
    assert agreement.payment_holds.get().outcome == "refused"


def held(desk, agreement):
    ground = agreement.terms.payment_hold.ground("69")
    return desk.decided(agreement, "hold_payment", hold_ground=ground, reason="有关部门通报", on=TODAY)


@pytest.mark.rule("Q64.1")
def test_payment_is_held_to_rectify_by_a_case(desk):
    agreement = desk.held_to_rectify(desk.signed())
    assert (agreement.status, agreement.payment_holds.get().article) == (Status.ACTIVE, "第六十四条")


@pytest.mark.rule("Q69.1")
def test_a_payment_hold_never_moves_the_agreement(desk):
    agreement = held(desk, desk.signed())
    assert (agreement.status, agreement.payment_holds.get().article) == (Status.ACTIVE, "第六十九条")


@pytest.mark.rule("Q64.2")
@pytest.mark.parametrize("outcome", ["paid", "refused"])
def test_a_hold_ends_with_what_becomes_of_the_money(desk, outcome):
    agreement = desk.held_to_rectify(desk.signed())
    hold = agreement.payment_holds.get()
    agreement = desk.decided(
        agreement, "release_payment", hold=hold, outcome=outcome, reason="验收通过", on=TODAY
    )
    hold.refresh_from_db()
    assert (agreement.status, hold.outcome, hold.is_open) == (Status.ACTIVE, outcome, False)
    with pytest.raises(RuleBroken, match="没有未解除的暂停拨付"):
        desk.decided(agreement, "release_payment", hold=hold, outcome=outcome, reason="再来", on=TODAY)


@pytest.fixture
def doctor(hospital):
    ward = Department.objects.create(institution=hospital, code="0301", name="心内科")
    kind = StaffMember.Kind.PHYSICIAN
    return StaffMember.objects.create(
        institution=hospital, department=ward, code="D630105000001", name="林一", kind=kind
    )


def ban(desk, agreement, months, doctor, code="", days=0):
    until = add_months(TODAY, months) + timedelta(days=days)
    return desk.banned(agreement, "person", doctor, until, code)


@pytest.mark.only_text("qinghai", reason="two articles that stop persons; the next test has one of each text")
@pytest.mark.parametrize("code, months, days, allowed", [
    pytest.param("QH-65-06", 3, -1, True, marks=pytest.mark.rule("Q65.3")),
    pytest.param("QH-65-06", 3, -2, False, marks=pytest.mark.rule("Q65.3")),
    pytest.param("QH-65-06", 6, 0, True, marks=pytest.mark.rule("Q65.3")),
    pytest.param("QH-65-06", 6, 1, False, marks=pytest.mark.rule("Q65.3")),
    pytest.param("QH-66-03", 6, -1, True, marks=pytest.mark.rule("Q66.2")),
    pytest.param("QH-66-03", 12, 0, True, marks=pytest.mark.rule("Q66.2")),
    pytest.param("QH-66-03", 12, 1, False, marks=pytest.mark.rule("Q66.2")),
])  # fmt: skip
def test_a_person_is_stopped_within_the_articles_months(desk, doctor, code, months, days, allowed):
    agreement = desk.signed()
    if allowed:
        agreement = ban(desk, agreement, months, doctor, code, days)
        assert (agreement.status, agreement.service_bans.get().who) == (Status.ACTIVE, "林一")
    else:
        with pytest.raises(RuleBroken, match="止期应在"):
            ban(desk, agreement, months, doctor, code, days)


@pytest.mark.rule("Q65.3", "S22.2")
@pytest.mark.parametrize("edge, days", [("first", -1), ("first", 0), ("last", 0), ("last", 1)])
def test_a_person_is_stopped_between_the_first_and_the_last_month(desk, doctor, edge, days):
    agreement = desk.signed()
    term = desk.terms.person_stop[desk.own_item(desk.person_item)[2]]
    months, slack = (term.min_months, term.slack_days) if edge == "first" else (term.max_months, 0)
    if days:
        with pytest.raises(RuleBroken, match="止期应在"):
            ban(desk, agreement, months, doctor, days=days - slack)
    else:
        agreement = ban(desk, agreement, months, doctor, days=-slack)
        assert (agreement.status, agreement.service_bans.get().who) == (Status.ACTIVE, "林一")


@pytest.mark.rule("Q81.1")
def test_a_stop_whose_decision_does_not_stand_is_lifted_by_three_people(desk, doctor):
    months = desk.terms.person_stop[desk.own_item(desk.person_item)[2]].max_months
    agreement = ban(desk, desk.signed(), months, doctor)
    lifted = {"ban": agreement.service_bans.get(), "reason": "行政复议撤销原处理", "on": TODAY}
    with pytest.raises(RuleBroken, match="须由经办提请、复核审核后，由负责人决定"):
        perform(agreement.lift_ban, by=desk.leader, **lifted)
    assert bans_on(TODAY).exists()
    agreement = desk.decided(agreement, "lift_ban", **lifted)
    one = agreement.service_bans.get()
    assert not bans_on(TODAY).exists() and (one.lifted_on, one.until > TODAY) == (TODAY, True)
    with pytest.raises(RuleBroken, match="没有正在停止的人员、科室或项目"):
        desk.decided(agreement, "lift_ban", **lifted)


@pytest.mark.rule("Q81.1")
def test_a_stop_is_lifted_through_its_page(desk, doctor, client):
    months = desk.terms.person_stop[desk.own_item(desk.person_item)[2]].max_months
    agreement = ban(desk, desk.signed(), months, doctor)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("agreement-act", args=[agreement.number, "lift-ban"])
    facts = {"ban": agreement.service_bans.get().pk, "reason": "判决撤销", "on": TODAY.isoformat()}
    assert client.post(url, facts).status_code == 302
    assert agreement.proposals.get(status="proposed").act == "lift_ban"


def test_the_page_shows_the_three_stops_apart(desk, doctor, client):
    agreement = ban(desk, held(desk, desk.suspended()), 4, doctor)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(agreement.get_absolute_url()).content.decode()
    for words in ("依申请中止", "暂停拨付", "人员停止服务", "林一"):
        assert words in page
