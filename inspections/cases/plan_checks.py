"""The rules of what a case may be handled with: measures, amounts, stops, the cap, by the article of each item (第六十三条至第六十七条)."""

from agreements.edition_text import chinese_number
from agreements.gate import rule
from agreements.models import ServiceBan

from .money import in_yuan
from .plan import LABELS, WHOLE_CASE, allowed, check_holds, refundable


@rule("第六十三条至第六十七条", "{what}")
def plan_is_allowed(case, plan):
    """Every measure must be given by the article of at least one item; and what it takes must be written."""
    wrong = wrong_with(case, plan)
    return not wrong or {"what": wrong}


def wrong_with(case, plan):
    """The first thing about a plan that the text does not allow, as a sentence; "" when nothing is."""
    articles = {item.weighs_as for item in case.items.all()}
    for measure in plan.measures:
        if not any(allowed(case.agreement, measure, article, plan.on) for article in articles):
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
        if amount and not allowed(item.agreement, name, item.weighs_as):
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
        if ban.item not in orders or not allowed(case.agreement, "ban", orders[ban.item].weighs_as):
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
        plan.item not in orders or not allowed(case.agreement, plan.whole, orders[plan.item].weighs_as)
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


@rule("第六十三条", "本案所依条款没有约谈的措施")
def interview_is_allowed(case):
    return any(allowed(case.agreement, "interview", item.weighs_as) for item in case.items.all())


@rule(
    "第六十五条至第六十七条",
    "违约金{amount}超过上限{cap}（各项按所依条款分别计算后相加）。原则上不超过；确要超过的，由负责人写明理由并附材料",
)
def damages_are_within_the_cap(handling, override_reason, override_files, on):
    plan, cap = handling.typed_plan, handling.cap_on(on)
    if plan.damages <= cap or (override_reason.strip() and override_files):
        return True
    return {"amount": in_yuan(plan.damages), "cap": in_yuan(cap)}


@rule("第六十五条至第六十七条", "违约金没有超过上限，不用写明例外")
def override_is_needed(handling, override_reason, on):
    return not override_reason.strip() or handling.typed_plan.damages > handling.cap_on(on)
