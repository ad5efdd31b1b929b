"""每一种措施与每一条：文本给的可以采取，没有给的拒绝（第六十三条至第六十七条）。"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.clocks.deadlines import add_months
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, ServiceBan
from inspections.cases import plan_checks
from inspections.cases.plan import AMOUNTS, LABELS, WHOLE_CASE, Ban, Plan, Share, allowed

from ..desk import TODAY
from .case_desk import AFTER, ITEM, collective, plan

pytestmark = pytest.mark.each_text

MONEY = {"refuse", "recover", "doubled", "criticism", "rectification"}
SHANGHAI = [MONEY, MONEY | {"ban", "suspend", "rescind"}, {"warning", "ban"}]
# {text: {article: its measures}}; of the reference text as in section 3.1 of the catalogue.
GIVEN = {
    "qinghai-2025": {
        63: {"interview", "rectification"},
        64: {"hold", "rectification"},
        65: {"refuse", "recover", "damages", "ban"},
        66: {"refuse", "recover", "damages", "ban", "suspend", "rectification"},
        67: {"refuse", "recover", "damages", "ban", "rescind"},
    },
    "shanghai-secondary": dict(zip((20, 21, 22), SHANGHAI, strict=True)),
    "shanghai-primary": dict(zip((22, 23, 24), SHANGHAI, strict=True)),
    "yunling": {5: {"refuse", "recover", "damages", "ban", "rectification"}, 6: {"suspend", "rescind"}},
}
# {text: {article: for how many months it stops a person or a department at the least and at the most}}
MONTHS = {
    "qinghai-2025": {65: (3, 6), 66: (6, 12)},
    "shanghai-secondary": {21: (3, 12), 22: (3, 12)},
    "shanghai-primary": {23: (3, 12), 24: (3, 12)},
    "yunling": {5: (1, 2)},
}


def item_of(desk, article):
    """An item of this article that stands alone for its act."""
    items = desk.breaches.items.values()
    code = next(one.code for one in items if one.article == article and not one.overlaps)
    severe = desk.severe(article)
    told = {"severity": severe, "severity_reason": "造成重大影响"} if severe else {}
    return {"item": code, "part": "", "weighs_as": article, **told}


def stopped_by(desk, article):
    """Whom the article stops first, and of how many months."""
    scope = "department" if "department" in desk.breaches.measures[article].stoppable else "person"
    return scope, desk.terms.person_stop.get(article)


def plan_with(measure, article, desk):
    base = Plan(on=TODAY, reason="查实")
    one = Decimal(1)
    scope, stop = stopped_by(desk, article)
    until = add_months(TODAY, stop.max_months) if stop else ServiceBan.NO_END
    suspended = TODAY + timedelta(desk.stop_days)
    return {
        "interview": replace(base, interview=True),
        "rectification": replace(base, rectify_by=TODAY + timedelta(30)),
        "hold": replace(base, hold=True, rectify_by=TODAY + timedelta(30)),
        **{name: replace(base, shares=(Share(1, **{name: one}),)) for name in AMOUNTS},
        "doubled": replace(base, shares=(Share(1, recover=one),), doubled=True),
        "criticism": replace(base, criticism=True),
        "warning": replace(base, warned=(1,)),
        "ban": replace(base, bans=(Ban(scope, 1, 1, until),)),
        "suspend": replace(base, whole="suspend", item=1, until=suspended, aftercare=AFTER),
        "rescind": replace(base, whole="rescind", item=1, aftercare=AFTER),
    }[measure]  # fmt: skip


@pytest.mark.rule("Q63.1")
@pytest.mark.rule("Q64.1")
@pytest.mark.rule("Q65.1")
@pytest.mark.rule("Q66.1")
@pytest.mark.rule("Q67.1")
@pytest.mark.parametrize("measure", LABELS)
def test_an_article_gives_only_its_own_measures(edition, measure):
    for article, given in GIVEN[edition.code].items():
        assert allowed(Agreement(edition=edition), measure, article) == (measure in given), article


@pytest.mark.parametrize("measure", LABELS)
def test_the_door_refuses_a_measure_that_the_article_does_not_give(people, measure):
    desk, agreement = people.desk, people.desk.signed()
    for article, given in GIVEN[desk.edition.code].items():
        case = people.investigating(agreement, items=[item_of(desk, article)])
        wanted = plan_with(measure, article, desk)
        why = plan_checks.wrong_with(case, wanted)
        if measure in given:
            assert why == "", (article, why)
            continue
        assert why, article
        with pytest.raises(RuleBroken, match="没有|须依据"):
            perform(case.plan_handling, by=desk.clerk, plan=wanted)


@pytest.mark.only_text("qinghai", reason="no item weighs more in the other texts (第六十五条)")
@pytest.mark.rule("Q65.1")
@pytest.mark.parametrize(
    "item, heavier, word, right",
    [
        ("QH-63-02", 65, "社会影响较大", True),
        ("QH-63-02", 65, "性质恶劣", False),
        ("QH-63-02", 66, "社会影响较大", False),
        ("QH-65-06", 66, "以骗取医疗保障基金支出为目的", True),
        ("QH-65-06", 67, "性质恶劣", True),
        ("QH-65-06", 64, "造成社会影响较大", False),
        ("QH-65-06", 66, "", False),
        ("QH-65-06", 65, "社会影响较大", False),
    ],
)
def test_an_item_weighs_more_only_with_a_word_of_the_heavier_article(people, item, heavier, word, right):
    facts = {"item": item, "part": "", "weighs_as": heavier, "severity": word, "severity_reason": "损失较大"}
    if right:
        assert people.investigating(items=[facts]).items.get().severity == word
    else:
        with pytest.raises(RuleBroken, match="升格"):
            people.investigating(items=[facts])


@pytest.mark.rule("Q65.1")
def test_a_word_without_its_reason_does_not_escalate(people):
    facts = {"weighs_as": 66, "severity": "社会影响较大", "severity_reason": " "}
    with pytest.raises(RuleBroken, match="升格"):
        people.investigating(items=[facts])


@pytest.mark.only_text("qinghai", reason="no other catalogue has two items for one act")
def test_overlapping_items_want_a_reason_for_the_choice(people):
    case, item = people.investigating(items=()), {**ITEM, "item": "QH-65-10", "part": "a"}
    with pytest.raises(RuleBroken, match=people.desk.words("同一行为另有条款：第六十六条（七）")):
        perform(case.add_item, by=people.desk.clerk, **item)
    reason = {"overlap_reason": "未造成重大风险"}
    assert perform(case.add_item, by=people.desk.clerk, **{**item, **reason}).items.exists()


def test_an_item_against_the_agency_is_no_breach_of_the_hospital(people):
    with pytest.raises(RuleBroken, match="不是乙方的违约情形"):
        people.investigating(items=[{"item": "QH-62-01", "part": "", "weighs_as": 62}])


@pytest.mark.rule("Q65.3")
@pytest.mark.rule("Q66.2")
def test_both_ways_of_counting_the_last_day_of_a_ban_pass(people):
    desk, agreement = people.desk, people.desk.signed()
    for article, (least, most) in MONTHS[desk.edition.code].items():
        scope, stop = stopped_by(desk, article)
        case = people.investigating(agreement, items=[item_of(desk, article)])
        slack, day = timedelta(stop.slack_days), timedelta(1)
        first, last = add_months(TODAY, least), add_months(TODAY, most)
        right = [first - slack, first, last - slack, last]
        for until in (*right, first - slack - day, last + day):
            stopped = Plan(on=TODAY, reason="查实", bans=(Ban(scope, 1, 1, until),))
            assert (plan_checks.wrong_with(case, stopped) == "") == (until in right), (article, until)


@pytest.mark.only_text("qinghai", reason="no other text stops a person by rescission (第六十七条)")
@pytest.mark.rule("Q67.2")
def test_a_rescission_carried_out_on_a_person_has_no_end_and_leaves_the_agreement(people):
    doctor = people.desk.hospital.staff_members.create(code="D630105000001", name="马晓东", kind="physician")
    items = [{"item": "QH-67-02", "part": "", "weighs_as": 67, "staff": doctor}]
    case = people.investigating(items=items)
    for_a_year = Plan(on=TODAY, reason="查实", bans=(Ban("person", doctor.pk, 1, add_months(TODAY, 12)),))
    with pytest.raises(RuleBroken, match="没有止期"):
        perform(case.plan_handling, by=people.desk.clerk, plan=for_a_year)
    wanted = plan(damages=Decimal(0), bans=(Ban("person", doctor.pk, 1, ServiceBan.NO_END),))
    with pytest.raises(RuleBroken, match=people.desk.words("会议纪要.*第六十七条")):
        people.decided(decided=wanted, agreement=case.agreement, items=items)
    case = people.decided(decided=wanted, agreement=case.agreement, items=items, **collective())
    stop = case.agreement.service_bans.get()
    assert not stop.has_end and stop.is_open_on(add_months(TODAY, 24)) and stop.article == "第六十七条（二）"
    assert people.agreement(case).status == "active"


@pytest.mark.rule("Q65.1")
def test_no_more_is_recovered_than_the_fees_of_the_case(people):
    case = people.investigating()
    for item, whose in ((1, "这一项的"), (WHOLE_CASE, "本案")):
        over = Share(item, recover=Decimal("100000"), refuse=Decimal("20000.01"))
        with pytest.raises(RuleBroken, match=f"多于{whose}违规费用120,000.00元"):
            perform(
                case.plan_handling, by=people.desk.clerk, plan=Plan(on=TODAY, reason="查实", shares=(over,))
            )


@pytest.mark.rule("Q64.1")
def test_a_hold_needs_a_day_by_which_to_rectify(people):
    case = people.investigating(items=[{"item": "QH-64-05", "part": "", "weighs_as": 64, "amount": 0}])
    with pytest.raises(RuleBroken, match="限期整改须写明期限"):
        perform(case.plan_handling, by=people.desk.clerk, plan=Plan(on=TODAY, reason="查实", hold=True))
