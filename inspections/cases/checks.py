"""The rules of breach cases, each a sentence with its article (第六条、第六十条至第七十条、第七十五条)."""

from django.utils.timezone import localdate

from agreements.edition_text import chinese_number
from agreements.gate import rule
from agreements.models import ServiceBan

from .money import in_yuan
from .plan import LABELS, WHOLE_CASE, Plan, allowed, check_holds, damages_cap, heavier_than, refundable

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


# ── the plan ──


@rule("第六十三条至第六十七条", "{what}")
def plan_is_allowed(case, plan):
    """Every measure must be given by the article of at least one item; and what it takes must be written."""
    wrong = wrong_with(case, plan)
    return not wrong or {"what": wrong}


def wrong_with(case, plan):
    """The first thing about a plan that the text does not allow, as a sentence; "" when nothing is."""
    articles = {item.weighs_as for item in case.items.all()}
    edition = case.agreement.edition
    for measure in plan.measures:
        if not any(allowed(edition, measure, article) for article in articles):
            named = "、".join(f"第{chinese_number(one)}条" for one in sorted(articles))
            return f"{named}没有“{LABELS[measure]}”的措施，本案不能采取"
    return _wrong_amounts(case, plan) or _wrong_objects(case, plan)


def _wrong_amounts(case, plan):
    most, items = refundable(case), {item.order: item for item in case.items.all()}
    for share in plan.shares:
        if min(share.amounts.values()) < 0:
            return "金额不能是负数"
        if share.item != WHOLE_CASE and (wrong := _wrong_share(items.get(share.item), share)):
            return wrong
    if plan.refuse + plan.recover > most:
        return f"不予支付和追回合计{in_yuan(plan.refuse + plan.recover)}，多于本案违规费用{in_yuan(most)}"
    return ""


def _wrong_share(item, share):
    """第六十五条：each amount by the article of its own item, and no more than the fees of that item."""
    if item is None:
        return f"第{share.item}项不在本案所列情形内"
    for name, amount in share.amounts.items():
        if amount and not allowed(item.agreement.edition, name, item.weighs_as):
            return f"第{share.item}项依第{chinese_number(item.weighs_as)}条，没有“{LABELS[name]}”的措施"
    taken = share.refuse + share.recover
    if taken > item.amount:
        return (
            f"第{share.item}项不予支付和追回合计{in_yuan(taken)}，多于这一项的违规费用{in_yuan(item.amount)}"
        )
    return ""


def _wrong_objects(case, plan):
    orders = {item.order: item for item in case.items.all()}
    for ban in plan.bans:
        if ban.item not in orders or not allowed(case.agreement.edition, "ban", orders[ban.item].weighs_as):
            return "停止人员、科室或项目服务，须依据有这一措施的条款的情形"
        row = case.agreement.edition.breaches.measures[orders[ban.item].weighs_as]
        if row.stops and ban.scope not in row.stops:
            return f"第{chinese_number(row.article)}条不停止{ServiceBan.Scope(ban.scope).label}的服务"
        if case.agreement.stops_without_end(orders[ban.item].weighs_as):
            if ban.until != ServiceBan.NO_END:
                return "解除处理执行到人员或科室的，没有止期，止期不填"
            continue
        first, last = case.agreement.ban_limits(orders[ban.item].weighs_as, plan.on)
        if not first <= ban.until <= last:
            return f"停止服务自{plan.on}起，止期应在{first}至{last}之间，填的是{ban.until}"
    if plan.whole and (
        plan.item not in orders
        or not allowed(case.agreement.edition, plan.whole, orders[plan.item].weighs_as)
    ):
        return f"“{LABELS[plan.whole]}”须依据可以采取这一措施的一项情形"
    if plan.whole and (wrong := _not_severe(case, orders[plan.item])):
        return wrong
    if plan.whole == "suspend" and plan.until is None:
        return "中止协议须写明止期"
    if plan.rectify_by and plan.rectify_by <= plan.on:
        return f"整改期限 {plan.rectify_by} 不晚于起日 {plan.on}"
    return ""


def _not_severe(case, item):
    """The word that the article wants before the whole agreement is touched, where the item does not have it."""
    word = case.agreement.edition.breaches.measures[item.weighs_as].severe
    if word and item.severity != word:
        return f"第{chinese_number(item.weighs_as)}条{word}的才能中止或解除。在这一项情形里选明并写明理由"
    return ""


@rule("第六十三条、第六十四条", "限期整改须写明期限")
def hold_has_a_rectification(case, plan):
    return not plan.hold or plan.rectify_by is not None


