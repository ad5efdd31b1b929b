"""Changes over several records of a breach case: opening, telling, deciding, carrying out. Each goes through the door.

A decision is one transaction: the acts on the agreement, the case, what is owed and the papers are all there, or nothing.
"""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from agreements.clocks.actions import about_of
from agreements.clocks.named import drop_clocks_about
from agreements.gate import NO_HANDLING_YET, SYSTEM, RuleBroken, declared, perform, refusal
from agreements.models import Agreement, Paper, Sequence
from agreements.papers.printing import print_owed
from agreements.stops.cascade import spread

from ..models import BreachCase, Handling, Interview, Rectification
from ..models.recovery import DEMANDED
from . import permissions as case_permissions
from . import sheets as case_sheets
from .plan import is_under_check

OPENING = {"label": "登记线索", "article": "第四条"}
P = Paper.Purpose


def owe(case, purpose, sheet):
    """A paper of the case: owed with the act, printed as soon as it is committed."""
    paper = Paper.owe(case.agreement, purpose, sheet.kept(), localdate().year)
    transaction.on_commit(partial(_print, paper.pk))
    return paper


def _print(pk):
    for paper in Paper.objects.filter(pk=pk, status=Paper.Status.OWED).select_related("agreement__edition"):
        print_owed(paper)


def _keep(thing, name, paper):
    setattr(thing, name, paper)
    thing.save(update_fields=[name])


# ── the clue ──


@transaction.atomic
def open_case(agreement, *, source, title, clue, by, on=None, inspection=None, address=""):
    """第四条（五）：register a clue. Out of an inspection its findings come along, and it is transferred. Returns the case."""
    on = on or localdate()
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if not case_permissions.clerk_or_reviewer(agreement, by):
        raise PermissionDenied("您无权办理“登记线索”")
    if on > localdate():
        raise RuleBroken(f"登记日 {on} 还没有到。到当日再办（办理日期）")
    series = f"{agreement.agency.document_word}违〔{on.year}〕"
    case = BreachCase.objects.create(
        number=f"{series}{Sequence.take(f'违约案件 {series}')}号", agreement=agreement, inspection=inspection,
        source=source, title=title, clue=clue, opened_by=by, opened_on=on, since=on,
    )  # fmt: skip
    agreement.record(
        "open_case", OPENING, case, by, address, "", {"source": source, "title": title, "on": on}
    )
    if inspection:
        _take_over(case, inspection, by, on, address)
    return case


def _take_over(case, inspection, by, on, address):
    """第五十七条：what the inspection found, as it was fixed; the investigation weighs it anew."""
    if inspection.agreement_id != case.agreement_id:
        raise RuleBroken("核查不属于这份协议（第五十七条）")
    perform(inspection.transfer, by=by, address=address, on=on)
    for order, one in enumerate(inspection.findings.order_by("order"), start=1):
        case.items.create(
            order=order, finding=one, item=one.item, part=one.part, weighs_as=one.breach.article, facts=one.facts,
            overlap_reason=one.choice_reason, amount=one.amount, department=one.department, staff=one.staff,
        )  # fmt: skip


# ── the hearing ──


@transaction.atomic
def notify(case, *, by, on=None, address=""):
    """第六条：the notice of intended handling goes out, and the hospital sees its case. Returns the case."""
    case = perform(case.notify, by=by, address=address, on=on or localdate())
    _keep(case, "notice_paper", owe(case, P.INTENDED_NOTICE, case_sheets.intended_notice(case)))
    return case


# ── the decision ──


def propose(case, *, by, outcome, plan, report=None, minutes="", minutes_files=(), on=None, address=""):
    """The clerk proposes. Returns the Handling, which waits for the reviewer. Raises RuleBroken."""
    try:
        with transaction.atomic():
            details = {"outcome": outcome, "plan": plan, "report": report, "minutes": minutes}
            case = perform(
                case.propose_handling, by=by, address=address, minutes_files=list(minutes_files), on=on or localdate(), **details
            )  # fmt: skip
            handling = case.open_handling
            _refuse_what_cannot_be(handling, by)
            return handling
    except IntegrityError as taken:
        raise RuleBroken("本案已有未办结的处理呈批，先办结那一件（办审分离）") from taken


def _refuse_what_cannot_be(handling, by):
    """The rules of the agreement's own acts, while the clerk can still mend what is proposed."""
    for name, details in handling.acts():
        if why := refusal(handling.agreement, name, by=by, proposal=NO_HANDLING_YET, **details):
            raise RuleBroken(why)


