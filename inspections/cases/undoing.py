"""What a decision that was quashed leaves to be restored, each by the act that it has already (第八十一条)."""

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.offers import slug
from agreements.status import LIVE, Status

from ..models import PointsRecord


def still_to_restore(handlings):
    """Of these, those quashed ones whose suspension, stops or held payment still stand."""
    bans = Q(bans__lifted_on=None, bans__until__gte=localdate())
    stop = Q(suspension__isnull=False, suspension__closed_on=None)
    hold = Q(
        breach_case__rectifications__status="cancelled", breach_case__rectifications__hold__released_on=None,
        breach_case__rectifications__hold__isnull=False,
    )  # fmt: skip
    live = Q(breach_case__agreement__status__in=LIVE)
    return handlings.filter(live, bans | stop | hold, quashed_on__isnull=False).distinct()


def left_of(case):
    """[(sentence, address)] of what is to be done about the quashed decisions of a case, in words of the screen."""
    quashed = list(case.handlings.filter(quashed_on__isnull=False).select_related("suspension"))
    lines = [line for one in quashed for line in _of_agreement(one)]
    return [*lines, *_of_case(case)] if quashed else []


def _of_agreement(handling):
    agreement = handling.agreement
    act = {name: _act(agreement, name) for name in ("lift_ban", "resume", "release_payment", "lift_sanction")}
    if handling.typed_plan.whole == "rescind" and agreement.status == Status.RESCINDED:
        page = reverse("agreement-draft", args=[agreement.institution.code])
        yield "协议已经解除，不能自动恢复；由双方另行签订协议（第七十四条）", page
    if agreement.status not in LIVE:
        return
    if handling.suspension and handling.suspension.closed_on is None:
        yield f"恢复履行：{handling.suspension}还没有结束（第七十九条）", act["resume"]
    if handling.typed_plan.criticism:
        for one in agreement.sanctions.filter(
            kind="criticism", decided_on=handling.decided_on, lifted_on=None
        ):
            yield f"撤销登记：{one}（第八十一条）", act["lift_sanction"]
    for ban in handling.bans.filter(lifted_on=None, until__gte=localdate()):
        yield f"提前恢复服务：{ban}（第八十一条）", act["lift_ban"]
    for one in handling.breach_case.rectifications.filter(status="cancelled", hold__released_on=None):
        if one.hold:
            yield f"恢复拨付：{one.hold}（第六十四条）", act["release_payment"]


def _of_case(case):
    for one in case.recoveries.filter(status="returning"):
        yield f"退还已缴的{one.label}（第六十条）", one.get_absolute_url()
    points = case.pointsrecords.exclude(status__in=PointsRecord.UNCOUNTED).select_related("agreement")
    if case.decided_on:  # what was given since is of the new decision
        points = points.filter(filed_on__lt=case.decided_on)
    for one in points:
        yield f"撤销记分：{one.summary}（第六十八条）", one.get_absolute_url()


def _act(agreement, name):
    return reverse("agreement-act", args=[agreement.number, slug(name)])
