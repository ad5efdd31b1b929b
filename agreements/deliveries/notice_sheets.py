"""What the notices say (rules table 7.1: D-12, D-13, D-14, D-27, D-28, D-29, D-32): each from facts, with its article.

Each function takes the agreement, the act and the act's details, and gives (Sheet, issuing agency or None for its own).
The text is quoted to the letter.
"""

from django.utils.timezone import localdate, localtime

from ..applications.sheets import names_of
from ..edition_text import NoSuchArticle, chinese_number, reference_of
from ..papers.sheet import Sheet, day_in_words
from ..permits import sheets as permit_sheets
from ..renewals import extension_sheets

OPENINGS = {
    "requested": "你单位于{asked}申请中止医保协议，事由：{reason}。经审核同意，自{start}起中止{agreement}，至{end}止。",
    "investigation": "因{reason}，涉嫌违反医保协议约定，可能造成重大风险。检查期间，自{start}起中止{agreement}，暂停拨付"
    "医保费用，直至检查处理结束，最迟至{end}。",
    "breach": "经查实：{found}。自{start}起中止{agreement}，至{end}止。",
    "cascade": "{reason}。你单位与我单位签订的{agreement}自{start}起同时中止，计划至{end}止。",
    "prove_breach": "自{start}起的检查期间中止，经查实：{found}。现转为违约中止，起日不变，{agreement}中止至{end}止。",
}
NAMES = {"terminated": "终止", "rescinded": "解除"}
BLANK_COUNT = "　　　　"  # nobody has told how many: for the pen


# ── D-12、D-13、D-14 ──


def suspension_notice(agreement, act, details):
    """D-12 中止协议通知书 (第六十一、六十六、七十一、七十九条)."""
    stop = agreement.suspensions.latest("pk")
    facts = {
        "agreement": _named(agreement), "reason": _bare(stop.reason), "found": _found(stop.reason), "start": day_in_words(stop.started_on),
        "end": day_in_words(stop.planned_end), "asked": stop.requested_on and day_in_words(stop.requested_on),
    }  # fmt: skip
    opening = OPENINGS["prove_breach" if act == "prove_breach" else stop.cause].format(**facts)
    basis = _basis(agreement, "suspend", details) or stop.article
    duties = ["中止期间发生的医保费用，不予结算。", *_shared_duties(agreement)]
    if stop.cause == "requested":
        days = agreement.terms_on(stop.started_on).suspension.ends_automatically_after_days
        duties.append(
            f"要继续履行医保协议的，在中止期间提出申请；中止超过{days}日仍未提出的，原则上自动终止（{agreement.terms.suspension.article}）。"
        )
    words = f"{opening}依据：服务协议{basis}。"
    leads = _heavier(agreement, "suspend", details)
    return _notice(agreement, "中止协议通知书", words, duties, stop.article, leads=leads)


def resumption_notice(agreement, act, details):
    """D-13 恢复履行协议通知书 (第七十九条、第六十一条)."""
    stop = details["suspension"]
    stop.refresh_from_db(fields=["closed_on", "closing_reason"])
    words = (
        f"{_named(agreement)}自{day_in_words(stop.started_on)}起的{stop}，因{_bare(stop.closing_reason)}，"
        f"自{day_in_words(stop.closed_on)}起结束，恢复履行协议。依据：服务协议{stop.article}。"
    )
    duties = [
        f"恢复履行后发生的医保费用，按协议结算；{_fees_meanwhile(agreement, stop)}。",
        "撤下营业场所的中止公告，并向参保人员说明。",
    ]
    return _notice(agreement, "恢复履行协议通知书", words, duties, stop.article, duties_quoted=False)