@rule("第六十三条至第六十七条", "没有选定任何处理措施。本案不成立的，按不成立提请")
def some_measure_is_taken(case, plan):
    return bool(plan.measures)


@rule("第六条", "还没有拟定处理意见。先拟定，再告知")
def handling_is_planned(case):
    return bool(case.intended)


# ── the hearing ──


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


@rule(
    "第六十五条至第六十七条",
    "违约金{amount}超过上限{cap}（各项按所依条款分别计算后相加）。原则上不超过；确要超过的，由负责人写明理由并附材料",
)
def damages_are_within_the_cap(handling, override_reason, override_files):
    plan, cap = handling.typed_plan, damages_cap(handling.breach_case)
    if plan.damages <= cap or (override_reason.strip() and override_files):
        return True
    return {"amount": in_yuan(plan.damages), "cap": in_yuan(cap)}


@rule("第六十五条至第六十七条", "违约金没有超过上限，不用写明例外")
def override_is_needed(handling, override_reason):
    plan = handling.typed_plan
    return not override_reason.strip() or plan.damages > damages_cap(handling.breach_case)


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


# ── interview, rectification, money ──


def why_not_mended(suspension):
    """第六十七条（一）：what was to be rectified while it is suspended and is not yet accepted. A sentence, or None."""
    waiting = suspension.rectifications.exclude(status__in=["accepted", "cancelled"]).first()
    if waiting is None:
        return None
    return f"中止期间的限期整改{waiting}现为“{waiting.get_status_display()}”，验收通过才能恢复履行；不整改或者整改不到位的，决定是否解除"


@rule("第六十三条", "约谈记录须写明内容，并上传签名的记录")
def minutes_are_signed(interview, minutes, files):
    return bool(minutes.strip() and files)


@rule("第六十三条", "约谈日期 {on} 早于通知日期 {thing.called_on}，核对日期")
def held_after_it_was_called(interview, on):
    return on >= interview.called_on


@rule("第六十三条", "整改报告须附整改材料和承诺书")
def report_has_files(rectification, files):
    return bool(files)


@rule("第六十三条", "整改报告须写明整改情况")
def report_is_written(rectification, report):
    return bool(report.strip())


@rule("第六十三条", "整改期限 {thing.due_on} 还没有过")
def is_past_due(rectification, on):
    return on > rectification.due_on


@rule("第六十三条", "新的整改期限 {due_on} 已经过去")
def due_day_is_ahead(rectification, due_on):
    return due_on >= localdate()


@rule("办审分离", "验收由两人办理，第一验收人不能自己复验，由另一人办理")
def not_the_first_checker(rectification, by):
    return rectification.checked_by_id != by.pk


@rule("第六十三条", "整改还没有经第一人验收")
def was_checked_once(rectification):
    return rectification.checked_by_id is not None


@rule("第六十三条", "整改已经第一人验收，等待另一人复验")
def not_checked_yet(rectification):
    return rectification.checked_by_id is None


@rule("办审分离", "拟定处理意见的人不能自己发出告知书，由另一人办理")
def not_who_planned_it(case, by):
    return case.planned_by_id != by.pk


@rule("第六条", "还没有送达拟处理告知书，或陈述、申辩期到{last}24:00才届满。期满后再办，或由乙方书面放弃")
def hearing_is_done(case, outcome, on):
    """What is to be handled was heard; that nothing was found, or that it is exempt, needs no hearing."""
    if outcome != "handle" or case.waived_on or case.window_is_over(on):
        return True
    return {"last": case.window_ends}


@rule("第六十三条至第六十七条", "{what}")
def proposed_plan_is_allowed(case, outcome, plan):
    if outcome != "handle":
        return not plan.measures or {"what": "不成立或自查免责的，不能同时采取处理措施"}
    if not plan.measures:
        return {"what": "没有选定任何处理措施。本案不成立的，按不成立提请"}
    wrong = wrong_with(case, plan)
    return not wrong or {"what": wrong}


@rule("第六十一条", "核查期间暂停拨付的费用没有写明怎样处理：补付，还是不予支付")
def held_payment_is_settled_if_any(case, plan):
    return bool(plan.check_hold) or not check_holds(case.agreement).exists()


@rule("办审分离", "处理呈批还没有办结")
def no_handling_is_open(case):
    return case.open_handling is None


@rule("第六十三条", "本案所依条款没有约谈的措施")
def interview_is_allowed(case):
    edition = case.agreement.edition
    return any(allowed(edition, "interview", item.weighs_as) for item in case.items.all())
