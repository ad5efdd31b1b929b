"""What these records add to the lists that the lower app keeps for whoever stands above it."""

from django.db.models import Q
from django.urls import reverse

from agreements import checks, desk, offers
from agreements.deliveries import notice_papers
from agreements.messages import notices
from agreements.messages.notices import AGENCY, INSTITUTION, Notice
from agreements.models import Paper, event
from agreements.renewals import actions as renewals
from agreements.views import record as record_page

from ..models import PersonStop
from ..models.assessment import final_of
from . import desk as record_desk
from .kinds import KINDS, to_file
from .outside_checks import why_still_held

LATEST = 8
AGENCYS_OWN = ("外部通报", "移送函", "失信名单提请函", "违约处理备案表", "部门通报函")
# Before the agency has decided, what its staff propose to each other about a record is not the hospital's to see.
UNDECIDED = {
    "记分": ["file", "decline"],
    "支付资格停止": ["file", "turn_down"],
    "绩效考核": ["file", "rewrite"],
}


def connect():
    """Called once, when the app is ready."""
    event.HIDDEN_FROM_INSTITUTIONS.append(hidden_events)
    checks.HOLD_KEEPERS.append(why_still_held)
    renewals.MORE_ON_FILE.append(assessments_on_file)
    desk.MORE.append(record_desk.groups_for)
    offers.MORE.append(offers_for)
    record_page.SECTIONS.append(section)
    notices.NOTICES.update(NOTICES)
    for purpose in (Paper.Purpose.POINTS_NOTICE, Paper.Purpose.ASSESSMENT_NOTICE, Paper.Purpose.EXPLANATION):
        notice_papers.register(purpose)


def hidden_events():
    hidden = Q(pk__in=[])
    for name in AGENCYS_OWN:
        hidden |= Q(subject__startswith=f"{name} ")
    for name, acts in UNDECIDED.items():
        hidden |= Q(subject__startswith=f"{name} ", act__in=acts)
    return hidden


def assessments_on_file(agreement):
    """第五十八条：final results only; a draft is never used."""
    found = "；".join(f"{one.year}年度{one.total}分{one.band}" for one in final_of(agreement))
    return [("绩效考核（定稿）", found or "没有定稿的考核结果")]


def offers_for(agreement, user):
    """What the hospital may raise; what the agency files stands in the section of the page."""
    if not user.institution_id or agreement.status not in offers.LIVE:
        return []
    return [
        offers.Offer(f"file_{kind.slug}", kind.step.custom["label"], _new(kind, agreement), None)
        for kind in to_file(agreement, user)
    ]


def section(agreement, user):
    """Persons stopped by their points beside the three stops, the latest records, and what may be filed."""
    if agreement.status in offers.IN_THE_MAKING:
        return None
    shown = {
        "person_stops": PersonStop.objects.visible_to(user)
        .filter(agreement=agreement, status__in=["in_force", "lifted"])
        .select_related("staff", "agreement__edition"),
        "records": _latest(agreement, user),
        "to_file": [
            (kind.step.custom["label"], kind.label, _new(kind, agreement))
            for kind in to_file(agreement, user)
        ]
        if user.agency_id
        else [],
    }
    return "inspections/_of_agreement.html", shown


def _new(kind, agreement):
    return reverse(f"{kind.slug}-new", args=[agreement.number])


def _latest(agreement, user):
    """The latest of every kind that this person may see, the newest first."""
    found = [
        one
        for kind in KINDS.values()
        if kind.is_read_by(user)
        for one in kind.model.objects.visible_to(user)
        .filter(agreement=agreement)
        .select_related("agreement", *kind.model.LISTED_WITH)
        .prefetch_related(*kind.model.PREFETCHED)
        .order_by("-pk")[:LATEST]
    ]
    return sorted(found, key=lambda one: (one.filed_on, one.pk), reverse=True)[:LATEST]


def _hospital(subject, sentence):
    return (Notice(INSTITUTION, subject, sentence),)


NOTICES = {
    ("PointsRecord", "confirm"): _hospital("记分", "{thing.summary}，记分通知书随即印出；可以提出异议（第六十八条）。"),
    ("PointsRecord", "object"): (Notice(AGENCY, "记分异议", "乙方对{thing.summary}提出异议（第六十八条）。"),),
    ("PointsRecord", "uphold"): _hospital("记分异议已答复", "{thing.summary}，维持（第六十八条）。"),
    ("PointsRecord", "revoke"): _hospital("记分已撤销", "{thing.summary}，已撤销（第六十八条）。"),
    ("Assessment", "feed_back"): _hospital(
        "绩效考核结果", "{thing.year}年度绩效考核结果已反馈，有异议的在{thing.objection_due_on}之前提出（第五十八条）。"
    ),
    ("Assessment", "object"): (Notice(AGENCY, "考核异议", "乙方对{thing.year}年度考核结果提出异议（第五十八条）。"),),
    ("Assessment", "finish"): _hospital("绩效考核定稿", "{thing.summary}，已定稿（第五十八条）。"),
    ("CoordinationRequest", "conclude"): (
        Notice(INSTITUTION, "协调结果", "行政部门已答复协调结果，登录查看（第八十一条）。"),
        Notice(AGENCY, "协调结果", "行政部门已答复协调结果，登录查看（第八十一条）。"),
    ),
    ("Dispute", "file"): (Notice(AGENCY, "争议", "登记{thing.summary}（第八十一条）。"),),
    ("Dispute", "conclude"): (
        Notice(INSTITUTION, "争议结果", "{thing.summary}，结果已登记（第八十一条）。"),
        Notice(AGENCY, "争议结果", "{thing.summary}：结果已登记；须重新处理的，重新办理原处理（第八十一条）。"),
    ),
    ("Opinion", "file"): (Notice(AGENCY, "乙方的意见", "{thing.summary}，按时答复（第五条）。"),),
    ("Opinion", "answer"): _hospital("意见已答复", "{thing.summary}，甲方已答复，解释说明书随即印出（第五条）。"),
    ("Referral", "answer"): (Notice(AGENCY, "移送结果", "{thing.summary}，收件部门已反馈结果（第七十条）。"),),
    ("DiscreditProposal", "answer"): (Notice(AGENCY, "提请结果", "{thing.summary}，已反馈结果（第六十一条）。"),),
}  # fmt: skip