def _fees_meanwhile(agreement, stop):
    """What becomes of the fees of the suspension: as it was decided, where the investigation proved nothing."""
    if stop.cause != "investigation":
        return "中止期间发生的，不予结算"
    released = agreement.payment_holds.filter(
        article=agreement.terms.investigation.article,
        started_on__gte=stop.started_on,
        released_on__isnull=False,
    )
    decided = "、".join(dict.fromkeys(one.get_outcome_display() for one in released))
    return f"核查期间暂停拨付的，{decided}" if decided else "中止期间发生的，由我单位另行决定后告知"


def ending_notice(agreement, act, details):
    """D-14 终止协议通知书、解除协议通知书 (第六十七、七十一、七十八至八十条)."""
    end = agreement.ending
    name = NAMES[end.kind]
    opening = (
        f"经查实：{_found(end.reason)}。" if act == "rescind" else f"{name}协议的事由：{_bare(end.reason)}。"
    )
    basis = _basis(agreement, "rescind", details) or end.article
    words = f"{opening}自{day_in_words(end.effective_on)}起{name}{_named(agreement)}。依据：服务协议{basis}。"
    duties = [f"自{name}之日起发生的医保费用，不予结算。", *_shared_duties(agreement)]
    duties.append(f"协议{name}后，不得再悬挂定点医疗机构标识。")
    leads = _heavier(agreement, "rescind", details)
    return _notice(agreement, f"{name}协议通知书", words, duties, end.article, leads=leads)


def _shared_duties(agreement):
    terms, duties = agreement.terms, []
    if terms.announcement:
        duties.append(
            f"在营业场所显著位置公告，并向参保人员解释说明（{terms.announcement.article}）。公告文本另附。"
        )
    if terms.aftercare:
        duties.append(
            f"双方对在院、出院未结算等参保人员共同做好善后工作（{terms.aftercare.article}）。交接单另附。"
        )
    return duties


def _notice(agreement, title, opening, duties, article, duties_quoted=True, leads=()):
    """One notice to the hospital: what was decided, what follows, what may be done against it, the articles."""
    terms = agreement.terms
    if terms.dispute:
        duties = [
            *duties,
            "对本通知有异议的，可以与我单位协商，或者请求同级医疗保障行政部门协调处理，也可以依法申请行政复议或者"
            f"提起行政诉讼（{terms.dispute.article}）。",
        ]
    duties_of = [terms.announcement, terms.aftercare] if duties_quoted else []
    wanted = [article, *(one.article for one in duties_of if one)]
    return Sheet(
        title=title,
        addressee=agreement.institution.name,
        paragraphs=[opening, *numbered(duties)],
        quotes=quotes(agreement, wanted, leads),
        issuer=agreement.agency.name,
        day=day_in_words(localdate()),
    ), None


# ── D-27、D-28、D-29 ──


def cascade_notice(agreement, act, details):
    """D-27 联动告知函 (第七十一条): from the agency at home to the one here."""
    cause, name = details["parent"], "解除" if act == "rescind_by_cascade" else "中止"
    home, article = cause.agreement, agreement.terms.cascade.article
    until = "" if name == "解除" else f"，计划至{day_in_words(cause.planned_end)}止"
    paragraphs = [
        f"{agreement.institution.name}（{agreement.institution.code}）与我单位签订的{_named(home)}，自"
        f"{day_in_words(details['on'])}起{name}{until}。依据：服务协议{cause.article}。",
        f"依据服务协议{article}，该机构与贵单位签订的协议（编号{agreement.number}）同时{name}。请登录知悉，"
        f"与该机构共同做好善后工作{_on(agreement.terms.aftercare)}。",
    ]
    return Sheet(
        title=f"联动{name}医保协议告知函",
        addressee=agreement.agency.name,
        paragraphs=paragraphs,
        quotes=quotes(agreement, [article]),
        issuer=home.agency.name,
        day=day_in_words(localdate()),
    ), home.agency


