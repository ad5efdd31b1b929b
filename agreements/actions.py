"""Changes over several records: drafting, fixing the text, signing, deciding a proposal.

Each goes through the door for every record it touches.
"""

import inspect

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from institutions.models import Level

from . import permissions
from .applications import account_holds
from .gate import NO_PROPOSAL_YET, SYSTEM, RuleBroken, declared, perform, refusal
from .models import IN_FORCE, Agreement, Attachment, Edition, Paper, Proposal, Sequence, Status
from .models.proposal import stored
from .papers.printing import owe_copy, print_owed
from .stops import requests as stop_requests
from .stops.cascade import spread

DRAFTING = {"label": "起草协议", "article": "第三条、第八十三条"}
NO_TEXT = "{region}没有适用于{institution}、可以签订的协议文本。先发布或载入文本（签订前准备）"
TAKEN = "{institution}与{agency}已有一份正在办理签订的协议，先办结或作废那一份（一家机构一份协议）"


def signing_agency_for(user):
    """第七十四条：县级准备，甲方是上一级；市、自治州及以上的就是本机构。"""
    lowest = text_for(user.agency).terms.signing.lowest_level
    if Level(user.agency.level).at_least(lowest):
        return user.agency
    return user.agency.region.parent.agencies.order_by("code").first()


def text_for(agency, institution=None, predecessor=None):
    """The Edition under which a new agreement is drafted: that of the one before in its newest version, else the newest.

    Raises RuleBroken when no text of the agency's region fits.
    """
    offered = Edition.objects.offered(agency, institution)
    same = [one for one in offered if predecessor and one.code == predecessor.edition.code]
    if not offered:
        raise RuleBroken(NO_TEXT.format(region=agency.region, institution=institution or "本地区的机构"))
    return (same or offered)[0]


def draft_agreement(institution, *, by, agency=None, address="", edition=None, predecessor=None, **facts):
    """A new draft between the agency and an institution, with its number from the locked sequence.

    `facts`: starts_on, ends_on, services, payment_methods, agency_agent, institution_agent.
    Raises PermissionDenied, or RuleBroken when the pair already has an agreement in the making.
    """
    if not permissions.may_draft(by):
        raise PermissionDenied("您无权办理“起草协议”")
    agency = agency or signing_agency_for(by)
    edition = edition or text_for(agency, institution, predecessor)
    if edition.is_withdrawn:
        raise RuleBroken(
            f"文本{edition}（{edition.version}）已停用，不能再用于起草。选现行的版本（版本管理）"
        )
    _refuse_broken_constraints(agency=agency, institution=institution, **facts)
    try:
        with transaction.atomic():
            series = f"{agency.region_id}-{facts['starts_on'].year}"
            agreement = Agreement.objects.create(
                number=f"{series}-{Sequence.take(f'协议 {series}'):04d}", agency=agency, institution=institution,
                edition=edition, predecessor=predecessor, drafted_by=by, **facts,
            )  # fmt: skip
            if not permissions.agency_clerk(agreement, by):
                raise PermissionDenied("您无权为这家机构起草协议")
            details = {**facts, "institution": institution, "agency": agency}
            agreement.record("draft", DRAFTING, agreement, by, address, "", details)
            return agreement
    except IntegrityError as taken:
        raise RuleBroken(TAKEN.format(institution=institution, agency=agency)) from taken


def _refuse_broken_constraints(**facts):
    """The sentences of the database's own constraints, before it has to refuse."""
    try:
        Agreement(**facts).validate_constraints(exclude=["number"])
    except ValidationError as wrong:
        raise RuleBroken("；".join(wrong.messages)) from wrong


def fix_text(agreement, *, by, address="", today=None, print_now=True):
    """The reviewer fixes the text; the signing copy is owed at once and printed after the commit.

    A batch says `print_now=False` and prints what it owes with `print_all`.
    """
    with transaction.atomic():
        agreement = perform(agreement.fix_text, by=by, address=address, today=today or localdate())
        paper = owe_copy(agreement, Paper.Purpose.SIGNING_COPY, today)
    if print_now:
        print_owed(paper)
    return agreement


def return_to_draft(agreement, *, by, reason, address=""):
    """Back to the desk: signatures fall, and the prints of the fixed text are made void with the same reason."""
    with transaction.atomic():
        agreement = perform(agreement.return_to_draft, by=by, reason=reason, address=address)
        for paper in agreement.papers.exclude(status=Paper.Status.VOIDED):
            perform(paper.make_void, by=by, reason=f"退回草拟：{reason}"[:200], address=address)
    return agreement


def sign(agreement, side, *, by, address="", today=None, print_now=True, **signature):
    """One side signs. When both have, the signed copy is owed, and a term that has begun comes into force."""
    today = today or localdate()
    with transaction.atomic():
        move = agreement.sign_for_agency if side == "agency" else agreement.sign_for_institution
        agreement = perform(move, by=by, address=address, **signature)
        signed = agreement.status == Status.SIGNED
        paper = owe_copy(agreement, Paper.Purpose.SIGNED_COPY, today) if signed else None
        if signed and refusal(agreement, "activate", by=SYSTEM, today=today) is None:
            agreement = _activated(agreement, today)
    if paper and print_now:
        print_owed(paper)
    return agreement


