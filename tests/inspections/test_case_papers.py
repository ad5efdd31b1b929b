"""文书（规则表 7.1 的 D-03 至 D-14、D-24 至 D-28、D-32 至 D-34）：有文号、有验证码、封存，引所依的条文，一字不差。"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from agreements import daily
from agreements.citing import PRACTICE
from agreements.edition_text import chinese_number
from agreements.gate import perform
from agreements.models import Paper
from agreements.papers.printing import print_owed
from agreements.reports import actions as reports
from inspections.cases import actions as cases
from inspections.models import DeptNotification, Referral
from inspections.records.actions import file_record
from institutions.models import Role, User

from ..agreements.test_cascade import elsewhere  # noqa: F401
from ..conftest import PASSWORD
from ..desk import TODAY, upload
from .case_desk import collective, plan, rescinding, suspending
from .office import Office
from .test_case_offset import fees_of, offset
from .test_points import doctor, given  # noqa: F401

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]
SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]
TALK = [{"item": "QH-63-02", "part": "", "weighs_as": 63, "amount": Decimal(0)}]
HELD = [{"item": "QH-64-05", "part": "", "weighs_as": 64, "amount": Decimal(0)}]
GRAVE = [{"item": "QH-65-06", "weighs_as": 67, "severity": "性质恶劣", "severity_reason": "长期重复收费"}]
NONE = {"recover": Decimal(0), "damages": Decimal(0)}
SOON = TODAY + timedelta(days=30)


def whole(agreement, *purposes):
    """These papers are out, and each says by which articles, in the words of the text. Returns their snapshots."""
    text, found = agreement.edition.form.plain(), []
    for purpose in purposes:
        paper = Paper.objects.filter(agreement=agreement, purpose=purpose).latest("pk")
        if paper.status == "owed":  # in a test nothing is committed, so nothing was printed
            assert print_owed(paper), purpose
            paper.refresh_from_db()
        assert (paper.status, len(paper.sha256)) == ("issued", 64) and paper.number and paper.code, purpose
        assert Paper.objects.by_code(paper.code) == paper, purpose
        lines = [line for quote in paper.snapshot["quotes"] for line in quote["lines"]]
        assert lines and all(line in text for line in lines), purpose
        found.append(paper.snapshot)
    return found


def labels(desk, *articles):
    """These articles of the reference text as this one numbers them, without those that it does not have."""
    own = [label for one in articles for label in desk.words(one).split("、")]
    return [label for label in dict.fromkeys(own) if label != PRACTICE]


def article_of(desk, code="QH-65-06"):
    """The article of an item of the reference text, in this one."""
    return f"第{chinese_number(desk.own_item(code)[2])}条"


@pytest.mark.rule("Q57.3")
def test_d03_the_result_sheet(people, agency):
    whole(Office(people.desk, agency).signed().agreement, "result_sheet")


@pytest.mark.rule("Q63.1")
def test_d04_d05_the_interview_its_record_and_the_rectification(people):
    case = people.decided(decided=plan(interview=True, rectify_by=SOON, **NONE), items=TALK)
    words = {"persons": "祁雪原", "place": "三楼会议室", "at": timezone.now(), "matters": "未传送就诊信息"}
    interview = cases.call_interview(case, by=people.desk.clerk, on=TODAY, **words)
    held = {"present": "祁雪原、马青禾", "minutes": "承诺限期传送", "files": [upload("签名的记录.pdf")]}
    cases.hold_interview(interview, by=people.desk.clerk, on=TODAY, **held)
    whole(case.agreement, "interview_notice", "interview_record", "rectification_notice")


@pytest.mark.rule("Q64.1")
@pytest.mark.rule("Q64.2")
def test_d06_d07_the_hold_and_its_release(people):
    case = people.decided(decided=plan(hold=True, rectify_by=SOON, **NONE), items=HELD)
    one, files = case.rectifications.get(), [upload("整改.pdf")]
    one = cases.submit_rectification(
        one, by=people.desk.operator, report="已全部改到平台采购", files=files, on=TODAY
    )
    one = perform(one.check_once, by=people.desk.clerk, opinion="属实", on=TODAY)
    cases.accept_rectification(one, by=people.desk.leader, held_note="按原所属期补付", on=TODAY)
    whole(case.agreement, "hold_notice", "release_notice")


@pytest.mark.rule("Q60.1")
@pytest.mark.rule("Q60.2")
def test_d08_to_d10_and_d32_the_notice_the_decision_the_demand_and_the_offset(people, agency):
    finance = User.objects.create_user("finance", "金出纳", Role.FINANCE, PASSWORD, agency=agency)
    case = people.decided()
    people.received(case.demand_paper)
    daily.run(case.recoveries.first().due_on + timedelta(days=1))
    people.claimed(case.agreement, 30_000)
    item = offset(fees_of(case), finance)
    cases.confirm_payment(item.payments.get(), by=people.desk.leader, on=TODAY)
    notice, decision, *_ = whole(
        case.agreement,
        "intended_notice",
        "breach_decision",
        "payment_demand",
        "offset_notice",
    )
    own = article_of(people.desk)
    assert [one["label"] for one in notice["quotes"]] == [own, *labels(people.desk, "第六条")]
    item = people.desk.breaches.find(people.desk.own_item("QH-65-06")[0])[0]
    (quote,) = decision["quotes"]
    assert (quote["label"], len(quote["lines"])) == (own, 2), "the words that open the article, and the item"
    assert quote["lines"][1].endswith(item.text)


@pytest.mark.only_text(
    "qinghai", reason="no article on the service of papers in the other texts (第八十四条)"
)
@pytest.mark.rule("Q60.1")
def test_d11_the_receipt_of_a_demand(people):
    case = people.decided()
    people.received(case.demand_paper)
    whole(case.agreement, "delivery_receipt")


def stopping(desk):
    return suspending(days=desk.stop_days, **NONE)


@pytest.mark.only_text("qinghai", reason="no notice to put up in the other texts (第七十三条)")
@pytest.mark.rule("Q73.1")
def test_d13_the_notice_to_put_up(people):
    case = people.decided(decided=stopping(people.desk), items=SEVERE)
    whole(case.agreement, "display_notice")


@pytest.mark.rule("Q66.3")
def test_d12_d28_a_suspension_and_its_end(people):
    case = people.decided(decided=stopping(people.desk), items=SEVERE)
    whole(case.agreement, "suspension_notice")
    whole(people.desk.resumed(people.fresh(case).agreement), "resumption_notice")


@pytest.mark.rule("Q67.5")
def test_a_demand_to_put_right_threatens_with_an_end_only_where_the_text_does(people):
    wanted = suspending(days=people.desk.stop_days, rectify_by=SOON, **NONE)
    case = people.decided(decided=wanted, items=SEVERE)
    (notice,) = whole(case.agreement, "rectification_notice")
    threatened = any("可以解除医保协议" in line for line in notice["paragraphs"])
    assert threatened == bool(people.desk.terms.repeat_suspension)


@pytest.mark.only_text("qinghai", reason="no cascade in the other texts (第七十一条)")
@pytest.mark.rule("Q71.1")
def test_d27_a_suspension_elsewhere(people, elsewhere):  # noqa: F811
    home, other = people.desk.signed(), elsewhere[0].signed()
    people.decided(decided=stopping(people.desk), items=SEVERE, agreement=home)
    whole(other, "cascade_notice", "suspension_notice", "display_notice")


@pytest.mark.rule("Q67.2")
def test_d14_a_rescission(people):
    items = [
        {"item": "QH-67-04", "part": "", "weighs_as": 67, "amount": Decimal(0), "overlap_reason": "最切合"}
    ]
    case = people.decided(decided=rescinding(**NONE), items=items, **collective())
    decision, _ = whole(case.agreement, "breach_decision", "ending_notice")
    assert [one["label"] for one in decision["quotes"]] == [article_of(people.desk, "QH-67-04")]


@pytest.mark.only_text("qinghai", reason="no item weighs heavier than its own article in the other texts")
@pytest.mark.rule("Q67.2")
def test_d14_a_rescission_of_what_weighs_heavier_quotes_both_articles(people):
    case = people.decided(decided=rescinding(damages=Decimal(0)), items=GRAVE, **collective())
    decision, end = whole(case.agreement, "breach_decision", "ending_notice")
    assert [one["label"] for one in decision["quotes"]] == ["第六十五条", "第六十七条"]
    heavier = decision["quotes"][1]["lines"]
    assert (
        len(heavier) == 1
        and "解除医保协议" in heavier[0]
        and "第六十七条" in [one["label"] for one in end["quotes"]]
    )


@pytest.mark.rule("Q68.1")
def test_d24_the_points(people, doctor):  # noqa: F811
    agreement = people.desk.signed()
    given(people.desk, agreement, doctor, 3)
    whole(agreement, "points_notice")


@pytest.mark.rule("Q70.1")
@pytest.mark.rule("Q04.6")
def test_d25_d26_the_letters_quote_their_own_article_and_the_items_of_the_case(people):
    case = people.decided()
    for model, addressee in [(Referral, "西宁市医疗保障局"), (DeptNotification, "西宁市卫生健康委员会")]:
        facts = {"addressee": addressee, "matter": case.facts_in_words, "basis": ""}
        letter = file_record(model, case.agreement, by=people.desk.clerk, facts=facts, breach_case=case)
        perform(letter.send, by=people.desk.leader, on=TODAY)
    referral, notification = whole(case.agreement, "case_letter", "dept_letter")
    own = article_of(people.desk)
    expected = dict.fromkeys([*labels(people.desk, "第七十条"), own])
    assert [one["label"] for one in referral["quotes"]] == list(expected)
    item = people.desk.breaches.find(people.desk.own_item("QH-65-06")[0])[0]
    assert notification["quotes"][-1]["lines"][1].endswith(item.text)


@pytest.mark.rule("Q75.1")
def test_d33_the_self_check_and_its_exemption(people):
    agreement = people.desk.signed()
    facts = {
        "found_on": TODAY,
        "what": "重复收费",
        "item_code": "QH-65-06",
        "amount": Decimal(100),
        "returned_on": TODAY,
    }
    report = reports.file_self_check(
        agreement, by=people.desk.operator, facts=facts, files=[upload()], on=TODAY
    )
    perform(report.exempt, by=people.desk.leader, reason="检查之前主动报告", on=TODAY)
    whole(agreement, "self_check_report", "exemption_notice")


@pytest.mark.rule("Q05.9")
def test_d34_the_explanation(people):
    case = people.decided()
    case = perform(case.ask_explanation, by=people.desk.operator, question="违约金怎样计算", on=TODAY)
    asked = case.explanations.get()
    cases.explain(case, by=people.desk.clerk, explanation=asked, answer="按第六十五条计算", on=TODAY)
    (said,) = whole(case.agreement, "explanation")
    expected = dict.fromkeys([*labels(people.desk, "第五条"), article_of(people.desk)])
    assert [one["label"] for one in said["quotes"]] == list(expected)
