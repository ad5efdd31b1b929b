"""What the printed forms say (rules table 7.1): each from one record, as a Sheet that is kept with its paper."""

from ..edition_text import chinese_number
from ..models import ChangeRequest, Paper, StopRequest
from ..papers.fonts import drawable
from ..papers.sheet import Sheet, day_in_words

SEALED = ["乙方（公章）：", "法定代表人（签章）：", "　　　　年　　月　　日"]
OPINIONS = ["甲方审核意见：", "经办人：", "复核人：", "　　　　年　　月　　日"]


def about_the_hospital(application):
    """The rows that every form begins with."""
    agreement, facts = application.agreement, application.agreement.institution.current
    return [
        ("医疗机构", facts.name),
        ("医保代码", agreement.institution.code),
        ("协议编号", agreement.number),
        ("地址、电话", f"{facts.address}　{facts.phone}"),
    ]


def files_of(application):
    return ("所附材料", "\n".join(names_of(application.attachments.all())) or "无")


def names_of(attachments):
    """Files as a paper lists them: one whose name the print fonts cannot draw by its place and what it is."""
    return [
        one.name if drawable(one.name) else f"附件{place}（{one.kind}）"
        for place, one in enumerate(attachments, start=1)
    ]


def change_form(request):
    """D-18 重大信息变更申请表，一般信息变更告知书 (第七十六条)."""
    rows = [
        *about_the_hospital(request),
        ("提交日期", day_in_words(request.filed_on)),
        ("批准（变更）日期", day_in_words(request.approved_on)),
    ]
    if request.authority:
        rows.append(("批准部门、文号", f"{request.authority}　{request.approval_number}"))
    synced = day_in_words(request.synced_on) if request.synced_on else "尚未变更"
    rows += [("国家编码数据库同步变更", synced), files_of(request)]
    major = request.is_major
    return (Paper.Purpose.CHANGE_REQUEST if major else Paper.Purpose.CHANGE_NOTICE), Sheet(
        title="重大信息变更申请表" if major else "一般信息变更告知书",
        addressee=request.agreement.agency.name,
        rows=rows,
        table={
            "head": ["变更事项", "变更前", "变更后"],
            "rows": [[d.label, d.old, d.new] for d in request.compare(whole_account=True)],
        },
        basis=f"依据服务协议{request.agreement.terms.change.article}，{_what_is_asked(request)}",
        boxes=[SEALED] if request.granted_on_receipt else [SEALED, OPINIONS],
    )


def _what_is_asked(request):
    if request.is_major:
        return "申请变更以上信息，请予审核。"
    return "书面告知以上信息变更" + ("。" if request.granted_on_receipt else "，其中银行账户请予核对。")


def supplement(amendment):
    """D-30 补充协议 (第七十七条)."""
    agreement, cover = amendment.agreement, amendment.agreement.cover
    numbered = [f"{chinese_number(n)}、{text}" for n, text in enumerate(amendment.clauses, start=1)]
    last = len(amendment.clauses)
    boxes = [
        [f"{label}（公章）：{party}", _signer(amendment.signature_of(side)), _signed_day(amendment.signature_of(side))]
        for side, label, party in (
            ("agency", "甲方", agreement.agency.name), ("institution", "乙方", agreement.institution.name),
        )
    ]  # fmt: skip
    return Sheet(
        title=f"补充协议（第{chinese_number(amendment.order)}份）",
        paragraphs=[
            f"甲方：{agreement.agency.name}（{agreement.agency.code}）",
            f"乙方：{agreement.institution.name}（{agreement.institution.code}）",
            f"甲、乙双方签有《{agreement.edition.title}》（编号{agreement.number}，有效期自"
            f"{day_in_words(agreement.starts_on)}起至{day_in_words(agreement.ends_on)}止；"
            f"签订时乙方名称为“{cover['institution_name']}”），{_on_what(amendment)}现就下列事项订立补充协议：",
            *numbered,
            f"{chinese_number(last + 1)}、原协议其他条款不变。本补充协议与原协议具有同等效力，自双方签署之日起生效。"
            + _from_when(amendment),
        ],
        boxes=boxes,
    )


def _on_what(amendment):
    """The policy that a supplement drafted for many rests on."""
    made = amendment.supplement
    if made is None:
        return ""
    return f"根据{made.document}，" if made.document else f"因{made.reason.rstrip('。')}，"


def _from_when(amendment):
    """From which day changed numbers apply, and what they leave as it is (`clocks.actions`)."""
    made = amendment.supplement
    if made is None or not made.terms_source:
        return ""
    first = f"所改动的期限和数额不早于{day_in_words(made.from_on)}适用；" if made.from_on else ""
    return f"{first}适用以前已经开始计算的期限，按原约定计算完毕。"


def _signer(signature):
    if signature is None:
        return "法定代表人（签章）："
    agent = "（委托代理人）" if signature.capacity == "agent" else ""
    return f"法定代表人（签章）：{signature.name}{agent}"


def _signed_day(signature):
    return day_in_words(signature.signed_on) if signature else "　　　　年　　月　　日"


STOPPING = {  # kind of request: its paper, what it asks
    StopRequest.Kind.SUSPEND: (Paper.Purpose.SUSPENSION_REQUEST, "申请中止医保协议"),
    StopRequest.Kind.RESUME: (Paper.Purpose.RESUMPTION_REQUEST, "申请继续履行医保协议"),
    StopRequest.Kind.END: (Paper.Purpose.ENDING_REQUEST, "申请终止医保协议"),
}


def _article_of(request):
    terms = request.agreement.terms
    if request.kind != StopRequest.Kind.END:
        return terms.suspension.article
    asked = (ground.article_label for ground in terms.termination.grounds if ground.needs_request)
    return next(asked, terms.termination.article)


def stop_form(request):
    """D-15 中止协议申请表，D-16 继续履行协议申请表，终止协议申请表 (第七十九条、第八十条)."""
    purpose, asks = STOPPING[request.kind]
    rows = [*about_the_hospital(request), ("原因", request.reason)]
    if request.suspension:
        rows.append(
            ("所要结束的中止", f"{request.suspension}，自{day_in_words(request.suspension.started_on)}起")
        )
    rows.append(("拟自何日起", day_in_words(request.planned_from)))
    if request.planned_until:
        rows.append(("拟中止至", day_in_words(request.planned_until)))
    if request.with_aftercare:
        rows.append(
            ("在院、出院未结算", f"在院参保人员{request.inpatients}人，出院未结算{request.unsettled}人")
        )
    return purpose, Sheet(
        title=purpose.label,
        addressee=request.agreement.agency.name,
        rows=[*rows, files_of(request)],
        basis=f"依据服务协议{_article_of(request)}，{asks}，请予审核。",
        boxes=[SEALED, [*OPINIONS[:3], "负责人：", OPINIONS[3]]],
        day=day_in_words(request.filed_on),
    )


FORM_OF = {ChangeRequest: change_form, StopRequest: stop_form}