@transaction.atomic
def turn_down(handling, *, by, reason, address=""):
    """Sent back: the case is again where it was. Returns the Handling."""
    handling = perform(handling.turn_down, by=by, address=address, reason=reason)
    perform(handling.breach_case.take_back, by=by, address=address, on=localdate())
    return handling


@transaction.atomic
def withdraw(handling, *, by, address=""):
    """Withdrawn by who proposed it: the case is again where it was. Returns the Handling."""
    handling = perform(handling.withdraw, by=by, address=address)
    perform(handling.breach_case.take_back, by=by, address=address, on=localdate())
    return handling


@transaction.atomic
def decide(handling, *, by, override_reason="", override_files=(), on=None, address=""):
    """The leader decides, and everything that follows happens with it, or nothing does. Returns the case.

    The agreement's row is locked first: of two who decide at once the second finds the proposal decided.
    """
    on = on or localdate()
    Agreement.objects.select_for_update().get(pk=handling.breach_case.agreement_id)
    handling = Handling.objects.get(pk=handling.pk)
    checked, stopped = is_under_check(handling.breach_case.agreement), _latest_ban(handling)
    words = {"override_reason": override_reason, "override_files": list(override_files)}
    handling = perform(handling.decide, by=by, address=address, on=on, **words)
    for name, details in handling.acts():
        agreement = Agreement.objects.get(pk=handling.breach_case.agreement_id)
        perform(getattr(agreement, name), by=by, address=address, proposal=handling, **details)
    _note_what_it_stopped(handling, stopped)
    case = _moved(handling, by=by, address=address, on=on, checked=checked)
    spread(Agreement.objects.get(pk=case.agreement_id), handling.typed_plan.on)
    return case


def _latest_ban(handling):
    latest = handling.agreement.service_bans.order_by("-pk").first()
    return latest.pk if latest else 0


def _note_what_it_stopped(handling, before):
    """第八十一条：so that it can be told what falls with the decision. `before`: the last ban that was there already."""
    agreement = handling.agreement
    handling.bans.set(agreement.service_bans.filter(pk__gt=before))
    if handling.typed_plan.whole == "suspend":
        _keep(handling, "suspension", agreement.suspensions.filter(cause="breach").order_by("pk").last())


def _moved(handling, *, by, address, on, checked):
    """The case itself, by what was decided; a breach owes its papers. `checked`: 第六十一条, what it ends is a check."""
    case, words = handling.breach_case, {"by": by, "address": address, "handling": handling, "on": on}
    if handling.outcome != "handle":
        return perform(case.exempt if handling.outcome == "exempt" else case.find_nothing, **words)
    case = perform(case.decide, **words, after_check=checked)
    _owe_papers(case)
    return case


def _owe_papers(case):
    """D-09, D-10, D-05, D-06; what suspends or rescinds owes its own notice (第八十四条)."""
    _keep(case, "decision_paper", owe(case, P.BREACH_DECISION, case_sheets.decision_notice(case)))
    if items := list(case.recoveries.filter(paper=None)):
        paper = owe(case, P.PAYMENT_DEMAND, case_sheets.payment_demand(case, items))
        _keep(case, "demand_paper", paper)
        for item in items:
            _keep(item, "paper", paper)
    for rectification in case.rectifications.filter(paper=None):
        sheet = case_sheets.rectification_notice(rectification)
        _keep(rectification, "paper", owe(case, P.RECTIFICATION_NOTICE, sheet))
        if rectification.hold:
            owe(case, P.HOLD_NOTICE, case_sheets.hold_notice(case, rectification.hold))


@transaction.atomic
def reopen(case, *, by, dispute, again, reason, on=None, address=""):
    """第八十一条：the decision did not stand. What it ordered and is not done falls with it. Returns the case.

    What it stopped is restored by the acts that there are for it, each with its own rule: see `undoing`.
    """
    on, words = on or localdate(), {"by": by, "address": address}
    agreement = Agreement.objects.select_for_update().get(pk=case.agreement_id)
    quashed = BreachCase.objects.get(pk=case.pk).decision
    case = perform(case.reopen, dispute=dispute, again=again, reason=reason, on=on, **words)
    handling = Handling.objects.get(pk=quashed.pk)
    if handling.suspension:
        perform(
            agreement.disown_suspension, proposal=handling, suspension=handling.suspension, on=on, **words
        )
    fallen = [
        *case.recoveries.exclude(status__in=["returning", "cancelled"]),
        *case.rectifications.filter(status__in=Rectification.OPEN),
        *case.interviews.filter(status="called"),
    ]
    for one in fallen:
        perform(one.cancel, reason=reason, on=on, **words)
    return BreachCase.objects.get(pk=case.pk)


# ── carrying out ──


