"""What becomes of an agreement at 24:00 of its last day (第七十八条、第八十条（四）、第八十三条): a table, and the acts that carry it out."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db import transaction

from institutions.workdays import calendar_for

from ..gate import SYSTEM, perform
from ..models import Agreement, Status
from ..stops.cascade import spread
from ..stops.lapses import end_overlong, overlong
from .extending import ONE_DAY, next_end, stands_against


@dataclass(frozen=True)
class Facts:
    """What is on file on the last day. `request` is the state of the latest application, None without one."""

    successor_signed: bool = False  # by both, from the next day on
    suspended: bool = False
    request: Literal["submitted", "returned", "negotiating", "agreed", "failed", "withdrawn"] | None = None
    on_time: bool = False
    late_accepted: bool = False
    offer_lapsed: bool = False  # the text was offered and not signed by the day that the agency set
    campaign_open: bool = False
    unclear: bool = False
    holds_over: bool = True  # the edition lets an agreement go on for the agency's reasons
    extends_to: date | None = None  # by the edition, where it extends a term by itself
    blocked: str | None = None  # what stands against that, in words
    was_extended: bool = False


@dataclass(frozen=True)
class Outcome:
    """`urgent`: the agency has to say within a few days for what cause the agreement goes on."""

    kind: Literal["renewed", "extended", "continued", "terminated"]
    reason: str
    urgent: bool = False


def outcome_at_expiry(facts):
    """The Outcome of these Facts. What ends it goes before what lets it go on; what is unclear lets it go on.

    第七十八条：续签，或未达成一致而终止；第八十条（四）：乙方未按要求续签；第八十三条：因甲方原因未续签的继续生效。
    """
    if facts.successor_signed:
        return Outcome("renewed", "新协议已签署，自期满次日生效")
    if facts.extends_to and not facts.blocked:
        return Outcome("extended", f"本期没有受到所列处理，自动延长至{facts.extends_to}")
    if reason := _why_it_ends(facts):
        return Outcome("terminated", reason)
    if facts.request == "returned" or facts.unclear:
        return Outcome("continued", "期满时未续签，原因待甲方写明", urgent=True)
    if facts.campaign_open:
        return Outcome("continued", "甲方统一组织续签，期满时尚未办结")
    if facts.request and facts.on_time:
        return Outcome("continued", "乙方按时申请续签，甲方期满时尚未办结")
    if facts.request and facts.late_accepted:
        return Outcome("continued", "甲方受理了乙方逾期的续签申请，期满时尚未办结")
    late = "乙方逾期申请续签，甲方未受理" if facts.request else "乙方没有申请续签，甲方也没有统一组织续签"
    return Outcome("terminated", late)


def _why_it_ends(facts):
    if not facts.holds_over:
        return facts.blocked or ("自动延长已满，期满未续签" if facts.was_extended else "期满未续签")
    if facts.suspended:
        return "期满时处于中止，且没有签署续签协议"
    if facts.request == "failed":
        return "双方未就续签达成一致"
    if facts.request == "withdrawn":
        return "乙方撤回了续签申请"
    return "甲方已给出续签文本，乙方未在规定日期前签署" if facts.offer_lapsed else None


def facts_at_expiry(agreement):
    """The Facts of an agreement on its last day, also when they are asked for days later."""
    last, after = agreement.ends_on, agreement.ends_on + ONE_DAY
    request = agreement.renewal_requests.last()
    signed = agreement.next_agreements.filter(status=Status.SIGNED).values_list("starts_on", flat=True)
    stopped = agreement.suspensions.filter(started_on__lte=last).exclude(closed_on__lte=last)
    return Facts(
        successor_signed=after in signed,
        suspended=stopped.exists(),
        request=request and request.status,
        on_time=bool(request and request.counts_as_on_time),
        late_accepted=bool(request and request.late_accepted_on),
        offer_lapsed=bool(request and request.offer_lapsed_by(after)),
        campaign_open=agreement.renewal_campaigns.exclude(closed_on__lte=last).exists(),
        unclear=any(starts > after for starts in signed),  # renewed, but not from the next day on
        holds_over=agreement.terms.expiry.holds_over,
        extends_to=(until := next_end(agreement)),
        blocked=until and stands_against(agreement),
        was_extended=bool(agreement.terms.expiry.extension_months and agreement.extensions.exists()),
    )


def unsettled(today):
    """Agreements whose last day is over and about which nothing has been decided yet, as a query."""
    return Agreement.objects.filter(
        status__in=[Status.ACTIVE, Status.SUSPENDED], ends_on__lt=today, holdover=None
    )


def settle(agreement, today):
    """Carry out the table for an agreement whose last day is over; again where the extension that it gave is over as well.

    A suspension that became too long in the extension ends it there (第七十九条). Returns it as it is then; None when
    another run settled it in the meantime. Raises RuleBroken.
    """
    settled = _settle_once(agreement)
    while settled and settled.status in (Status.ACTIVE, Status.SUSPENDED):
        if lapsed := _lapsed(settled, today):
            return lapsed
        if settled.ends_on >= today:
            break
        settled = _settle_once(settled)
    return settled


def _lapsed(agreement, today):
    ended = (end_overlong(stop, today) for stop in overlong(today).filter(agreement=agreement))
    return next(filter(None, ended), None)


@transaction.atomic
def _settle_once(agreement):
    """As from the day after its last day."""
    after = agreement.ends_on + ONE_DAY
    agreement = unsettled(after).select_for_update(of=("self",)).filter(pk=agreement.pk).first()
    if agreement is None:
        return None
    outcome = outcome_at_expiry(facts_at_expiry(agreement))
    if outcome.kind == "renewed":
        return perform(agreement.close_as_renewed, by=SYSTEM, on=after)
    if outcome.kind == "extended":
        return perform(agreement.extend, by=SYSTEM, until=next_end(agreement), on=after)
    if outcome.kind == "terminated":
        agreement = perform(agreement.expire, by=SYSTEM, reason=outcome.reason, on=after)
        spread(agreement, after)
        return agreement
    due = _cause_due(agreement, after) if outcome.urgent else None
    return perform(agreement.carry_on, by=SYSTEM, cause=outcome.reason, on=after, cause_due_on=due)


def _cause_due(agreement, start):
    days = agreement.terms.expiry.set_cause_working_days
    return calendar_for(agreement.agency.region).add_working_days(start, days)
