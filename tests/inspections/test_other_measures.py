"""第十七条至第二十二条（上海）：十日申辩、加倍追回、通报批评、警告，项目、科室、人员三个月至一年。"""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from agreements.breaches import read_breaches
from agreements.clocks.deadlines import add_months, due
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from agreements.renewals.extending import stands_against
from agreements.terms import read_terms
from inspections.cases import actions as cases
from inspections.cases.plan import Ban, Plan, Share
from institutions.models import StaffMember
from institutions.workdays import calendar_for

from .. import shanghai
from ..conftest import facts
from ..desk import AFTER, TODAY
from .case_desk import CaseDesk, collective

PRICES = {
    "item": "SH-20-02",
    "part": "",
    "weighs_as": 20,
    "facts": "超标准收取床位费",
    "amount": Decimal("100.10"),
}
FORGED = {"item": "SH-21-06", "part": "", "weighs_as": 21, "facts": "虚假检查报告", "amount": Decimal(8_000)}
ABUSE = {"item": "SH-22-01", "part": "", "weighs_as": 22, "facts": "无指征检查", "amount": Decimal(0)}
UNTIL = add_months(TODAY, 6)


@pytest.fixture
def shanghai_desk(quick_print, tmp_path, db):
    return shanghai.people(tmp_path / "editions", facts("浦东临港医院", 7))


@pytest.fixture
def agreement(shanghai_desk):
    return shanghai_desk.signed()


@pytest.fixture
def case_desk(shanghai_desk):
    return CaseDesk(shanghai_desk)


@pytest.fixture
def doctor(shanghai_desk):
    return StaffMember.objects.create(
        institution=shanghai_desk.hospital,
        code="D310115000001",
        name="陶春山",
        kind=StaffMember.Kind.PHYSICIAN,
    )


def measures(**changed):
    return Plan(**{"on": TODAY, "reason": "查实违规收费", **changed})


def refused(case_desk, items, plan):
    case = case_desk.investigating(items=items)
    with pytest.raises(RuleBroken) as why:
        perform(case.plan_handling, by=case_desk.desk.clerk, plan=plan)
    return str(why.value)


@pytest.mark.rule("S19.2")
@pytest.mark.rule("S20.1")
def test_fees_are_recovered_twice_in_all_base_and_extra_apart(case_desk):
    wanted = measures(shares=(Share(1, recover=Decimal("100.10")),), doubled=True)
    case = case_desk.decided(items=[PRICES], intended=wanted)
    owed = {one.kind: one.amount for one in case.recoveries.all()}
    assert owed == {"fees": Decimal("100.10"), "extra": Decimal("100.10")}
    assert "除本数外另缴100.10元（第十九条）" in "".join(case.decision_paper.snapshot["paragraphs"])


@pytest.mark.rule("S20.1")
@pytest.mark.rule("S25.2")
def test_a_criticism_blocks_the_extension_from_the_day_of_its_receipt(case_desk, agreement):
    case = case_desk.decided(agreement=agreement, items=[PRICES], intended=measures(criticism=True))
    sanction = case.agreement.sanctions.get()
    assert (sanction.kind, sanction.article, sanction.served_on) == ("criticism", "第二十条第2项", None)
    case_desk.received(sanction.paper)
    sanction.refresh_from_db()
    assert sanction.served_on == TODAY
    assert "不再自动延长（第二十五条）" in sanction.paper.snapshot["paragraphs"][-1]
    assert "期满不再自动延长" in stands_against(agreement)


@pytest.mark.rule("S22.1")
@pytest.mark.rule("S22.2")
def test_a_person_is_warned_and_not_settled_for_three_months_to_a_year(case_desk, doctor):
    ban = Ban("person", doctor.pk, 1, UNTIL)
    case = case_desk.decided(items=[ABUSE], intended=measures(warned=(doctor.pk,), bans=(ban,)))
    assert [one.staff for one in case.warnings.all()] == [doctor]
    stopped = case.agreement.service_bans.get()
    assert (stopped.started_on, stopped.until, stopped.article) == (TODAY, UNTIL, "第二十二条第1项")
    assert Agreement.objects.get(pk=case.agreement_id).status == Status.ACTIVE


