"""Who is told of what: one message for each person of a side, beside the page on which it can be seen anyway.

`follow` is called by `Agreement.after` for every act on a case; NOTICES says which act tells whom what.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from institutions.models import Role, User

from ..gate import in_its_words
from ..models.message import Message
from ..status import LIVE

AGENCY, INSTITUTION, AUTHORITY = "agency", "institution", "authority"
LONGEST = 500  # of a message; what was said in full stands on its page
ELSEWHERE = "elsewhere"  # the agencies with which the institution has agreements in other regions
ROLES = {
    AGENCY: [Role.CLERK, Role.REVIEWER, Role.LEADER],
    INSTITUTION: [Role.OPERATOR, Role.SIGNATORY],
    AUTHORITY: [Role.AUTHORITY],
}
PARTY = {
    AGENCY: AGENCY,
    INSTITUTION: INSTITUTION,
    AUTHORITY: AGENCY,
}  # the department is that of the agency's own level


@dataclass(frozen=True)
class Notice:
    """A side and what it is told. The sentence may quote the agreement (`case`) and the act's details."""

    side: str
    subject: str
    sentence: str


def _both(subject, sentence):
    return (Notice(INSTITUTION, subject, sentence), Notice(AGENCY, subject, sentence))


def _hospital(subject, sentence):
    return (Notice(INSTITUTION, subject, sentence),)


STOPPED = "本协议自{on}起中止，中止期间发生的医保费用不予结算。公告并办理善后（第七十三条、第八十二条）。"
ENDED = "本协议自{on}起{state}。公告、摘除定点标识，办理善后（第七十三条、第八十二条）。"
BY_HOME = "乙方所在辖区的协议自{on}起{what}，本协议同时{what}（第七十一条）。登录知悉，安排善后。"
HOME_ENDED = Notice(
    ELSEWHERE,
    "辖区协议终止",
    "乙方所在辖区的协议{case}自{on}起终止。终止不联动，由贵机构自行决定（第七十一条）。",
)

PERMITS, CONSULTATION = "{case.terms.permits.article}", "{case.terms.consultation.article}"

PENALTY_FILED = "{case.institution}报送{facts[authority]}{facts[decision_number]}（第七条（六））。"
PENALTY_KNOWN = (
    "获知{authority}{decision_number}，决定书{served_on}送达，乙方还没有报送。乙方应按时报送行政部门，"
    "逾期的可能构成违约（第四条（七）、第七条（六））。"
)

