"""Which of the record of a case the hospital sees, and who is told of what (第六条、第八十四条)."""

from django.db.models import Q
from django.urls import reverse

from agreements.messages.notices import AGENCY, INSTITUTION, Notice

# The acts on a case that concern the hospital; everything else stays within the agency.
SHOWN = [
    "notify", "begin_defence", "defend", "waive_defence", "consider_defence", "decide", "mark_served", "carry_out", "close",
    "call_interview", "ask_explanation", "explain", "reopen",
]  # fmt: skip


def hidden_events():
    """A Q of the rows about a case that are not the hospital's to see."""
    within = Q(subject__startswith="违约案件 ") & ~Q(act__in=SHOWN)
    within |= Q(subject__startswith="限期整改 ", act="check_once") | Q(
        subject__startswith="应缴款项 ", act="offset"
    )
    return within | Q(subject__startswith="处理呈批 ") | Q(subject__startswith="缴款 ")


def _hospital(subject, sentence):
    return (Notice(INSTITUTION, subject, sentence),)


NOTICES = {
    ("BreachCase", "notify"): _hospital(
        "拟处理告知", "甲方对违约案件{thing}拟作处理，告知书送达后可以陈述、申辩（第六条）。"
    ),
    ("BreachCase", "begin_defence"): _hospital(
        "陈述申辩期开始", "违约案件{thing}的告知书已收到，陈述、申辩的时限开始计算（第六条）。"
    ),
    ("BreachCase", "decide"): _hospital("违约处理决定", "违约案件{thing}已作出处理决定，决定书另行送达（第八十四条）。"),
    ("BreachCase", "call_interview"): _hospital("约谈通知", "违约案件{thing}：请{persons}按时到场（第六十三条）。"),
    ("BreachCase", "explain"): _hospital("解释处理结果", "甲方已解释违约案件{thing}的处理结果（第五条）。"),
    ("BreachCase", "close"): _hospital("违约案件结案", "违约案件{thing}已结案（第六十条）。"),
    ("BreachCase", "reopen"): (
        Notice(INSTITUTION, "处理决定不再执行", "违约案件{thing}的处理决定，依复议、诉讼的结果不再执行（第八十一条）。"),
        Notice(AGENCY, "处理决定不再执行", "违约案件{thing}的处理决定不再执行，还要办的见案件（第八十一条）。"),
    ),
    ("BreachCase", "defend"): (Notice(AGENCY, "陈述申辩", "乙方对违约案件{thing}提出陈述、申辩，逐件审议（第六条）。"),),
    ("BreachCase", "waive_defence"): (Notice(AGENCY, "放弃陈述申辩", "违约案件{thing}：乙方书面放弃陈述、申辩（第六条）。"),),
    ("BreachCase", "ask_explanation"): (
        Notice(AGENCY, "要求解释", "乙方要求解释违约案件{thing}的处理结果（第五条）。"),
    ),
    ("Rectification", "submit"): (Notice(AGENCY, "整改报告", "乙方提交限期整改{thing}的报告，由两人验收（第六十三条）。"),),
    ("Rectification", "accept"): _hospital("整改验收通过", "限期整改{thing}已验收通过（第六十三条、第六十四条）。"),
    ("Rectification", "send_back"): _hospital("整改退回", "限期整改{thing}退回，最迟{due_on}重新提交（第六十三条）。"),
    ("Rectification", "fall_overdue"): (
        Notice(INSTITUTION, "整改逾期", "限期整改{thing}已逾期，尽快提交（第六十三条）。"),
        Notice(AGENCY, "整改逾期", "限期整改{thing}乙方逾期没有提交，暂停拨付继续（第六十四条）。"),
    ),
    ("RecoveryItem", "settle"): _hospital("缴清", "{thing}已缴清（第六十条）。"),
    ("RecoveryItem", "cancel"): _hospital("应缴款项已撤销", "{thing}不再缴；已缴的退还（第八十一条）。"),
    ("RecoveryItem", "give_back"): _hospital("已退还", "{thing}已缴的款项已退还（第六十条、第八十一条）。"),
    ("RecoveryItem", "fall_behind"): (
        Notice(INSTITUTION, "欠缴", "{thing}到期没有缴清，可以从{thing.offset_from}中抵扣（第六十条）。"),
        Notice(AGENCY, "欠缴", "{thing}到期没有缴清，可以抵扣（第六十条）。"),
    ),
}  # fmt: skip


