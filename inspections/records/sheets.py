"""What the papers of these records say (rules table 7.1: D-23 to D-26, D-31, D-34)."""

from django.utils.timezone import localdate

from agreements.deliveries.notice_sheets import cited, numbered, quotes
from agreements.papers.sheet import Sheet, day_in_words

from ..cases.sheets import items_table
from ..cases.words import measures_in_words

SEALED = ["乙方（公章）：", "法定代表人（签章）：", "　　　　年　　月　　日"]


def _to_the_hospital(agreement, title, **parts):
    return Sheet(
        title=title,
        addressee=agreement.institution.name,
        issuer=agreement.agency.name,
        day=day_in_words(localdate()),
        **parts,
    )


def points_notice(agreement, record):
    """D-24 记分通知书 (第六十八条)."""
    given_by = record.agreement.agency.name
    article = (agreement.terms.points or record.agreement.terms.points).article
    told = (
        f"{record.staff}（{record.staff.code}），因{record.reason.strip().rstrip('。')}，负{record.get_responsibility_display()}，"
        f"{given_by}决定自{day_in_words(record.given_on)}起记{record.points}分，{record.given_on.year}年累计{record.sum_of_year}分。"
    )
    duties = [
        "将本通知告知本人。",
        "对记分有异议的，写明理由向决定记分的经办机构提出；答复之前记分照算。",
        "记分按自然年度累计，每年1月1日重新计算。",
    ]
    sheet = _to_the_hospital(
        agreement, "记分通知书", paragraphs=[told, *numbered(duties)], quotes=quotes(agreement, [article])
    )
    return sheet


def assessment_notice(agreement, record):
    """D-23 绩效考核结果反馈书 (第五十八条)."""
    article = agreement.terms.assessment.article
    rows = [
        [line["indicator"], line["about"], line["weight"], line["score"], line["note"]]
        for line in record.lines
    ]
    band = f"，等次{record.band}" if record.band else ""
    deposit = "质量保证金退还、" if agreement.terms.deposit else ""
    words = [
        f"对有异议的，在{day_in_words(record.objection_due_on)}之前提出，写明是哪一项、理由。",
        f"考核结果定稿后，与年终清算、{deposit}协议续签、预付额度挂钩。",
    ]
    return _to_the_hospital(
        agreement,
        "绩效考核结果反馈书",
        rows=[
            ("考核年度", f"{record.year}年"),
            ("考核办法", record.method),
            ("总分", f"{record.total}分{band}"),
        ],
        table={"head": ["指标", "对象", "权重", "得分", "说明"], "rows": rows},
        paragraphs=numbered(words),
        quotes=quotes(agreement, [article]),
    )


def coordination_request(agreement, record):
    """D-31 提请协调申请书 (第六条、第八十一条)."""
    facts = agreement.institution.current
    return Sheet(
        title="提请协调申请书",
        addressee=f"{agreement.agency.region}医疗保障行政部门",
        rows=[
            ("申请人", facts.name),
            ("医保代码", agreement.institution.code),
            ("协议编号", agreement.number),
            ("对方", agreement.agency.name),
            ("事项", record.get_about_display()),
            ("事实和理由", record.matter),
            ("请求", record.request),
            ("所附材料", "\n".join(record.attachments.values_list("name", flat=True)) or "无"),
        ],
        basis=f"依据服务协议{agreement.cite('第六条、第八十一条')}，提请协调处理。",
        quotes=quotes(agreement, cited(agreement, "第八十一条")),
        boxes=[SEALED, ["收件部门：", "收件人：", "　　　　年　　月　　日"]],
        day=day_in_words(record.filed_on),
    )


def explanation(agreement, record):
    """D-34 解释说明书 (第五条)."""
    article = agreement.cite("第五条")
    words = [
        f"你单位于{day_in_words(record.filed_on)}就“{record.subject}”提出：{record.text}",
        f"现答复如下：{record.answer_text}",
    ]
    return _to_the_hospital(
        agreement, "解释说明书", paragraphs=words, basis=f"依据服务协议{article}，答复如上。",
        quotes=quotes(agreement, cited(agreement, "第五条（八）", "第五条（九）")),
    )  # fmt: skip


LETTERS = {
    "Referral": ("移送函", "第七十条", "现将有关材料移交你单位处理，请将处理结果反馈我单位。"),
    "DiscreditProposal": (
        "失信名单提请函", "第六十一条", "提请将下列单位和人员纳入医保领域失信名单，请将结果反馈我单位。",
    ),
    "AuthorityFiling": ("违约处理备案表", "第六十一条", "检查属实，已按服务协议处理，现报备案。"),
    "DeptNotification": ("部门通报函", "第四条（六）", "现将有关情况通报你单位。"),
}  # fmt: skip


def letter(agreement, record):
    """D-25 移送函、失信名单提请函、备案表, D-26 部门通报函 (第四条、第六十一条、第七十条)."""
    title, named, asks = LETTERS[type(record).__name__]
    article = agreement.cite(named)
    persons = [("提请纳入的单位和人员", record.persons)] if hasattr(record, "persons") else []
    case, of_case, table, grounds = record.breach_case, [], {}, []
    if case:
        grounds = [item.breach.article_label for item in case.items.all()]
        of_case, table = [("案件", f"{case.number}　{case.title}")], items_table(case)
        if case.decision_id:
            of_case.append(("处理", "\n".join(measures_in_words(case.decision.typed_plan, case))))
    return Sheet(
        title=title,
        addressee=record.addressee,
        rows=[
            ("定点医疗机构", agreement.institution.name),
            ("医保代码", agreement.institution.code),
            *of_case,
            *persons,
            ("事实", record.matter),
            ("依据", record.basis or f"服务协议{article}"),
            ("所附材料", "\n".join(record.attachments.values_list("name", flat=True)) or "无"),
        ],
        table=table,
        basis=f"依据服务协议{article}，{asks}",
        quotes=quotes(agreement, [*cited(agreement, named), *grounds]),
        issuer=agreement.agency.name,
        day=day_in_words(record.sent_on),
    )
