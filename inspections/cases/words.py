"""What a handling says, in words: the same sentences in the notice, the decision and on the page (第六十三条至第六十七条)."""

from agreements.models import ServiceBan

from .money import in_yuan
from .plan import extra_by_item, item_that_gives


def day_in_words(day):
    return f"{day:%Y年%-m月%-d日}"


def measures_in_words(plan, case):
    """One sentence for each measure, each with its ground."""
    return [sentence for make in (_interview, _money, _stops, _whole) for sentence in make(plan, case)]


def _interview(plan, case):
    if plan.interview:
        yield "约谈你单位法定代表人、主要负责人或者实际控制人。"
    if plan.rectify_by:
        yield f"限期整改，期限至{day_in_words(plan.rectify_by)}。"
    if plan.hold:
        yield f"自{day_in_words(plan.on)}起暂停拨付医保费用，整改到位后，暂停期间符合规定的费用予以支付。"
    if plan.check_hold:
        held = "补付" if plan.check_hold == "paid" else "不予支付"
        yield f"检查期间暂停拨付的费用，{held}。"


def _money(plan, case):
    if plan.refuse:
        yield f"对违规费用{in_yuan(plan.refuse)}不予支付{_by_item(plan, 'refuse')}。"
    if plan.recover:
        yield f"追回违规费用{in_yuan(plan.recover)}{_by_item(plan, 'recover')}。"
    if extra := extra_by_item(plan, case):
        terms, more = case.agreement.terms.refund, sum(amount for _, amount in extra)
        yield f"违规费用加倍追回，除本数外另缴{in_yuan(more)}（{terms.article}）。"
    if plan.damages:
        yield f"要求支付违约金{in_yuan(plan.damages)}{_by_item(plan, 'damages')}。"


def _by_item(plan, name):
    parts = plan.by_item(name)
    if len(parts) < 2:
        return ""
    return f"（{'、'.join(f'第{order}项{in_yuan(amount)}' for order, amount in parts)}）"


def _stops(plan, case):
    people = case.agreement.institution
    if plan.criticism:
        yield f"给予通报批评（{item_that_gives(case, 'criticism', plan.on).ground}）。"
    if plan.warned:
        named = "、".join(map(str, people.staff_members.filter(pk__in=plan.warned)))
        yield f"对{named}处以警告（{item_that_gives(case, 'warning', plan.on).ground}）。"
    for ban in plan.bans:
        found = {"person": people.staff_members, "department": people.departments}.get(ban.scope)
        who = found.get(pk=ban.target) if found else ban.service
        span, when = f"自{day_in_words(plan.on)}起", "此后"
        if ban.until != ServiceBan.NO_END:
            span, when = f"{span}至{day_in_words(ban.until)}止", "期间"
        yield f"{span}，停止{who}的医保服务，{when}费用不予结算（{_ground(case, ban.item)}）。"


def _whole(plan, case):
    if not plan.whole:
        return
    ground = _ground(case, plan.item)
    if plan.whole == "rescind":
        yield f"自{day_in_words(plan.on)}起解除医保协议，并向社会公布（{ground}）。"
    else:
        span = f"自{day_in_words(plan.on)}起至{day_in_words(plan.until)}止"
        yield f"{span}，中止医保协议，并向社会公布（{ground}）。"


def _ground(case, order):
    """What was proposed once and came to nothing may rest on an item that was removed since."""
    item = case.items.filter(order=order).first()
    return item.ground if item else "所依情形已撤去"