# (model, act) → who is told what. An act that is not here tells nobody.
NOTICES = {
    ("Agreement", "negotiate"): _hospital(
        "协议草稿送来协商", "甲方送来协议草稿，核对后确认文本，或与甲方协商修改（第二十八条）。"
    ),
    ("Agreement", "fix_text"): _hospital(
        "协议文本已定稿", "文本和空白内容已经固定，由法定代表人或委托代理人签署（签署页）。"
    ),
    ("Agreement", "return_to_draft"): _hospital(
        "协议退回草拟", "甲方将文本退回草拟，原有的签署作废，改好后再送来协商。"
    ),
    ("Agreement", "activate"): _hospital(
        "协议生效", "本协议自{case.starts_on}起生效，到{case.ends_on} 24:00 为止（第八十三条）。"
    ),
    ("Agreement", "suspend_on_request"): _hospital("协议中止", STOPPED),
    ("Agreement", "suspend_for_breach"): _hospital("协议中止", STOPPED),
    ("Agreement", "suspend_for_investigation"): _hospital("协议中止", STOPPED),
    ("Agreement", "prove_breach"): _hospital(
        "核查中止转为违约中止", "核查属实，核查期间的中止自{on}起转为违约中止，起日不变（第六十六条）。"
    ),
    ("Agreement", "resume"): _hospital(
        "中止原因结束", "一个中止原因自{on}起结束，协议现为“{state}”（第七十九条）。"
    ),
    ("Agreement", "suspend_by_cascade"): (
        Notice(AGENCY, "联动中止", BY_HOME.replace("{what}", "中止")),
        Notice(INSTITUTION, "协议中止", STOPPED),
    ),
    ("Agreement", "resume_by_cascade"): _both(
        "联动的中止结束", "辖区的中止自{on}起结束，联动的中止随之结束，协议现为“{state}”（第七十一条）。"
    ),
    ("Agreement", "rescind_by_cascade"): (
        Notice(AGENCY, "联动解除", BY_HOME.replace("{what}", "解除")),
        Notice(INSTITUTION, "协议解除", ENDED),
    ),
    ("Agreement", "hold_payment"): _hospital(
        "暂停拨付", "自{on}起暂停拨付医保费用（{hold_ground.article_label}）。"
    ),
    ("Agreement", "release_payment"): _hospital("暂停拨付结束", "{hold}已于{on}解除（第六十四条）。"),
    ("Agreement", "ban_service"): _hospital(
        "停止医保服务", "自{on}起至{until}，停止有关人员、科室或项目的医保服务（{item.article_label}）。"
    ),
    ("Agreement", "lift_ban"): _hospital("恢复医保服务", "{ban}，已于{on}提前恢复（第八十一条）。"),
    ("Agreement", "terminate"): (*_hospital("协议终止", ENDED), HOME_ENDED),
    ("Agreement", "end_continuation"): (*_hospital("协议终止", ENDED), HOME_ENDED),
    ("Agreement", "rescind"): _hospital("协议解除", ENDED),
    ("Agreement", "expire"): (*_both("协议期满终止", ENDED), HOME_ENDED),
    ("Agreement", "lapse"): (*_both("中止超期，协议终止", ENDED), HOME_ENDED),
    ("Agreement", "close_as_renewed"): _hospital(
        "协议期满已续签", "本协议期满办结，新协议接续生效（第七十八条）。"
    ),
    ("Agreement", "extend"): _both(
        "自动延长", "本期没有受到妨碍延长的处理，自{on}起自动延长至{until}（第八十三条）。"
    ),
    ("Agreement", "criticise"): _hospital("通报批评", "{reason}（第六十三条）。"),
    ("Agreement", "record_fine"): _hospital(
        "登记行政处罚", "{authority}{number}，罚款{amount}元（第七十条）。"
    ),
    ("Agreement", "lift_sanction"): _hospital(
        "撤销登记的处理", "{sanction}已撤销登记：{reason}（第八十一条）。"
    ),
    ("Agreement", "end_on_arrival"): _both("协议终止", ENDED),
    ("Agreement", "end_by_own_notice"): (
        Notice(
            AGENCY,
            "乙方提出终止",
            "延长期内乙方书面提出终止，已到达，协议今日终止：{reason}（第八十条（三））。",
        ),
    ),
    ("Agreement", "receive_end_notice"): _hospital("协议终止", ENDED),
    ("Agreement", "carry_on"): _both(
        "协议延续有效", "{case.ends_on}期满，因甲方原因未续签，原协议自{on}起继续生效（第八十三条）。"
    ),
    ("Paper", "countersign"): (
        Notice(AGENCY, "乙方已加签", "{case.institution}已在{thing.number}上加签，双方签名齐全（签署页）。"),
    ),
    ("Delivery", "send"): _hospital(
        "文书送达", "甲方于{on}送出一份文书；电子送达的，登录签收，签收之时为收到（第八十四条）。"
    ),
    ("RenewalRequest", "accept_late"): _hospital(
        "续签申请已受理", "逾期的续签申请，甲方已受理（第七十八条）。"
    ),
    ("RenewalRequest", "return_for_completion"): _hospital(
        "续签申请要补正", "续签申请退回补正，补正后重新提交（第七十八条）。"
    ),
    ("RenewalRequest", "agree"): _hospital(
        "续签申请已同意", "甲方同意续签，等待新的协议文本（第七十八条）。"
    ),
    ("RenewalRequest", "offer_text"): _hospital(
        "续签文本待签署", "新的协议文本可以签署，最迟{sign_by}签署；到期不签的，协议期满终止（第八十条）。"
    ),
    ("RenewalRequest", "fail"): _hospital(
        "续签未达成一致", "续签协商记为不一致，协议期满自动终止（第七十八条）。"
    ),
    ("ChangeRequest", "submit"): (
        Notice(AGENCY, "乙方申请变更", "乙方提交{thing.summary}。受理后审核（第七十六条）。"),
    ),
    ("ChangeRequest", "refile"): (
        Notice(AGENCY, "变更申请已补正", "乙方补正后重新提交{thing.summary}（第七十六条）。"),
    ),
    ("ChangeRequest", "return_for_completion"): _hospital(
        "变更申请要补正", "{thing.summary}，退回补正：{reason}（第七十六条）。"
    ),
    ("ChangeRequest", "refuse"): _hospital(
        "变更申请未获同意", "{thing.summary}，不同意：{reason}（第七十六条）。"
    ),
    ("ChangeRequest", "grant"): _hospital("变更申请已同意", "{thing.summary}，自{on}起变更（第七十六条）。"),
    ("Agreement", "make_supplement"): _both(
        "补充协议待签署", "乙方信息变更，补充协议已经印出，由双方签署（第七十七条）。"
    ),
    ("Agreement", "make_uniform_supplement"): _hospital(
        "补充协议待签署", "甲方送来“{supplement.title}”补充协议，由签约人核对条款后签署（第七十七条）。"
    ),
    ("Agreement", "take_terms"): _both(
        "补充协议改动的参数", "第{order}份补充协议双方已签署，改动的参数自{on}起适用（第七十七条）。"
    ),
    ("Amendment", "decline"): (
        Notice(
            AGENCY,
            "乙方不同意补充协议",
            "{case.institution}不同意第{thing.order}份补充协议：{reason}（第七十七条）。",
        ),
    ),
    ("Amendment", "take_back"): _hospital(
        "补充协议已撤回", "甲方撤回第{thing.order}份补充协议，不再签署：{reason}（第七十七条）。"
    ),
    ("StopRequest", "submit"): (
        Notice(AGENCY, "乙方申请", "乙方提交{thing.summary}。核验后按申请提请（第七十九条、第八十条）。"),
    ),
    ("StopRequest", "return_for_completion"): _hospital(
        "申请要补正", "{thing.summary}，甲方已答复，登录查看（第七十九条、第八十条）。"
    ),
    ("StopRequest", "refuse"): _hospital(
        "申请未获同意", "{thing.summary}，甲方已答复，登录查看（第七十九条、第八十条）。"
    ),
    ("PermitRequest", "submit"): (
        Notice(
            AGENCY,
            "乙方申请约定服务项目",
            "{case.institution}申请开展“{thing.item}”。受理后审核（" + PERMITS + "）。",
        ),
    ),
    ("PermitRequest", "return_for_completion"): _hospital(
        "申请要补正", "约定服务项目“{thing.item}”，退回补正：{reason}（" + PERMITS + "）。"
    ),
    ("PermitRequest", "grant"): _hospital(
        "约定服务项目已准予", "“{thing.item}”自{on}起准予开展（" + PERMITS + "）。"
    ),
    ("PermitRequest", "refuse"): _hospital(
        "约定服务项目未获准予",
        "“{thing.item}”不予准予：{reason}。未经准予的，费用不予支付（" + PERMITS + "）。",
    ),
    ("PermitRequest", "revoke"): _hospital(
        "约定服务项目的准予已收回",
        "“{thing.item}”的准予自{on}起收回：{reason}。其后的费用不予支付（" + PERMITS + "）。",
    ),
    ("PriorConsultation", "submit"): (
        Notice(
            AGENCY,
            "乙方提出事先协商",
            "{case.institution}：{thing.summary}。受理后答复（" + CONSULTATION + "）。",
        ),
    ),
    ("PriorConsultation", "return_for_completion"): _hospital(
        "事先协商要补正", "{thing.summary}，退回补正：{reason}（" + CONSULTATION + "）。"
    ),
    ("PriorConsultation", "grant"): _hospital(
        "事先协商已答复", "{thing.summary}，甲方于{on}答复：{thing.answer}（" + CONSULTATION + "）。"
    ),
    ("PriorConsultation", "refuse"): _hospital(
        "事先协商已答复", "{thing.summary}，甲方于{on}答复不同意：{reason}（" + CONSULTATION + "）。"
    ),
    ("Agreement", "file_penalty_report"): (
        Notice(AUTHORITY, "行政处罚报送", PENALTY_FILED),
        Notice(AGENCY, "行政处罚报送（抄送）", PENALTY_FILED),
    ),
    ("Agreement", "hold_for_account"): _both(
        "暂停拨付", "乙方的银行账户变更待核对，自{on}起暂停拨付；变更了结后自动恢复（第七十六条）。"
    ),
    ("Agreement", "release_for_account"): _both(
        "恢复拨付", "乙方的银行账户变更已了结，自{on}起恢复拨付；按现行账户拨付（第七十六条）。"
    ),
    ("Agreement", "receive_claim"): _hospital(
        "费用申报已受理", "{month:%Y-%m}的费用申报已于{on}受理，拨付的时限自次日起算（第三十九条）。"
    ),
    ("FeeClaim", "return_claim"): _hospital(
        "费用申报退回", "{thing.month_name}的费用申报退回：{reason}。补齐后重新申报（第三十六条）。"
    ),
    ("FeeClaim", "finish_audit"): _hospital(
        "费用审核完成",
        "{thing.month_name}审核完成，应付{thing.allowed}元，不予支付{thing.refused}元，登录查看原因；按时申请对账（第七条（三））。",
    ),
    ("FeeClaim", "pay"): _hospital(
        "费用已拨付", "{thing.month_name}费用已于{on}拨付{paid}元（第三十九条）。"
    ),
    ("FeeClaim", "note_failure"): _hospital(
        "拨付时限顺延",
        "{thing.month_name}费用的拨付时限，因{reason}，{first_day}至{last_day}顺延（第三十九条）。",
    ),
    ("Agreement", "note_approval"): _hospital(
        "请申请变更", "甲方获知{group}的变更已于{approved_on}批准，在规定的工作日内申请变更（第七十六条）。"
    ),
    ("Agreement", "note_penalty"): (
        Notice(INSTITUTION, "请报送行政处罚", PENALTY_KNOWN),
        Notice(AUTHORITY, "获知行政处罚", PENALTY_KNOWN),
        Notice(AGENCY, "获知行政处罚", PENALTY_KNOWN),
    ),
    ("PenaltyReport", "refile"): (
        Notice(
            AUTHORITY,
            "行政处罚报送已补正",
            "{case.institution}补正后重新报送{thing.summary}（第七条（六））。",
        ),
    ),
    ("PenaltyReport", "return_report"): _hospital(
        "行政处罚报送要补正", "{thing.summary}，已退回补正，登录查看要补什么（第七条（六））。"
    ),
    ("SelfCheckReport", "return_report"): _hospital(
        "自查自纠报告要补正", "{thing.summary}，已退回补正，登录查看要补什么（第七十五条）。"
    ),
    ("SelfCheckReport", "exempt"): _hospital(
        "免予其他协议处理", "{thing.summary}，负责人已决定免予其他协议处理（第七十五条）。"
    ),
    ("DisplayProof", "return_report"): _hospital(
        "公告证明要补正", "{thing.summary}，已退回补正，时限继续计算（第七十三条、第八十二条）。"
    ),
}