def section(agreement, user):
    """What the agreement's page shows of its cases: (template, context), or None where there is nothing to show."""
    from agreements.status import IN_THE_MAKING

    from ..models import BreachCase
    from .permissions import clerk_or_reviewer

    cases = list(BreachCase.objects.visible_to(user).filter(agreement=agreement))
    may_open = clerk_or_reviewer(agreement, user)
    if agreement.status in IN_THE_MAKING or not (cases or may_open):
        return None
    return "inspections/_cases_of_agreement.html", {"cases": cases, "may_open": may_open}


def way_to_a_case(agreement, user):
    """Where an act that only a case carries begins, for whoever may begin it."""
    from .permissions import clerk_or_reviewer

    if clerk_or_reviewer(agreement, user):
        return "登记线索", reverse("case-new", args=[agreement.number])
    return None


def register():
    """Add to the lists that the lower apps keep for whoever stands above them."""
    from agreements import checks, desk, offers
    from agreements.claims import checks as claim_checks
    from agreements.messages import notices
    from agreements.models import event
    from agreements.views import record as record_page

    from . import desk as case_desk
    from .funds import taken_from
    from .rectification_checks import why_not_mended

    claim_checks.TAKERS.append(taken_from)
    checks.SUSPENSION_KEEPERS.append(why_not_mended)
    desk.MORE.append(case_desk.groups_for)
    offers.WAYS_TO_A_CASE.append(way_to_a_case)
    event.HIDDEN_FROM_INSTITUTIONS.append(hidden_events)
    notices.NOTICES.update(NOTICES)
    record_page.SECTIONS.append(section)
    _register_papers()
    _register_days()


def _register_papers():
    """Which papers of a case are addressed to the hospital, and what their receipt brings about (第八十四条)."""
    from agreements.deliveries import notice_papers
    from agreements.models import Paper

    from . import receipts as case_receipts

    purpose = Paper.Purpose
    notice_papers.register(purpose.INTENDED_NOTICE, "intended_handling_served")
    for one in (
        purpose.BREACH_DECISION, purpose.PAYMENT_DEMAND, purpose.OFFSET_NOTICE, purpose.INTERVIEW_NOTICE, purpose.RECTIFICATION_NOTICE,
        purpose.HOLD_NOTICE, purpose.RELEASE_NOTICE, purpose.EXPLANATION,
    ):  # fmt: skip
        notice_papers.register(one)
    notice_papers.WHEN_RECEIVED |= {
        purpose.INTENDED_NOTICE: case_receipts.intended_received,
        purpose.BREACH_DECISION: case_receipts.decision_received,
        purpose.PAYMENT_DEMAND: case_receipts.demand_received,
        purpose.RECTIFICATION_NOTICE: case_receipts.rectification_received,
    }


def _register_days():
    """What each day brings to cases: steps of the daily run."""
    from agreements import daily
    from agreements.models import DailyFailure

    from . import days as case_days

    step = DailyFailure.Step
    daily.STEPS |= {
        step.RECOVER: daily.Step(
            "breach_case__agreement", case_days.payments_due, case_days.bring_payment, lambda item: item.due_on
        ),
        step.RECTIFY: daily.Step(
            "breach_case__agreement", case_days.rectifications_over, case_days.bring_rectification, lambda one: one.due_on + case_days.ONE_DAY
        ),
    }  # fmt: skip
