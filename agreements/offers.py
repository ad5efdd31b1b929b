"""What a person may do with an agreement now, and why not the rest. The pages draw it; the door decides again."""

from dataclasses import dataclass

from django.urls import reverse

from .gate import NO_HANDLING_YET, NO_PROPOSAL_YET, acts_of, declared, is_known, refusal
from .models import IN_THE_MAKING, LIVE, Agreement, Proposal
from .permissions import agency_clerk, the_system


@dataclass(frozen=True)
class Offer:
    name: str
    label: str
    url: str
    refusal: str | None
    way_on: tuple[str, str] | None = None  # what brings a dead act about: label and address

    @property
    def forward(self):
        return self.name in FORWARD


# What brings an agreement forward comes first; whatever stops it never looks like the thing to press.
FORWARD = [
    "negotiate",
    "confirm",
    "fix_text",
    "sign_for_institution",
    "sign_for_agency",
    "acknowledge_cascade",
    "count_aftercare",
    "resume",
    "apply_for_renewal",
    "set_holdover_cause",
]


# Acts that open a record of its own: each with the pages where it is written, as (label, URL name, further arguments).
OPENING = {
    "draft_change": [
        ("申请重大信息变更", "change-new", ["major"]),
        ("告知一般信息变更", "change-new", ["general"]),
    ],
    "draft_suspension": [("申请中止协议", "stop-new", ["suspend"])],
    "draft_resumption": [("申请继续履行", "stop-new", ["resume"])],
    "draft_ending": [("申请终止协议", "stop-new", ["end"])],
    "draft_permit": [("申请约定服务项目", "permit-new", [])],
    "draft_consultation": [("提出事先协商", "consultation-new", [])],
    "file_penalty_report": [("报送行政处罚", "report-new", ["penalty"])],
    "file_self_check": [("提交自查自纠报告", "report-new", ["self-check"])],
    "file_display_proof": [],  # each from the clock that it answers
}


# What apps above this one let a person do about an agreement: callables (agreement, user) → [Offer].
MORE = []

# Where an act that only a breach case carries is begun: callables (agreement, user) → (label, address), or None.
WAYS_TO_A_CASE = []


# What another record's act carries along; nobody begins it on this page.
UNSEEN = ["propose", "disown_suspension"]


def slug(name):
    return name.replace("_", "-")


def offers_for(agreement, user):
    """Offers of a user on an agreement, those that work first. Acts that are not theirs to do are not listed."""
    offers = [offer for name in acts_of(Agreement) for offer in _offers(agreement, name, user)]
    offers += [offer for more in MORE for offer in more(agreement, user)]
    return sorted(offers, key=lambda offer: (offer.refusal is not None, not offer.forward))


def _offers(agreement, name, user):
    """The offers of one act, usually one; none when it is not this person's or belongs to another part of the life."""
    step = declared(Agreement, name)
    if name in UNSEEN or step.permission is the_system or not is_known(agreement, step.custom):
        return []
    if step.custom["by_case"]:
        return _of_a_case(agreement, step, user)
    proposed = step.custom["proposed"]
    if not (agency_clerk(agreement, user) if proposed else step.has_perm(agreement, user)):
        return []
    why = why_not_propose(agreement, name, user) if proposed else refusal(agreement, name, by=user)
    if why and not _worth_showing(agreement, step):
        return []
    if name in OPENING:
        return [
            Offer(name, label, reverse(url, args=[agreement.number, *args]), why)
            for label, url, args in OPENING[name]
            if args != ["major"] or agreement.terms.change.groups  # some texts have only news of changes
        ]
    label = f"提请{step.custom['label']}" if proposed else step.custom["label"]
    return [Offer(name, label, reverse("agreement-act", args=[agreement.number, slug(name)]), why)]


# Act of a case → whether the edition's catalogue gives its measure at all.
GIVEN_BY = {
    "suspend_for_breach": lambda breaches: breaches.measure_that("suspend"),
    "prove_breach": lambda breaches: breaches.measure_that("suspend"),
    "rescind": lambda breaches: breaches.measure_that("rescind"),
    "ban_service": lambda breaches: any(one.stoppable for one in breaches.measures.values()),
    "criticise": lambda breaches: any(one.criticism for one in breaches.measures.values()),
}


def _of_a_case(agreement, step, user):
    """Nobody does it on this page: dead, with the case as the way on, where nothing else stands against it."""
    given = GIVEN_BY.get(step.name)
    if given and not given(agreement.edition.breaches):
        return []
    other = refusal(agreement, step.name, by=user, proposal=NO_HANDLING_YET)
    if not agency_clerk(agreement, user) or (other and not _worth_showing(agreement, step)):
        return []
    ways = [way for find in WAYS_TO_A_CASE if not other and (way := find(agreement, user))]
    why = other or refusal(agreement, step.name, by=user)
    return [Offer(step.name, step.custom["label"], "", why, next(iter(ways), None))]


def why_not_propose(agreement, name, user):
    """What stands against proposing an act now; the details are checked when they are known."""
    if agreement.proposals.filter(act=name, status__in=Proposal.OPEN).exists():
        return "已有未办结的呈批（办审分离）"
    why = refusal(agreement, name, by=user, proposal=NO_PROPOSAL_YET)
    return why or refusal(agreement, "propose", by=user)


# Acts that answer something open: without it there is nothing to say about them.
ANSWERS = [
    "prove_breach",
    "release_payment",
    "lift_ban",
    "acknowledge_cascade",
    "set_holdover_cause",
    "decline_renewal",
    "end_continuation",
    "grant_suspension_exception",
    "keep_despite_repeat",
    "count_aftercare",
    "draft_resumption",
    "end_contact",
    "accept_electronic_delivery",
    "withdraw_electronic_delivery",
]


def _worth_showing(agreement, step):
    """A dead act is shown with its reason where it belongs to this part of the life, not for ever after."""
    if step.name in ANSWERS:
        return False
    return step.custom["label"] and agreement.status in _part_of_life(step)


def _part_of_life(step):
    making = step.source in IN_THE_MAKING
    return IN_THE_MAKING if making else LIVE
