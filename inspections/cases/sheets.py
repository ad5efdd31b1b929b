"""What the papers of a breach case say (rules table 7.1: D-04 to D-10, D-34): each from facts, with its article."""

from dataclasses import replace

from django.utils.timezone import localdate, localtime

from agreements.deliveries.notice_sheets import cited, numbered, quotes
from agreements.edition_text import chinese_number
from agreements.papers.sheet import Sheet, day_in_words

from .funds import held_under
from .money import NOTHING, in_yuan
from .plan import AMOUNTS, LABELS, WHOLE_CASE
from .words import measures_in_words


def intended_notice(case):
    """D-08 拟处理告知书 (第六条（三）)."""
    agreement, plan = case.agreement, case.intended_plan
    paragraphs = [
        f"经调查，你单位在履行{_named(agreement)}中，有上列情形。我单位拟作如下处理：",
        *numbered(measures_in_words(plan, case)),
        f"依据服务协议{agreement.cite('第六条（三）')}，你单位有权陈述、申辩。自收到本告知书之日的次日起"
        f"{agreement.terms.defence.in_words}内，以书面向我单位提出，可以附证明材料；期满没有提出的，我单位可以作出决定。",
    ]
    articles = [*_grounds(case), *cited(agreement, "第六条（三）")]
    return _sheet(
        case,
        "拟处理告知书",
        paragraphs,
        table=items_table(case, plan),
        articles=articles,
        leads=_heavier(case),
    )


def decision_notice(case):
    """D-09 违约处理决定书 (第六十五条至第六十七条、第五条（九）): with its reasons, and what may be done against it."""
    agreement, handling = case.agreement, case.decision
    plan = handling.typed_plan
    considered = [
        f"你单位于{day_in_words(one.filed_on)}提出的陈述、申辩，{one.get_adopted_display()}。理由：{one.opinion}"
        for one in case.defences.all()
    ]
    heard = considered or [
        f"你单位于{day_in_words(case.waived_on)}书面放弃陈述、申辩。" if case.waived_on else "你单位在期限内没有提出陈述、申辩。"
    ]  # fmt: skip
    collective = [f"本决定经集体讨论（{handling.minutes}）。"] if handling.minutes else []
    paragraphs = [
        f"你单位在履行{_named(agreement)}中有上列情形。查实的事实和理由：{plan.reason.rstrip('。')}。",
        *heard,
        *collective,
        "依据服务协议，决定如下：",
        *numbered(measures_in_words(plan, case)),
        f"你单位可以要求我单位解释本决定（{_explains(agreement)}）。{_against(agreement)}",
    ]
    return _sheet(
        case, "违约处理决定书", paragraphs, table=items_table(case, plan), articles=_grounds(case), leads=_heavier(case)
    )  # fmt: skip


def payment_demand(case, items):
    """D-10 缴款通知书 (第六十条): by item, fees and 违约金 apart. `items`: what the decision wants to be paid."""
    recovery = case.agreement.terms.recovery
    rows = [
        [one.about or "全案", one.get_kind_display(), in_yuan(one.amount)]
        for one in sorted(items, key=lambda one: one.order)
    ]
    total = sum(one.amount for one in items)
    rows.append(["合计", "", in_yuan(total)])
    deposit = "或者质量保证金" if recovery.takes_deposit else ""
    paragraphs = [
        f"依据违约处理决定（案件{case.number}），你单位应缴上列款项，合计{in_yuan(total)}。",
        f"自收到本通知之日的次日起{recovery.pay_days}日内缴清（{recovery.article}）；有异议的，不停止缴款。",
        "违规费用和违约金分别缴纳，在汇款附言中写明案件编号和款项种类。",
        f"期满没有缴清的，从你单位申请拨付的医保基金{deposit}中抵扣，不足的由你单位补足。",
    ]
    table = {"head": ["违约情形", "款项", "金额"], "rows": rows}
    return _sheet(case, "缴款通知书", paragraphs, table=table, articles=[recovery.article])