def display_notice(agreement, act, details):
    """D-28 场所公告文本 (第七十三条): what the hospital puts up for insured persons."""
    hospital, agency = agreement.institution.current, agreement.agency.current
    name, day, article, until = _what_happened(agreement)
    span = f"{name}期间" if until else f"自{name}之日起"
    paragraphs = [
        f"{hospital.name}（医保代码{agreement.institution.code}）与{agency.name}签订的医疗保障服务协议，自"
        f"{day_in_words(day)}起{name}{until}。依据：服务协议{article}。",
        f"{span}，在本机构发生的医药费用，医保基金不予结算。需要使用医保就医的，请到其他定点医疗机构。",
        f"此前在院、出院还没有结算的参保人员，由本机构与{agency.name}共同做好善后，请与本机构联系。",
        f"本机构电话：{hospital.phone}；{agency.name}电话：{agency.phone}。",
        f"特此公告（服务协议{agreement.terms.announcement.article}）。",
    ]
    return Sheet(
        title=f"关于{name}医保服务协议的公告",
        addressee="各位参保人员",
        paragraphs=paragraphs,
        quotes=quotes(agreement, [agreement.terms.announcement.article]),
        issuer=hospital.name,
        day=day_in_words(localdate()),
    ), None


def handover(agreement, act, details):
    """D-29 善后工作交接单 (第八十二条): how many, never who."""
    name, day, article, _ = _what_happened(agreement)
    counts = _counts(agreement, details)
    rows = [
        ["在院参保人员", counts.get("inpatients", BLANK_COUNT), "", ""],
        ["出院未结算参保人员", counts.get("unsettled", BLANK_COUNT), "", ""],
    ]
    article_here = agreement.terms.aftercare.article
    return Sheet(
        title="善后工作交接单",
        rows=[
            ("医疗机构", agreement.institution.name),
            ("医保代码", agreement.institution.code),
            ("协议编号", agreement.number),
            ("事项", f"自{day_in_words(day)}起{name}（{article}）"),
        ],
        table={"head": ["项目", "人数", "处理安排", "办结日期"], "rows": rows},
        basis=f"依据服务协议{article_here}，双方共同做好善后工作，逐项办结。本单只记人数，不记姓名。",
        quotes=quotes(agreement, [article_here]),
        boxes=[
            [f"{label}（盖章）：{party}", "经办人：", "　　　　年　　月　　日"]
            for label, party in (("甲方", agreement.agency.name), ("乙方", agreement.institution.name))
        ],
    ), None


def _on(term):
    """（第八十二条）, or nothing where the text does not say it."""
    return f"（{term.article}）" if term else ""


def _counts(agreement, details):
    """The plan that this act opened; {} where it opened none."""
    return details.get("aftercare") or {}


def _what_happened(agreement):
    """(中止、终止或解除, from which day, on which article, until when in words)."""
    end = getattr(agreement, "ending", None)
    if end:
        return NAMES[end.kind], end.effective_on, end.article, ""
    stop = agreement.suspensions.latest("pk")
    until = (
        "，直至检查处理结束" if stop.cause == "investigation" else f"，至{day_in_words(stop.planned_end)}止"
    )
    return "中止", stop.started_on, stop.article, until


# ── D-32 ──


def delivery_receipt(delivery):
    """D-32 送达回证 (第八十四条)."""
    paper, agreement = delivery.paper, delivery.agreement
    received = day_in_words(delivery.received_on)
    if delivery.acknowledged_at:
        received += f"{localtime(delivery.acknowledged_at):%H:%M}，登录签收"
    rows = [
        ("送达文书", f"{paper.title}　{paper.number}"),
        ("受送达人", delivery.addressee),
        ("送达地址", f"{delivery.address}　{delivery.phone}"),
        ("送达方式", delivery.get_way_display()),
        ("送出日期", day_in_words(delivery.sent_on)),
        *([("快递单号", delivery.tracking)] if delivery.tracking else []),
        ("收到日期", received),
        ("签收人", delivery.receiver),
        ("送达证明", "\n".join(names_of(delivery.proofs.all())) or "门户签收记录"),
    ]
    contact = agreement.terms.contact
    return Sheet(
        title="送达回证",
        rows=rows,
        basis=f"送达地址依据：{delivery.address_source}。",
        quotes=quotes(agreement, [contact.article] if contact else []),
        issuer=agreement.agency.name,
        day=day_in_words(localdate()),
    )