def void_paper(paper, *, by, reason, replace=True, address=""):
    """Void a paper. What has to stand is replaced by a new print of the same snapshot.

    A copy of an agreement that counts always; a notice or an announcement unless it is said not to be needed.
    Whatever record names the voided paper names the new one from then on: its receipt is what counts (第八十四条).
    """
    with transaction.atomic():
        # Before the number, in the order in which every act takes its locks.
        Agreement.objects.select_for_update().get(pk=paper.agreement_id)
        replaced = (paper.is_copy and paper.agreement.is_frozen) or (replace and paper.is_replaceable)
        year = localdate().year
        new = Paper.owe(paper.agreement, paper.purpose, paper.snapshot, year) if replaced else None
        paper = perform(paper.make_void, by=by, reason=reason, address=address)
        if new and not paper.is_copy:
            _take_its_place(paper, new)
    if new:
        print_owed(new)
    return paper


def _take_its_place(old, new):
    """Every reference to the old paper goes to the new one, but for its own sending: the new one is sent anew."""
    for relation in Paper._meta.get_fields(include_hidden=True):
        if relation.auto_created and relation.one_to_many and not relation.concrete:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: old})
            rows.update(**{relation.field.name: new})
    plans = old.agreement.aftercare_plans.filter(handover_number=old.number)
    plans.update(handover_number=new.number)


@transaction.atomic
def propose(agreement, name, details, *, by, address=""):
    """The clerk proposes an act with its details. Returns the proposal.

    The hospital's application on paper (`application`, an upload) is kept with the agreement and named by the
    proposal. RuleBroken when one is open already, or when a rule stands against the act as proposed.
    """
    if "application" in inspect.signature(getattr(agreement, name)).parameters:
        kept = Attachment.keep(agreement, [scan] if (scan := details.get("application")) else [], by)
        details = details | {"application": next(iter(kept), None)}
    if why := refusal(agreement, name, by=by, proposal=NO_PROPOSAL_YET, **details):
        raise RuleBroken(why)
    try:
        label = declared(Agreement, name).custom["label"]
        agreement = perform(
            agreement.propose, by=by, name=name, label=label, details=stored(details), address=address
        )
    except IntegrityError as taken:
        raise RuleBroken("这一事项已有未办结的呈批，先办结那一件（办审分离）") from taken
    return agreement.proposals.filter(act=name, status=Proposal.Status.PROPOSED).latest("pk")


@transaction.atomic
def decide(proposal, *, by, address=""):
    """The leader decides: the proposed act is carried out and the proposal closed, both or neither."""
    details = proposal.typed_details()
    agreement = perform(
        getattr(proposal.agreement, proposal.act), by=by, address=address, proposal=proposal, **details
    )
    perform(proposal.decide, by=by, address=address)
    stop_requests.answer(agreement, proposal, by)
    spread(agreement, details["on"])
    return agreement


def due_to_begin(today):
    """第八十三条：signed agreements whose first day has come."""
    return Agreement.objects.filter(status=Status.SIGNED, starts_on__lte=today)


@transaction.atomic
def begin(agreement, today):
    """A signed agreement comes into force; an expired one before it closes as renewed (第七十八条).

    None when another run has begun it in the meantime.
    """
    agreement = due_to_begin(today).select_for_update().filter(pk=agreement.pk).first()
    if agreement is None:
        return None
    before = agreement.live_sibling
    if before and before.status in IN_FORCE and before.ends_on < agreement.starts_on:
        perform(before.close_as_renewed, by=SYSTEM, on=agreement.starts_on)
    return _activated(agreement, today)


def _activated(agreement, today):
    agreement = perform(agreement.activate, by=SYSTEM, on=agreement.starts_on, today=today)
    return account_holds.take_over(agreement, today)


def letter_is_given(agreement):
    """Why no letter is made any more, where one is given for the whole agreement; "" where one may be."""
    edition = agreement.edition
    if not edition.has_commitment or edition.letter_names_material:
        return ""
    of_letters = {"purpose": Paper.Purpose.COMMITMENT}
    given = agreement.papers.filter(**of_letters).exclude(status=Paper.Status.VOIDED).first()
    return (
        f"承诺书已经出具（{given.number}），每份协议一次。要换的，先作废原来的（签订前准备）" if given else ""
    )


def commit_material(agreement, material, *, by, address="", today=None):
    """承诺书 for a material that the hospital files (第七条第十项): numbered, frozen, printed."""
    if not permissions.institution_side(agreement, by):
        raise PermissionDenied("承诺书由乙方出具")
    day = today or localdate()
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if why := letter_is_given(agreement):
            raise RuleBroken(why)
        paper = Paper.owe_commitment(agreement, material, day)
        if paper is None:
            raise RuleBroken("本协议的文本没有承诺书，不用出具（签订前准备）")
        custom = {"label": "出具承诺书", "article": "第七条"}
        agreement.record("commit_material", custom, paper, by, address, "", paper.snapshot)
    print_owed(paper)
    return paper