def offset_notice(payment):
    """D-11 抵扣通知书 (第六十条)."""
    item, recovery = payment.recovery, payment.agreement.terms.recovery
    table = {
        "head": ["款项", "应缴", "本次抵扣", "尚欠"],
        "rows": [[item.named, in_yuan(item.amount), in_yuan(payment.amount), in_yuan(item.unpaid)]],
    }  # fmt: skip
    words = [
        f"你单位逾期没有缴清上列款项，自{day_in_words(payment.paid_on)}起{payment.get_source_display()}{in_yuan(payment.amount)}。",
        "抵扣后仍有不足的，由你单位补足。",
    ]
    return _sheet(item.breach_case, "抵扣通知书", words, table=table, articles=[recovery.article])


def rest_demand(item):
    """D-10 缴款通知书 for what an offset left open (第六十条)."""
    recovery = item.agreement.terms.recovery
    table = {
        "head": ["款项", "应缴", "已缴和抵扣", "应补足"],
        "rows": [[item.named, in_yuan(item.amount), in_yuan(item.paid), in_yuan(item.unpaid)]],
    }
    words = [
        f"抵扣后仍有不足，应由你单位补足{in_yuan(item.unpaid)}。",
        f"自收到本通知之日的次日起{recovery.pay_days}日内缴清（{recovery.article}）；有异议的，不停止缴款。",
    ]
    return _sheet(item.breach_case, "缴款通知书", words, table=table, articles=[recovery.article])


def interview_notice(interview):
    """D-04 约谈通知书 (第六十三条)."""
    case = interview.breach_case
    at = localtime(interview.at)
    rows = [
        ("被约谈人", interview.persons), ("时间", f"{day_in_words(at)} {at:%H:%M}"), ("地点", interview.place),
        ("事项", interview.matters),
    ]  # fmt: skip
    words = ["请被约谈人按时到场，并带有关材料。约谈由双方到场人员在记录上签名。"]
    article = case.agreement.terms.rectification.article
    return _sheet(case, "约谈通知书", words, rows=rows, articles=[article])


def interview_record(interview):
    """D-04 约谈记录 (第六十三条): what was said, and by which digests the signed originals are known."""
    case, at = interview.breach_case, localtime(interview.at)
    signed = "\n".join(f"{one.name}（SHA-256：{one.sha256}）" for one in interview.attachments.all())
    rows = [
        ("被约谈人", interview.persons), ("到场人员", interview.present), ("日期", day_in_words(interview.held_on)),
        ("通知时间、地点", f"{day_in_words(at)} {at:%H:%M}，{interview.place}"), ("事项", interview.matters),
        ("记录", interview.minutes), ("到场人员签名的原件", signed),
    ]  # fmt: skip
    article = case.agreement.terms.rectification.article
    return replace(_sheet(case, "约谈记录", [], rows=rows, articles=[article]), addressee="")


def rectification_notice(rectification):
    """D-05 限期整改通知书 (第六十三条、第六十四条)."""
    case = rectification.breach_case
    rows = [
        ("问题", rectification.problems), ("整改要求", rectification.requirement),
        ("整改期限", day_in_words(rectification.due_on)),
    ]  # fmt: skip
    words = ["请在期限内整改，提交整改报告、整改材料和承诺书。我单位由两人验收。"]
    if rectification.hold:
        words.append("整改到位、验收通过的，恢复拨付，暂停期间符合规定的费用予以支付。")
    if rectification.suspension and case.agreement.terms.repeat_suspension:
        article = case.agreement.cite("第六十七条（一）")
        words.append(f"中止期间没有整改或者整改不到位的，可以解除医保协议（{article}）。")
    articles = [case.agreement.terms.rectification.article, case.agreement.terms.hold_article]
    return _sheet(
        case, "限期整改通知书", words, rows=rows, articles=articles[: 2 if rectification.hold else 1]
    )


