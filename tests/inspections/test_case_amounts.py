"""金额逐项：不予支付、追回、违约金各按所依的条款（第六十条、第六十五条至第六十七条，AMB-16）。"""

from decimal import Decimal

import pytest

from agreements.edition_text import chinese_number
from agreements.gate import RuleBroken, perform
from inspections.cases.plan import WHOLE_CASE, Plan, Share
from inspections.cases.plan_forms import PlanForm
from inspections.cases.words import measures_in_words

from ..desk import TODAY
from .case_desk import plan

pytestmark = pytest.mark.each_text

MIXED = [
    {"amount": Decimal(80_000)},
    {"item": "QH-67-02", "part": "", "weighs_as": 67, "amount": Decimal(40_000)},
    {"item": "QH-63-11", "part": "b", "weighs_as": 63, "amount": Decimal(0)},
]
SHARES = (
    Share(1, refuse=Decimal(30_000), recover=Decimal(50_000), damages=Decimal(8_000)),
    Share(2, recover=Decimal(40_000), damages=Decimal(12_000)),
)


def mixed(people):
    """Two items that bear money, and one that bears none."""
    items = [{"amount": Decimal(80_000)}]
    for code, amount in ((people.desk.second_item, 40_000), (people.desk.moneyless_item, 0)):
        _, _, article = people.desk.own_item(code)
        items.append({"item": code, "part": "", "weighs_as": article, "amount": Decimal(amount)})
    return items


@pytest.fixture
def decided(people):
    return people.decided(decided=plan(shares=SHARES), items=MIXED)


def table(paper):
    return paper.snapshot["table"]


@pytest.mark.rule("Q65.1")
def test_the_notice_and_the_decision_tell_what_is_taken_for_each_finding(decided):
    for paper in (decided.notice_paper, decided.decision_paper):
        assert table(paper)["head"] == [
            "序号",
            "违约情形",
            "事实",
            "违规费用",
            "不予支付",
            "追回费用",
            "违约金",
        ]
        assert [row[3:] for row in table(paper)["rows"]] == [
            ["80,000.00元", "30,000.00元", "50,000.00元", "8,000.00元"],
            ["40,000.00元", "", "40,000.00元", "12,000.00元"],
            ["0.00元", "", "", ""],
            ["120,000.00元", "30,000.00元", "90,000.00元", "20,000.00元"],
        ]


@pytest.mark.rule("Q60.1", "Q65.1")
def test_each_finding_owes_its_fees_and_its_damages(decided):
    owed = [(one.order, one.kind, one.amount) for one in decided.recoveries.all()]
    # Refunds before 违约金, whichever finding they are of.
    assert owed == [(1, "fees", 50_000), (2, "fees", 40_000), (1, "damages", 8_000), (2, "damages", 12_000)]
    assert decided.recoveries.get(order=2, kind="fees").label == "第2项违规费用40,000.00元"
    rows = table(decided.demand_paper)["rows"]
    assert [row[1:] for row in rows] == [
        ["违规费用", "50,000.00元"], ["违约金", "8,000.00元"], ["违规费用", "40,000.00元"], ["违约金", "12,000.00元"],
        ["", "110,000.00元"],
    ]  # fmt: skip
    assert rows[0][0].startswith("第六十五条（六）") and rows[2][0].startswith("第六十七条（二）")


@pytest.mark.rule("Q09.2", "Q42.1")
def test_fees_beyond_the_catalogue_are_not_paid_and_what_was_paid_is_returned(people):
    """第九条、第四十二条：what is not paid yet is refused and owes nothing; what was paid is demanded with its own day."""
    beyond = {"item": "QH-65-04", "part": "b", "facts": "超目录范围用药30例", "amount": Decimal(9_000)}
    share = Share(1, refuse=Decimal(2_000), recover=Decimal(7_000))
    case = people.decided(decided=plan(shares=(share,)), items=[beyond])
    words = "".join(case.decision_paper.snapshot["paragraphs"])
    assert "对违规费用2,000.00元不予支付。" in words and "追回违规费用7,000.00元。" in words
    owed = case.recoveries.get()
    assert (owed.kind, owed.amount, owed.paper) == ("fees", 7_000, case.demand_paper)
    code, letter, _ = people.desk.own_item("QH-65-04", "b")
    item, part = people.desk.breaches.find(code + letter)
    assert (part or item).label in owed.about
    people.received(case.demand_paper)
    assert case.recoveries.get().due_on > TODAY
    too_much = Share(1, refuse=Decimal(2_000), recover=Decimal("7000.01"))
    with pytest.raises(RuleBroken, match="多于这一项的违规费用9,000.00元"):
        other = people.investigating(people.agreement(case), items=[beyond])
        perform(other.plan_handling, by=people.desk.clerk, plan=plan(shares=(too_much,)))


