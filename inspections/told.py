"""Who is told of what about inspections: added to `agreements.messages.notices.NOTICES`."""

from django.db.models import Q

from agreements.messages.notices import AGENCY, INSTITUTION, Notice

from .states import OPEN


def _hospital(subject, sentence):
    return (Notice(INSTITUTION, subject, sentence),)


def first_told_of(agreement, item):
    """第七十五条：the first day on which the hospital knew of an inspection of this matter, or None.

    One that is under way may come to anything; of one that is over, what it found counts.
    """
    from .models import Inspection

    same_matter = Q(status__in=OPEN) | Q(findings__item=item.code)
    found = Inspection.objects.filter(same_matter, agreement=agreement).values_list("notified_on", "began_on")
    return min((day for days in found for day in days if day), default=None)


NOTICES = {
    ("Inspection", "notify"): _hospital(
        "核查通知",
        "甲方将于{thing.planned_on}核查：{thing.title}。准备好有关资料，不影响正常工作秩序（第五十七条）。",
    ),
    ("Inspection", "start"): _hospital("核查开始", "核查组已到场：{thing.title}，{on}开始（第五十七条）。"),
    ("Inspection", "ask_for_evidence"): _hospital(
        "调取资料", "核查需要资料：{what}。最迟{due_on}提供，附承诺书（第五十七条）。"
    ),
    ("Inspection", "finish"): _hospital(
        "核查结果待签认",
        "核查结果已经固定，当场签字确认并盖章，或由签约人登录签认；申诉权利保留（第五十七条）。",
    ),
    ("Inspection", "reopen"): _hospital(
        "核查结果退回补查", "待签认的核查结果有误，退回补查：{reason}（第五十七条）。"
    ),
    ("Inspection", "note_refusal"): _hospital(
        "注明拒签", "核查结果已注明拒签，不影响后续处理；陈述、申辩的权利保留（第五十七条）。"
    ),
    ("Inspection", "sign_online"): (
        Notice(AGENCY, "核查结果已签认", "乙方签约人登录签认了核查结果，保留申诉权利（第五十七条）。"),
    ),
    ("EvidenceRequest", "hand_over"): (
        Notice(
            AGENCY, "资料已提供", "乙方提供了核查{thing.inspection}所要的资料，核对是否收齐（第五十七条）。"
        ),
    ),
    ("EvidenceRequest", "ask_again"): _hospital("资料要补充", "{reason}。最迟{due_on}补充（第五十七条）。"),
    ("EvidenceRequest", "withdraw"): _hospital(
        "资料不再调取", "{thing}所要的资料不再需要：{reason}（第五十七条）。"
    ),
}
