"""The rules of breach cases, each a sentence with its article (第六条、第六十条至第七十条、第七十五条)."""

from agreements.edition_text import chinese_number
from agreements.gate import rule
from agreements.models import ServiceBan

from .plan import Plan, heavier_than

# ── the clue and the items ──


@rule("办审分离", "登记线索的人不能自己立案，由负责人办理")
def not_who_opened_it(case, by):
    return case.opened_by_id != by.pk


@rule("第六十三条至第六十七条", "“{item}”不是乙方的违约情形。从违约情形目录里选")
def item_is_the_hospitals(case, item):
    try:
        found = case.agreement.edition.breaches.find(item)[0]
        return found.against == "institution" and not found.lost
    except LookupError:
        return False


@rule("第六十三条至第六十七条", "所选情形不能按第{heavier}条处理。按较重条款的，选明升格事由并写明理由")
def escalation_is_grounded(case, item, weighs_as, severity, severity_reason):
    breaches = case.agreement.edition.breaches
    own = breaches.find(item)[0].article
    row = breaches.measures.get(weighs_as)
    if weighs_as == own:
        return severity in ("", row.severe) or {"heavier": chinese_number(weighs_as)}
    grounded = row and own in row.escalated_from and severity in row.severity and severity_reason.strip()
    return bool(grounded) or {"heavier": chinese_number(weighs_as)}


@rule("第六十三条至第六十七条", "同一行为另有条款：{others}。写明为什么选用这一项")
def overlap_is_explained(case, item, overlap_reason):
    breach = case.agreement.edition.breaches.find(item)[0]
    return not breach.overlaps or bool(overlap_reason.strip()) or {"others": overlaps_in_words(case, breach)}


def overlaps_in_words(case, breach):
    items = case.agreement.edition.breaches.items
    return "、".join(f"{items[code].article_label}{items[code].label}" for code in breach.overlaps)


@rule("第六十五条", "科室、人员不属于本机构，核对后重选")
def people_are_the_hospitals(case, department, staff):
    own = case.agreement.institution_id
    return all(one is None or one.institution_id == own for one in (department, staff))


@rule("第六十五条至第六十七条", "违规费用不能是负数")
def amount_is_not_negative(case, amount):
    return amount >= 0


@rule("第六十三条至第六十七条", "写明查实的事实")
def facts_are_written(case, facts):
    return bool(facts.strip())


@rule("第六十三条至第六十七条", "这一条不在本案所列情形内")
def item_is_of_this_case(case, row):
    return row.breach_case_id == case.pk


@rule("第六十三条至第六十七条", "还没有写明违约情形。先列出查实的情形")
def something_is_established(case):
    return case.items.exists()


# ── the hearing ──


@rule("第六条", "还没有拟定处理意见。先拟定，再告知")
def handling_is_planned(case):
    return bool(case.intended)


@rule("办审分离", "拟定处理意见的人不能自己发出告知书，由另一人办理")
def not_who_planned_it(case, by):
    return case.planned_by_id != by.pk


@rule("第六条", "乙方的陈述、申辩还没有写明审议意见。先逐件写明")
def every_defence_is_considered(case):
    return not case.defences.filter(considered_on=None).exists()


@rule("第六条", "陈述、申辩期已于{thing.defence_ends_on}届满")
def window_is_open(case, on):
    return case.defence_ends_on is None or on <= case.defence_ends_on


@rule("第六条", "乙方已经书面放弃陈述、申辩")
def not_waived_yet(case):
    return case.waived_on is None


@rule("第六条", "没有写陈述、申辩的内容，也没有附件")
def defence_says_something(case, text, files):
    return bool(text.strip() or files)


@rule("第六条", "放弃陈述、申辩须有乙方签章的书面材料，上传后办理")
def waiver_is_in_writing(case, files):
    return bool(files)


@rule("第六条", "这一件陈述、申辩不属于本案，或已经写明审议意见")
def defence_awaits_an_answer(case, defence):
    return defence.breach_case_id == case.pk and defence.considered_on is None


# ── the decision ──


@rule("第六条", "处理比告知书写的重：{more}。退回调查，重新告知后再提请")
def no_heavier_than_notified(case, plan, outcome):
    if outcome != "handle":
        return True
    intended = Plan.read(case.intended) if case.intended else Plan(on=plan.on, reason="")
    more = heavier_than(intended, plan)
    return not more or {"more": "、".join(more)}


@rule("第六条", "处理自 {plan.on} 起，早于提请日 {on}。处理不能溯及提请以前，改为提请当日或以后")
def takes_no_effect_before_it_is_proposed(case, plan, on):
    return plan.on >= on


@rule("第六条", "还没有送达拟处理告知书，或陈述、申辩期到{last}24:00才届满。期满后再办，或由乙方书面放弃")
def hearing_is_done(case, outcome, on):
    """What is to be handled was heard; that nothing was found, or that it is exempt, needs no hearing."""
    if outcome != "handle" or case.waived_on or case.window_is_over(on):
        return True
    return {"last": case.window_ends}


@rule("第六条", "没有经过拟处理告知和陈述、申辩，不能作出处理。只能按不成立或自查免责提请")
def handling_was_heard(case, outcome):
    return outcome != "handle" or case.notified_on is not None


@rule("第六十七条", "解除处理须经集体讨论，附会议纪要并写明编号；执行到人员、科室的也一样")
def rescission_is_collective(case, plan, minutes, minutes_files):
    endless = any(ban.until == ServiceBan.NO_END for ban in plan.bans)
    return not (endless or plan.whole == "rescind") or bool(minutes.strip() and minutes_files)


@rule("第七十五条", "{why}")
def exemption_stands(case, outcome, report):
    if outcome != "exempt":
        return True
    why = why_not_exempt(case, report)
    return not why or {"why": why}


def why_not_exempt(case, report):
    """第七十五条：every item must be one that the hospital reported by itself and that the text exempts; never fraud."""
    if report is None or report.agreement_id != case.agreement_id:
        return "自查免责须有乙方的自查自纠报告"
    if not case.items.exists():
        return "还没有写明违约情形。先列出查实的情形"
    for item in case.items.all():
        if item.is_fraud:
            return f"{item.breach.article_label}属于骗取医保基金的行为，不适用免予处理"
        if item.item != report.item_code:
            return f"自查自纠报告没有报告{item.breach.article_label}{item.breach.label}"
    return "" if report.exempted_on else report.exemption().why


@rule("第六条", "还没有送达拟处理告知书，或陈述、申辩期到{last}24:00才届满。期满后再办，或由乙方书面放弃")
def window_of_the_case_is_over(handling, on):
    case = handling.breach_case
    if handling.outcome != "handle" or case.waived_on or case.window_is_over(on):
        return True
    return {"last": case.window_ends}


@rule("办审分离", "处理呈批还没有由负责人决定")
def handling_is_decided(case, handling, by):
    return handling.breach_case_id == case.pk and handling.is_decided_by(by)


@rule("第六十条至第六十七条", "还有没有办完的：{what}。办完后结案")
def nothing_is_left(case):
    left = case.left_to_do
    return not left or {"what": "、".join(left)}


@rule("第五条", "处理决定还没有作出，没有可以解释的")
def is_decided(case):
    return case.decided_on is not None


@rule("第五条", "写明要解释什么")
def question_is_written(case, question):
    return bool(question.strip())


@rule("第五条", "这一件不属于本案，或已经答复")
def question_is_open(case, explanation):
    return explanation.breach_case_id == case.pk and explanation.answered_on is None


@rule("办审分离", "处理呈批还没有办结")
def no_handling_is_open(case):
    return case.open_handling is None