@pytest.mark.rule("Q65.2", "Q67.4")
def test_the_cap_stays_on_the_sum(people):
    """AMB-16: 8,000 by 第六十五条 and 12,000 by 第六十七条; how they are spread over the findings is for a person."""
    spread = plan(shares=(Share(1, damages=Decimal(15_000)), Share(2, damages=Decimal(5_000))))
    handling = people.reviewed(decided=spread, items=MIXED)
    assert (handling.damages, handling.cap, handling.is_over_cap) == (20_000, 20_000, False)


@pytest.mark.rule("Q65.1")
@pytest.mark.parametrize("share, why", [
    (Share(3, recover=Decimal(1)), "第3项依第{article}条，没有“追回费用”的措施"),
    (Share(3, damages=Decimal(1)), "第3项依第{article}条，没有“违约金”的措施"),
    (Share(2, recover=Decimal("40000.01")), "第2项不予支付和追回合计40,000.01元，多于这一项的违规费用40,000.00元"),
    (Share(9, recover=Decimal(1)), "第9项不在本案所列情形内"),
    (Share(1, recover=Decimal(-1)), "没有选定任何处理措施|金额不能是负数"),
])  # fmt: skip
def test_no_finding_bears_what_its_own_article_does_not_give(people, share, why):
    case = people.investigating(items=mixed(people))
    article = chinese_number(case.items.get(order=3).weighs_as)
    if share.damages and not people.desk.damages:
        why = "没有“违约金”的措施，本案不能采取"  # no item of this text bears any
    with pytest.raises(RuleBroken, match=why.format(article=article)):
        perform(case.plan_handling, by=people.desk.clerk, plan=plan(shares=(share,)))


def test_the_form_asks_for_each_finding_what_its_article_gives(people):
    case, kinds = people.investigating(items=mixed(people)), ["refuse", "recover"]
    if people.desk.damages:
        kinds.append("damages")
    asked = [
        name for name in PlanForm(agreement=case.agreement, breach_case=case).fields if name[-1].isdigit()
    ]
    assert asked == [f"{kind}_{order}" for order in (1, 2) for kind in kinds]
    last = kinds[-1]
    sent = {"on": TODAY, "reason": "查实", "recover_1": "50000", "refuse_1": "30000", f"{last}_2": "12000"}
    form = PlanForm(sent, agreement=case.agreement, breach_case=case)
    assert form.is_valid(), form.errors
    first = Share(1, refuse=Decimal(30_000), recover=Decimal(50_000))
    assert form.details()["plan"].shares == (first, Share(2, **{last: Decimal(12_000)}))
    case = perform(case.plan_handling, by=people.desk.clerk, plan=form.details()["plan"])
    assert PlanForm(agreement=case.agreement, breach_case=case).initial["recover_1"] == 50_000


@pytest.mark.rule("Q65.1")
def test_the_page_tells_the_sum_and_what_each_finding_bears(people, decided, client):
    client.force_login(people.desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(decided.get_absolute_url()).content.decode()
    assert "追回违规费用90,000.00元（第1项50,000.00元、第2项40,000.00元）" in page
    assert "追回费用 50,000.00" in page and "违约金 12,000.00" in page


def test_a_plan_is_read_as_it_was_kept():
    wanted = plan(shares=SHARES)
    assert Plan.read(wanted.kept()) == wanted


@pytest.mark.only_text("qinghai", reason="plans of one sum were kept under the reference text alone")
@pytest.mark.rule("Q65.1")
def test_a_plan_of_one_sum_as_it_was_once_kept_is_still_read_and_carried_out(people):
    kept = plan(recover=Decimal(120_000), damages=Decimal(12_000)).kept()
    del kept["shares"]
    old = Plan.read(kept | {"refuse": "0.00", "recover": "120000.00", "damages": "12000.00"})
    assert old.shares == (Share(WHOLE_CASE, recover=Decimal(120_000), damages=Decimal(12_000)),)
    case = people.decided(decided=old)
    assert [(one.order, one.kind, one.about) for one in case.recoveries.all()] == [
        (0, "fees", ""),
        (0, "damages", ""),
    ]
    assert table(case.demand_paper)["rows"][0] == ["全案", "违规费用", "120,000.00元"]
    assert table(case.decision_paper)["rows"][-1][1:] == [
        "合计",
        "",
        "120,000.00元",
        "120,000.00元",
        "12,000.00元",
    ]
    assert "追回违规费用120,000.00元。" in measures_in_words(old, case)
    nothing = Plan.read(kept | {"refuse": "0.00", "recover": "0.00", "damages": "0.00"})
    assert nothing.shares == () and nothing.measures == []
