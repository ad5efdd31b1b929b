"""待办：what each role has to do now. Each item says what, with whom, on which article, and where to do it."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from institutions.models import Role

from .applications import desk as application_desk
from .claims import desk as claim_desk
from .clocks import desk as clock_desk
from .contacts import desk as contact_desk
from .deliveries import desk as delivery_desk
from .desk_items import MOST, Item, in_their_words
from .edition_desk import desk as edition_desk
from .models import (
    LIVE,
    AftercarePlan,
    Agreement,
    DailyFailure,
    Edition,
    Ending,
    Paper,
    Proposal,
    RenewalRequest,
    SignRecord,
    Status,
    Suspension,
)
from .reports import desk as report_desk
from .stops import repeat
from .stops.last_days import to_decide
from .supplements import desk as supplement_desk
from .supplements.variants import terms_under

LOOK_AHEAD = timedelta(days=30)
MORE = []  # what apps above this one have to do: functions like `groups_for`


def desk_for(user):
    """[(group title, [Item])] for a user, groups without items left out; at most MOST items each."""
    groups = [
        *_DESKS.get(user.role, lambda user: [])(user),
        *application_desk.groups_for(user),
        *delivery_desk.groups_for(user),
        *supplement_desk.groups_for(user),
        *report_desk.groups_for(user),
        *claim_desk.groups_for(user),
        *clock_desk.groups_for(user),
        *contact_desk.groups_for(user),
        *edition_desk.groups_for(user),
        *(group for groups_for in MORE for group in groups_for(user)),
    ]
    return in_their_words([(title, items) for title, items in groups if items])


def _own(user, *conditions, **filters):
    return _own_rows(user).filter(*conditions, **filters).order_by("pk")[:MOST]


def _own_rows(user):
    return Agreement.objects.worked_on_by(user).with_parties()


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
        ("每日办理没有办成的", _daily_failures(user)),
        ("没有印出的文书", _owed(user)),
        ("延续有效：写明原因", _causes_awaited(user)),
        ("要知悉的联动", _cascades(user)),
        ("善后：填人数", _uncounted(user)),
        ("续签申请", _renewals(user, Q(status=RenewalRequest.Status.SUBMITTED))),
        *_stops(user),
        ("要送出的草稿", drafts),
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
        ("每日办理没有办成的", _daily_failures(user)),
        ("延续有效：写明原因", _causes_awaited(user)),
        *_stops(user),
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


def _uncounted(user):
    """第八十二条：agreements that ended by themselves, whose patients nobody has counted yet."""
    plans = AftercarePlan.objects.uncounted().filter(agreement=OuterRef("pk"))
    return [
        _act(
            a,
            "count_aftercare",
            "善后：填人数",
            "协议自动终止，清点在院、出院未结算人数（第八十二条）",
            "填写",
        )
        for a in _own(user, Exists(plans))
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
    alive = Q(agreement__status__in=LIVE) | Q(act="release_payment")  # a hold may outlast the agreement
    found = Proposal.objects.filter(alive, status=status, agreement__agency=user.agency_id)
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


def _daily_failures(user):
    """What the daily run could not do and somebody has to put right."""
    agreements = Agreement.objects.worked_on_by(user)
    found = DailyFailure.objects.open().filter(agreement__in=agreements)
    return [
        Item(f"{f.get_step_display()}没有办成", f.agreement, f.reason, reverse("daily"), "处理", cited=True)
        for f in found.select_related("agreement__institution__current")[:MOST]
    ]


def _stops(user):
    """What the clerk proposes and the leader decides about suspensions; each of them in one group."""
    last = to_decide(Agreement.objects.worked_on_by(user), localdate())[:MOST]
    decide = [
        _open(
            one.agreement,
            f"{one}到最后一日，定去向",
            "届满前恢复、解除或写明例外；不自动终止（第七十九条）",
            until=day,
        )
        for day, one in last
    ]
    return [
        ("考虑解除", _repeated(user)),
        ("中止的最后一日", decide),
        ("快到期的中止", _ending_suspensions(user, besides={one.agreement_id for _, one in last})),
    ]


def _repeated(user):
    """第六十七条（一）：suspended again within the term; a person decides whether to rescind."""
    found = repeat.waiting(_own_rows(user), terms_under(Edition.objects.only("terms_source")), MOST)
    return [
        _open(a, "决定是否解除", f"协议期内第{a.times}次被中止；解除，或记明不予解除（第六十七条）")
        for a in found
    ]


def _ending_suspensions(user, besides=()):
    limit = localdate() + LOOK_AHEAD
    found = _own(user, ~Q(pk__in=besides), status=Status.SUSPENDED).prefetch_related("suspensions")
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