@pytest.mark.rule("S21.2")
@pytest.mark.parametrize("months, fits", [(2, False), (3, True), (12, True), (13, False)])
def test_a_service_item_is_not_settled_for_three_months_to_a_year(case_desk, months, fits):
    wanted = measures(bans=(Ban("service", 0, 1, add_months(TODAY, months), "核磁共振"),))
    if fits:
        case = case_desk.decided(items=[FORGED], intended=wanted)
        assert case.agreement.service_bans.get().service == "核磁共振"
    else:
        assert "止期应在" in refused(case_desk, [FORGED], wanted)


@pytest.mark.rule("S21.2")
def test_persons_are_stopped_by_their_own_article_only(case_desk, doctor):
    why = refused(case_desk, [FORGED], measures(bans=(Ban("person", doctor.pk, 1, UNTIL),)))
    assert "第二十一条不停止人员的服务" in why


@pytest.mark.rule("S21.3")
def test_the_whole_agreement_is_touched_only_where_it_is_serious(case_desk):
    wanted = measures(whole="suspend", item=1, until=UNTIL, aftercare=AFTER)
    assert "第二十一条情节严重的才能中止或解除" in refused(case_desk, [FORGED], wanted)


@pytest.mark.rule("S21.3")
@pytest.mark.parametrize("whole, status", [("suspend", Status.SUSPENDED), ("rescind", Status.RESCINDED)])
def test_what_is_serious_is_suspended_or_rescinded(case_desk, whole, status):
    serious = FORGED | {"severity": "情节严重", "severity_reason": "多次、金额大"}
    until = UNTIL if whole == "suspend" else None
    wanted = measures(whole=whole, item=1, until=until, aftercare=AFTER)
    more = collective() if whole == "rescind" else {}
    case = case_desk.decided(items=[serious], intended=wanted, **more)
    changed = Agreement.objects.get(pk=case.agreement_id)
    assert changed.status == status
    assert not changed.aftercare_plans.exists()  # the text asks for none


@pytest.mark.rule("S20.1")
@pytest.mark.parametrize(
    "wanted, word",
    [
        (measures(interview=True), "约谈"), (measures(shares=(Share(1, damages=Decimal(1)),)), "违约金"),
        (measures(warned=(1,)), "警告"), (measures(whole="suspend", item=1, until=UNTIL), "中止协议"),
    ],
)  # fmt: skip
def test_what_the_article_does_not_give_is_refused(case_desk, wanted, word):
    assert f"没有“{word}”的措施" in refused(case_desk, [PRICES], wanted)


@pytest.mark.rule("S20.1")
def test_an_item_whose_wording_is_lost_is_no_ground(settings):
    """Every item of the 一级 text is lost; of the 二级 text three are."""
    folder = settings.EDITIONS_DIR
    primary, secondary = (
        read_breaches((folder / f"shanghai-{name}" / "breaches.toml").read_text())
        for name in ("primary", "secondary")
    )
    assert all(one.lost for one in primary.items.values())
    assert [one.code for one in secondary.items.values() if one.lost] == ["SH-20-01", "SH-21-03", "SH-21-04"]
    assert not any(secondary.allows("rescind", one, "") for one in secondary.items.values() if one.lost)


@pytest.mark.rule("S17.3")
def test_the_hospital_has_ten_days_and_nothing_is_decided_before(case_desk):
    case = case_desk.hearing(items=[PRICES], intended=measures(criticism=True))
    assert case.defence_ends_on == due(case.agreement.terms.deadlines["T-50"], TODAY, calendar_for(None)).day
    assert (case.defence_ends_on - TODAY).days >= 10
    with pytest.raises(RuleBroken, match=r"陈述、申辩期到.*（第十七条）"):
        cases.propose(
            case, by=case_desk.desk.clerk, outcome="handle", plan=measures(criticism=True), on=TODAY
        )


@pytest.mark.rule("S17.3")
def test_ten_days_that_end_on_a_holiday_end_after_it(settings, db):
    """E13."""
    call_command("load_calendar", verbosity=0)
    source = (settings.EDITIONS_DIR / "shanghai-secondary" / "terms.toml").read_text()
    found = due(read_terms(source).deadlines["T-50"], date(2026, 9, 22), calendar_for(None))
    assert found.day == date(2026, 10, 8)


@pytest.mark.rule("S20.1")
def test_the_notice_gives_ten_days_in_its_own_words(case_desk):
    case = case_desk.notified(items=[PRICES], intended=measures(criticism=True))
    said = "".join(case.notice_paper.snapshot["paragraphs"])
    assert "10日内" in said and "第十七条" in said and "通报批评（第二十条第2项）" in said