def hold_notice(case, hold):
    """D-06 暂停拨付通知书 (第六十四条)."""
    words = [
        f"因{hold.reason.rstrip('。')}，自{day_in_words(hold.started_on)}起暂停拨付你单位医保费用（{hold.article}）。",
        "整改到位、验收通过的，恢复拨付，暂停期间符合规定的费用予以支付。",
    ]
    return _sheet(case, "暂停拨付通知书", words, articles=[hold.article])


def release_notice(case, hold, note):
    """D-07 恢复拨付通知书 (第六十四条)."""
    span = f"{day_in_words(hold.started_on)}至{day_in_words(hold.released_on)}"
    words = [
        f"你单位限期整改经验收通过，自{day_in_words(hold.released_on)}起恢复拨付医保费用（{hold.article}）。",
        f"暂停期间（{span}）的费用：{note.rstrip('。') or '符合规定的予以支付，按原费用所属期列账'}。",
    ]
    rows = [[claim.month_name, in_yuan(left)] for claim, left in held_under(case.agreement)]
    table = {"head": ["费用所属期", "审核应付、尚未拨付"], "rows": rows} if rows else None
    return _sheet(case, "恢复拨付通知书", words, table=table, articles=[hold.article])


def explanation(one):
    """D-34 解释说明书 (第五条（九）)."""
    case = one.breach_case
    rows = [("要求解释的内容", one.question), ("解释", one.answer)]
    articles = [*cited(case.agreement, "第五条（九）"), *_grounds(case)]
    return _sheet(case, "违约处理结果解释说明书", [], rows=rows, articles=articles, leads=_heavier(case))


# ── words ──


def _sheet(case, title, paragraphs, rows=(), table=None, articles=(), leads=()):
    agreement = case.agreement
    return Sheet(
        title=title, addressee=agreement.institution.name, rows=[("案件", f"{case.number}　{case.title}"), *rows],
        table=table or {}, paragraphs=list(paragraphs), quotes=quotes(agreement, articles, leads),
        issuer=agreement.agency.name, day=day_in_words(localdate()),
    )  # fmt: skip


def items_table(case, plan=None):
    """The items of a case as the table of a sheet, with what the plan takes for each (第六十五条)."""
    taken = [name for name in AMOUNTS if plan and getattr(plan, name)]
    shares = {share.item: share for share in plan.shares} if plan else {}
    rows = [
        [
            str(item.order), f"{item.ground}{item.label}", item.facts, in_yuan(item.amount),
            *_amounts(taken, shares.get(item.order)),
        ]
        for item in case.items.all()
    ]  # fmt: skip
    if taken and (len(rows) > 1 or WHOLE_CASE in shares):
        fees = in_yuan(sum(item.amount for item in case.items.all()))
        rows.append(["", "合计", "", fees, *_amounts(taken, plan)])
    return {"head": ["序号", "违约情形", "事实", "违规费用", *(LABELS[name] for name in taken)], "rows": rows}


def _amounts(taken, share):
    """`share`: a Share, or the Plan itself for the sums; None where nothing is taken."""
    amounts = [getattr(share, name) if share else NOTHING for name in taken]
    return [in_yuan(amount) if amount else "" for amount in amounts]


def _grounds(case):
    return [item.breach.article_label for item in case.items.all()]


def _heavier(case):
    """The articles to which a lesser breach was escalated: their opening words say what is done then."""
    return [f"第{chinese_number(item.weighs_as)}条" for item in case.items.all() if item.is_escalated]


def _named(agreement):
    return f"《{agreement.edition.title}》（编号{agreement.number}）"


def _explains(agreement):
    return agreement.cite("第五条")


def _against(agreement):
    if not agreement.terms.dispute:
        return ""
    return (
        "对本决定有异议的，可以与我单位协商，或者请求同级医疗保障行政部门协调处理，也可以自知道本决定之日起六十日内"
        f"申请行政复议，或者六个月内提起行政诉讼（{agreement.terms.dispute.article}）；异议期间不停止履行。"
    )