@transaction.atomic
def call_interview(case, *, by, on=None, address="", **details):
    """第六十三条：D-04 is owed with it. Returns the Interview."""
    case = perform(case.call_interview, by=by, address=address, on=on or localdate(), **details)
    interview = Interview.objects.filter(breach_case=case).latest("pk")
    _keep(interview, "paper", owe(case, P.INTERVIEW_NOTICE, case_sheets.interview_notice(interview)))
    return interview


@transaction.atomic
def hold_interview(interview, *, by, on=None, address="", **details):
    """第六十三条: the record of it (D-04) is kept as a paper beside the signed original. Returns the Interview."""
    interview = perform(interview.hold, by=by, address=address, on=on or localdate(), **details)
    paper = owe(interview.breach_case, P.INTERVIEW_RECORD, case_sheets.interview_record(interview))
    _keep(interview, "record_paper", paper)
    return interview


@transaction.atomic
def submit_rectification(rectification, *, by, report, files, on=None, address=""):
    """第六十三条、第七条（十）：the report and its letter of commitment. Returns the Rectification."""
    on = on or localdate()
    thing = perform(rectification.submit, by=by, address=address, report=report, files=list(files), on=on)
    if paper := Paper.owe_commitment(thing.agreement, thing.material, on):
        transaction.on_commit(partial(_print, paper.pk))
        _keep(thing, "commitment_paper", paper)
    return thing


@transaction.atomic
def accept_rectification(rectification, *, by, held_note="", on=None, address=""):
    """第六十四条：accepted by a second person; payment that waited for it is released in the same act."""
    on = on or localdate()
    Agreement.objects.select_for_update().get(pk=rectification.breach_case.agreement_id)
    thing = Rectification.objects.get(pk=rectification.pk)
    if not declared(Rectification, "accept").has_perm(thing, by):
        raise PermissionDenied("您无权办理“验收通过”")
    if why := refusal(thing, "accept", by=by, held_note=held_note, on=on):
        raise RuleBroken(why)
    hold = thing.hold
    if hold and hold.is_open:
        reason = f"限期整改验收通过。{held_note}"[:500]
        perform(
            thing.agreement.release_payment, by=by, address=address, proposal=thing, hold=hold, outcome="paid", reason=reason, on=on
        )  # fmt: skip
        hold.refresh_from_db()
        owe(
            thing.breach_case,
            P.RELEASE_NOTICE,
            case_sheets.release_notice(thing.breach_case, hold, held_note),
        )
    return perform(thing.accept, by=by, address=address, held_note=held_note, on=on)


@transaction.atomic
def confirm_payment(payment, *, by, on=None, address=""):
    """第六十条：another person confirms; what is paid up in full is settled. Returns the RecoveryPayment.

    An offset owes its notice (D-11); what it leaves open is demanded from the hospital anew, with its own time.
    """
    on = on or localdate()
    payment = perform(payment.confirm, by=by, address=address)
    item, case = payment.recovery, payment.breach_case
    if payment.is_offset:
        _keep(payment, "paper", owe(case, P.OFFSET_NOTICE, case_sheets.offset_notice(payment)))
    if item.unpaid == 0:
        perform(item.settle, by=SYSTEM, on=on)
    elif item.waits_for_a_rest:
        _demand_the_rest(item, on)
    return payment


@transaction.atomic
def reject_payment(payment, *, by, reason, on=None, address=""):
    """第六十条：not accepted; what an earlier offset left open is then demanded. Returns the RecoveryPayment."""
    payment = perform(payment.reject, by=by, address=address, reason=reason)
    if payment.recovery.waits_for_a_rest:
        _demand_the_rest(payment.recovery, on or localdate())
    return payment


def _demand_the_rest(item, on):
    """第六十条：what an offset did not cover is made up by the hospital; the first demand's clock has nothing left to say."""
    first = item.paper
    _keep(item, "paper", owe(item.breach_case, P.PAYMENT_DEMAND, case_sheets.rest_demand(item)))
    if not item.breach_case.recoveries.filter(paper=first, status__in=item.UNPAID).exists():
        drop_clocks_about(item.agreement, DEMANDED, on, about_of(first))


@transaction.atomic
def explain(case, *, by, explanation, answer, on=None, address=""):
    """第五条（九）：D-34 is owed with it. Returns the Explanation."""
    case = perform(
        case.explain, by=by, address=address, explanation=explanation, answer=answer, on=on or localdate()
    )
    explanation = case.explanations.get(pk=explanation.pk)
    _keep(explanation, "paper", owe(case, P.EXPLANATION, case_sheets.explanation(explanation)))
    return explanation