# ── words ──


def _named(agreement):
    return f"《{agreement.edition.title}》（编号{agreement.number}）"


def _bare(sentence):
    return sentence.strip().rstrip("。；;，,.")


def _found(sentence):
    """What was found, as it follows 经查实: the clerk may have written these words as well."""
    return _bare(sentence).removeprefix("经").removeprefix("查实").lstrip("：，,:")


def _basis(agreement, effect, details):
    """The item on which a breach rests, with the article that lets a lesser one weigh as much; "" for other acts."""
    item = details.get("item")
    if item is None:
        return ""
    heavier = _heavier(agreement, effect, details)
    if not heavier:
        return item.article_label
    return f"{heavier[0]}（有{item.article_label}情形，且{details['severity']}）"


def _heavier(agreement, effect, details):
    """[第六十七条]: the article that lets a lesser breach weigh as much; [] where the breach is its own."""
    item = details.get("item")
    own = item and agreement.edition.breaches.measure_that(effect).article
    return [] if item is None or item.article == own else [f"第{chinese_number(own)}条"]


def numbered(lines):
    return [f"{chinese_number(place)}、{line}" for place, line in enumerate(lines, start=1)]


def quotes(agreement, references, leads=()):
    """Articles as the agreement's own edition has them: whole, or the opening words with the items referred to.

    `leads`: articles of which the opening words are wanted, which say what may be done. One that the edition does not
    have is left out.
    """
    wanted = {}
    for label, item in (reference_of(one) for one in dict.fromkeys(references)):
        wanted.setdefault(label, []).append(item)
    for label in leads:
        wanted.setdefault(label, [])
    found = (_quote(agreement.edition.form, label, items) for label, items in wanted.items())
    return [one for one in found if one]


def cited(agreement, *articles):
    """Articles of the reference form as references into the agreement's own text; one may be several there."""
    return [one for article in articles for one in agreement.cite(article).split("、")]


def _quote(form, label, items):
    try:
        article = form.article(label)
        named = [article.item(item) for item in items if item]
    except NoSuchArticle:
        return None
    taken = article.paragraphs if None in items else [article.paragraphs[0], *named]
    return {"label": label, "lines": [one.line for one in taken]}


def exemption_notice(agreement, report, details):
    """D-33 免予处理告知 (第七十五条)."""
    found = f"{report.item.article_label}　{report.item.label}"
    words = (
        f"你单位于{day_in_words(report.filed_on)}报告自查发现的问题（{found}），涉及违规费用{report.amount:,.2f}元，"
        f"费用已清退，整改资料已提交。依据：服务协议{agreement.terms.self_report.article}，"
        f"对上述问题不再给予其他协议处理。事由：{_bare(details['reason'])}。"
    )
    article = agreement.terms.self_report.article
    return _notice(
        agreement,
        "免予其他协议处理告知书",
        words,
        ["继续做好自查自纠，防止同类问题再次发生。"],
        article,
        duties_quoted=False,
    )


SHEET_OF = {
    "exemption_notice": exemption_notice,
    "suspension_notice": suspension_notice,
    "resumption_notice": resumption_notice,
    "ending_notice": ending_notice,
    "display_notice": display_notice,
    "handover": handover,
    "cascade_notice": cascade_notice,
    "permit_notice": permit_sheets.permit_notice,
    "consultation_record": permit_sheets.consultation_record,
    "extension_notice": extension_sheets.extension_notice,
    "criticism": extension_sheets.criticism,
    "end_notice": extension_sheets.end_notice,
}