def follow(case, thing, act, details):
    """Tell everybody whom this act on the case concerns. Part of the act: both are written, or neither."""
    for notice in NOTICES.get((type(thing).__name__, act), ()):
        words = {**details, "case": case, "thing": thing, "state": case.get_status_display()}
        text, url = (
            in_its_words(thing, notice.sentence).format(**words),
            getattr(thing, "get_absolute_url", str)(),
        )
        for agreement in _elsewhere(case) if notice.side == ELSEWHERE else [case]:
            side = AGENCY if notice.side == ELSEWHERE else notice.side
            tell(agreement, side, text, url=url, subject=notice.subject)


def _elsewhere(case):
    """第七十一条：the live agreements that a decision at home concerns elsewhere; none when this is not home."""
    if not case.is_at_home:
        return []
    return [
        one
        for one in case.institution.agreements.filter(status__in=LIVE).with_parties()
        if not one.is_at_home
    ]


def tell(agreement, side, text, url="", subject=""):
    """One message for each person of a side of the agreement. Returns the messages."""
    return Message.objects.bulk_create(
        message_for(person, agreement, subject or str(agreement), text, url)
        for person in people_of(agreement, side)
    )


def message_for(person, agreement, subject, text, url="", **reminder):
    """A message that is not yet saved: to be mailed when the person wants mail and there is a server for it."""
    return Message(
        agreement=agreement, recipient=person, subject=subject, text=text[:LONGEST], url=url or agreement.get_absolute_url(),
        by_mail=settings.MAIL_WORKS and person.mail_wanted and bool(person.email), **reminder,
    )  # fmt: skip


def people_of(agreement, side):
    """Those of a side who work on agreements and are there."""
    party = f"{PARTY[side]}_id"
    of_it = {party: getattr(agreement, party)}
    return User.objects.filter(is_active=True, role__in=ROLES[side], **of_it).order_by("pk")


def people_of_all(agreements):
    """{(side, pk of the party): [people]} for many agreements, in one query."""
    agencies, institutions = {a.agency_id for a in agreements}, {a.institution_id for a in agreements}
    found = User.objects.filter(
        Q(agency_id__in=agencies, role__in=[*ROLES[AGENCY], *ROLES[AUTHORITY]])
        | Q(institution_id__in=institutions, role__in=ROLES[INSTITUTION]),
        is_active=True,
    )
    people = {}
    for person in found.order_by("pk"):
        side = next(side for side, roles in ROLES.items() if person.role in roles)
        party = person.institution_id if side == INSTITUTION else person.agency_id
        people.setdefault((side, party), []).append(person)
    return people
