"""待办：what each role has to do now. Each item says what, with whom, on which article, and where to do it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from institutions.models import Role

from .models import LIVE, Agreement, Ending, Paper, Proposal, RenewalRequest, SignRecord, Status, Suspension

LOOK_AHEAD = timedelta(days=30)
MOST = 100


@dataclass(frozen=True)
class Item:
    subject: str
    agreement: object
    note: str
    url: str
    verb: str
    until: date | None = None


def desk_for(user):
    """[(group title, [Item])] for a user, groups without items left out; at most MOST items each."""
    groups = _DESKS.get(user.role, lambda user: [])(user)
    return [(title, items) for title, items in groups if items]


def _own(user, *conditions, **filters):
    agreements = Agreement.objects.worked_on_by(user).with_parties()
    return agreements.filter(*conditions, **filters).order_by("pk")[:MOST]


def _act(agreement, name, subject, note, verb, until=None):
    url = reverse("agreement-act", args=[agreement.number, name.replace("_", "-")])
    return Item(subject, agreement, note, url, verb, until)


def _open(agreement, subject, note, verb="查看", until=None):
    return Item(subject, agreement, note, agreement.get_absolute_url(), verb, until)


def _clerk(user):
    drafts = [
        _act(a, "negotiate", "送乙方协商", "草稿由您或同事起草（第二十八条）", "送出")
        for a in _own(user, status=Status.DRAFT)
    ]
    waiting = [
        _open(a, "等乙方确认文本", "已送乙方（第二十八条）")
        for a in _own(user, status=Status.NEGOTIATING, confirmed_by=None)
    ]
    returned = [
        _proposal_item(p, "重新提请或了结", f"已退回：{p.remark}")
        for p in _proposals(user, Proposal.Status.RETURNED)
    ]
    return [
        ("退回的呈批", returned),
        ("没有印出的文书", _owed(user)),
        ("延续有效：写明原因", _causes_awaited(user)),
        ("要知悉的联动", _cascades(user)),
        ("续签申请", _renewals(user, Q(status=RenewalRequest.Status.SUBMITTED))),
        ("要送出的草稿", drafts),
        ("快到期的中止", _ending_suspensions(user)),
        ("等乙方办理", waiting),
    ]


def _reviewer(user):
    ready = _own(user, status=Status.NEGOTIATING, confirmed_by__isnull=False)
    texts = [_act(a, "fix_text", "审核定稿", "乙方已确认文本（第七十八条）", "审核") for a in ready]
    proposals = [
        _proposal_item(p, f"复核：{p.label}", f"{p.proposed_by.name}提请")
        for p in _proposals(user, Proposal.Status.PROPOSED)
    ]
    late = Q(status=RenewalRequest.Status.SUBMITTED, on_time=False, late_accepted_on=None)
    return [
        ("要复核的呈批", proposals),
        ("要审核的文本", texts),
        ("没有印出的文书", _owed(user)),
        ("续签申请", _renewals(user, late | Q(status=RenewalRequest.Status.NEGOTIATING))),
    ]


def _leader(user):
    proposals = [
        _proposal_item(p, f"决定：{p.label}", f"{p.reviewed_by.name}已复核")
        for p in _proposals(user, Proposal.Status.REVIEWED)
    ]
    unsigned = _unsigned_by("agency", user)
    signing = [_act(a, "sign_for_agency", "甲方签署", "文本已定稿（第七十四条）", "签署") for a in unsigned]
    return [
        ("要决定的呈批", proposals),
        ("要签署的协议", signing),
        ("延续有效：写明原因", _causes_awaited(user)),
        ("快到期的中止", _ending_suspensions(user)),
    ]


def _institution(user):
    confirm = _own(user, status=Status.NEGOTIATING, confirmed_by=None)
    items = [_act(a, "confirm", "确认文本", "甲方送来协商（第二十八条）", "确认") for a in confirm]
    unsigned = _unsigned_by("institution", user)
    if user.role == Role.SIGNATORY:
        signing = [
            _act(a, "sign_for_institution", "签署协议", "文本已定稿（签署页）", "签署") for a in unsigned
        ]
    else:
        signing = [_open(a, "等签约人签署", "文本已定稿（签署页）") for a in unsigned]
    returned = _renewals(user, Q(status=RenewalRequest.Status.RETURNED))
    return [
        ("要确认的文本", items),
        ("要签署的协议", signing),
        ("要补正的续签申请", returned),
        ("快到期的中止", _ending_suspensions(user)),
    ]


def _cascades(user):
    """第七十一条：what another region decided, not yet taken note of here."""
    new = Suspension.objects.filter(agreement=OuterRef("pk"), cause="cascade", acknowledged_by=None)
    ended = Ending.objects.filter(agreement=OuterRef("pk"), parent__isnull=False, acknowledged_by=None)
    found = _own(user, Exists(new) | Exists(ended))
    return [
        _act(a, "acknowledge_cascade", "知悉联动，安排善后", "辖区经办机构中止或解除（第七十一条）", "知悉")
        for a in found
    ]


def _causes_awaited(user):
    """第八十三条：what goes on for a cause that is not yet on record; the leader writes it, the clerk sees to it."""
    found = _own(
        user, holdover__cause_due_on__isnull=False, holdover__cause_set_on=None, status__in=LIVE
    ).select_related("holdover")
    note = "期满时未续签，原因不明（第八十三条）"
    if user.role == Role.LEADER:
        return [
            _act(a, "set_holdover_cause", "写明延续有效的原因", note, "写明", a.holdover.cause_due_on)
            for a in found
        ]
    return [_open(a, "请负责人写明延续有效的原因", note, until=a.holdover.cause_due_on) for a in found]


def _renewals(user, wanted):
    """第七十八条：the wanted applications on what the user works on, the first to expire first."""
    agreements = Agreement.objects.worked_on_by(user).live()
    found = RenewalRequest.objects.filter(wanted, agreement__in=agreements).order_by(
        "agreement__ends_on", "pk"
    )
    return [
        Item(
            "续签申请",
            r.agreement,
            f"{r.standing}（第七十八条）",
            r.get_absolute_url(),
            "办理",
            r.agreement.ends_on,
        )
        for r in found.select_related("agreement__institution__current")[:MOST]
    ]


def _unsigned_by(side, user):
    signed = SignRecord.objects.filter(agreement=OuterRef("pk"), side=side, void=False)
    return _own(user, ~Exists(signed), status=Status.TO_SIGN)


def _proposals(user, status):
    found = Proposal.objects.filter(
        status=status, agreement__agency=user.agency_id, agreement__status__in=LIVE
    )
    if status == Proposal.Status.RETURNED:
        found = found.filter(proposed_by=user)
    people = ["proposed_by", "reviewed_by", "agreement__institution__current"]
    return found.select_related(*people).order_by("pk")[:MOST]


def _proposal_item(proposal, subject, note):
    url = reverse("proposal", args=[proposal.agreement.number, proposal.pk])
    return Item(subject, proposal.agreement, note, url, "办理")


def _owed(user):
    papers = (
        Paper.objects.visible_to(user)
        .filter(status=Paper.Status.OWED)
        .select_related("agreement__institution__current")
    )
    return [
        Item(
            f"重印{p.get_purpose_display()}",
            p.agreement,
            p.failure or "还没有印出",
            p.agreement.get_absolute_url(),
            "查看",
        )
        for p in papers.order_by("pk")[:MOST]
    ]


def _ending_suspensions(user):
    limit = localdate() + LOOK_AHEAD
    found = _own(user, status=Status.SUSPENDED).prefetch_related("suspensions")
    pairs = [(a, max(s.planned_end for s in a.suspensions.all() if s.is_open)) for a in found]
    due = sorted(((until, a) for a, until in pairs if until <= limit), key=lambda pair: pair[0])
    return [
        _open(a, "中止将满，定去向", "恢复履行或按文本办理（第七十九条）", until=until) for until, a in due
    ]


_DESKS = {
    Role.CLERK: _clerk,
    Role.REVIEWER: _reviewer,
    Role.LEADER: _leader,
    Role.OPERATOR: _institution,
    Role.SIGNATORY: _institution,
}
