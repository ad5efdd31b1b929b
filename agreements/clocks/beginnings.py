"""From which day, and about what, the clocks of an event run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ..models.deadline import Deadline
from ..status import ENDED


def about_of(cause):
    """What a clock is about, to keep apart two of one rule in one agreement: "中止 12"."""
    return f"{cause._meta.verbose_name} {cause.pk}"


def about_approval(group):
    """What the clock of a known approval is about: the group of facts that the authority let change."""
    return f"批准 {group}"


@dataclass(frozen=True)
class Beginning:
    day: date
    about: str = ""
    wanted: Callable = lambda term: True
    note: str = ""


def _of_suspension(agreement, on):
    """第七十九条：连续中止自最早的起日算；自动终止只及于依申请的中止，其余的由甲方在期内决定。"""
    stop = agreement.suspensions.latest("pk")
    first = agreement.open_suspensions.order_by("started_on").values_list("started_on", flat=True)[0]
    requested = stop.cause == "requested"
    return Beginning(first, about_of(stop), lambda term: requested or Deadline.Bound.SYSTEM not in term.bound)


def _of_hold(agreement, on):
    """第六十一条、第六十九条：各有自己的复查；第六十四条的暂停到整改到位为止。"""
    hold = agreement.payment_holds.latest("pk")
    return Beginning(hold.started_on, about_of(hold), lambda term: hold.article in term.articles)


def _of_change(agreement, on):
    ended = agreement.status in ENDED
    return Beginning(on, "结束" if ended else about_of(agreement.suspensions.latest("pk")))


def _of_application(agreement, on):
    """第七十六条：自有关部门批准之日，或变更之日。"""
    request = agreement.changerequests.latest("pk")
    return Beginning(
        request.approved_on, about_of(request), lambda term: term.start_event == request.duty_event
    )


def _of_penalty(agreement, on):
    report = agreement.penaltyreports.latest("pk")
    if known := report.records.first():  # its clock has been running since it became known (第四条（七）)
        return Beginning(known.served_on, about_of(known))
    return Beginning(report.served_on, about_of(report))


def _of_self_check(agreement, on):
    """第七条（七）：the next self-check is counted from the last one."""
    report = agreement.selfcheckreports.order_by("pk").last()
    return Beginning(report.found_on, about_of(report)) if report else Beginning(agreement.starts_on)


def _of_claim(agreement, on):
    """第三十九条：自受理（材料齐全）之日起，一个月一个时限。"""
    claim = agreement.feeclaims.latest("pk")
    return Beginning(claim.received_on, about_of(claim), note=claim.month_name)


def _of_end(agreement, on):
    """第八十三条：the end of the term; that of an extension has clocks of its own."""
    last = agreement.extensions.last() if agreement.terms.expiry.extension_months else None
    return Beginning(agreement.ends_on, about_of(last) if last else "")


BEGINNINGS = {
    "claim_accepted": _of_claim,
    "penalty_served": _of_penalty,
    "last_self_check": _of_self_check,
    "change_approved": _of_application,
    "general_change": _of_application,
    "agreement_start": lambda agreement, on: Beginning(agreement.starts_on),
    "agreement_end": _of_end,
    "suspension_start": _of_suspension,
    "hold_start": _of_hold,
    "status_changed": _of_change,
    "agreement_ended": lambda agreement, on: Beginning(on, "结束"),
    "holdover_start": lambda agreement, on: Beginning(on),
}
