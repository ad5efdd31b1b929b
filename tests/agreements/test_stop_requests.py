"""第七十九条、第八十条（三）：乙方申请中止、继续履行、终止；负责人的决定就是答复。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from agreements import actions
from agreements.applications import actions as applications
from agreements.clocks.deadlines import add_months
from agreements.daily import run
from agreements.desk import desk_for
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import Agreement, Event, Paper, Status, StopRequest
from agreements.models.event import first_fault
from agreements.standing import standing
from agreements.stops import requests as stop_requests
from institutions.actions import revise_institution

from ..desk import AFTERCARE, TODAY, signature

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

BACKEND = "django.contrib.auth.backends.ModelBackend"
SUSPEND, RESUME, END = StopRequest.Kind
ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    """Sets the day on which people act, wherever an act or a check asks for it."""

    def at(day):
        for module in (
            "actions",
            "checks",
            "signing_checks",
            "models.agreement",
            "models.stopping",
            "stops.request_checks",
        ):
            monkeypatch.setattr(f"agreements.{module}.localdate", lambda: day)
        monkeypatch.setattr("agreements.models.stop_request.localdate", lambda: day)

    return at


def facts_of(kind, agreement, on, **changed):
    facts = {"planned_from": on, "reason": "住院楼改造", "files": [], "on": on}
    if kind == RESUME:
        facts["suspension"] = agreement.open_suspensions.first()
    else:
        facts |= {"inpatients": 3, "unsettled": 2}
    if kind == SUSPEND:
        facts["planned_until"] = on + timedelta(days=min(90, agreement.terms.suspension.max_days or 90))
    return facts | changed


def drafted(desk, agreement, kind, on=TODAY, **changed):
    return stop_requests.draft_stop(
        agreement, kind, by=desk.operator, **facts_of(kind, agreement, on, **changed)
    )


def filed(desk, agreement, kind, on=TODAY, **changed):
    return applications.submit(drafted(desk, agreement, kind, on, **changed), by=desk.operator, on=on)


def verified(desk, agreement, kind, on=TODAY, **changed):
    return perform(filed(desk, agreement, kind, on, **changed).accept, by=desk.clerk, on=on)


def put_forward(desk, request, **changed):
    """Proposed on the request as the clerk's form has it, and reviewed."""
    details = request.proposed_details | changed
    if request.with_aftercare:
        details["aftercare"] = {name: details.pop(name) for name in ("inpatients", "unsettled")} | {
            "handover_number": ""
        }
    if "ground" in details:
        details["ground"] = request.agreement.terms.termination.ground(details["ground"])
    if "suspension" in details:
        details["suspension"] = request.suspension
    return desk.proposal(request.agreement, request.act, **details)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


# ── filing ──


@pytest.mark.rule("Q79.1")
@pytest.mark.parametrize("kind, purpose", [
    (SUSPEND, Paper.Purpose.SUSPENSION_REQUEST), (END, Paper.Purpose.ENDING_REQUEST),
])  # fmt: skip
def test_a_request_is_filed_with_its_form_and_letter_of_commitment(desk, kind, purpose):
    request = filed(desk, desk.signed(), kind)
    assert (request.status, request.filed_on) == ("submitted", TODAY)
    assert (request.form_paper.purpose, request.form_paper.status) == (purpose, "issued")
    assert request.commitment_paper.purpose == Paper.Purpose.COMMITMENT
    assert request.agreement.status == Status.ACTIVE


@pytest.mark.rule("Q79.3")
def test_a_request_to_go_on_names_the_suspension_and_has_its_form(desk):
    agreement = desk.suspended()
    request = filed(desk, agreement, RESUME)
    assert request.suspension == agreement.suspensions.get()
    assert request.form_paper.purpose == Paper.Purpose.RESUMPTION_REQUEST


@pytest.mark.rule("Q79.1")
@pytest.mark.parametrize("short_by, late", [(28, True), (10, True), (-5, False)])
def test_a_suspension_asked_for_later_than_the_lead_time_is_taken_and_flagged(desk, short_by, late):
    day = add_months(TODAY, desk.terms.suspension.request_lead_months or 0) - timedelta(days=short_by)
    request = filed(desk, desk.signed(), SUSPEND, planned_from=day, planned_until=day + timedelta(days=30))
    assert (request.status, request.late) == ("submitted", late)


@pytest.mark.rule("Q79.2")
@pytest.mark.parametrize("past, allowed", [(0, True), (1, False)])
def test_no_longer_suspension_is_asked_for_than_allowed(desk, past, allowed):
    agreement, until = desk.signed(), TODAY + timedelta(days=desk.longest_stop + past)
    if allowed:
        assert drafted(desk, agreement, SUSPEND, planned_until=until).planned_until == until
    else:
        with pytest.raises(RuleBroken, match=desk.words(f"不得超过{desk.longest_stop}日.*第七十九条")):
            drafted(desk, agreement, SUSPEND, planned_until=until)


@pytest.mark.parametrize("changed, why", [
    ({"planned_until": TODAY - ONE_DAY}, "早于起期"),
    ({"planned_from": TODAY - timedelta(days=9), "planned_until": TODAY - ONE_DAY}, "已经过去"),
    ({"reason": "  "}, "写明申请的原因"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(desk, changed, why):
    with pytest.raises(RuleBroken, match=why):
        drafted(desk, desk.signed(), SUSPEND, **changed)


def test_a_second_request_of_a_kind_waits_for_the_first(desk):
    agreement = desk.signed()
    first = drafted(desk, agreement, SUSPEND)
    with pytest.raises(RuleBroken, match=f"中止协议申请（{first.pk}）"):
        drafted(desk, agreement, SUSPEND)
    perform(first.withdraw, by=desk.operator, on=TODAY)
    assert drafted(desk, agreement, SUSPEND).status == "draft"


def test_what_only_an_inspection_ends_is_not_asked_for(desk):
    agreement = desk.decided(
        desk.signed(), "suspend_for_investigation", reason="疑似虚记费用", on=TODAY, aftercare=AFTERCARE
    )
    with pytest.raises(RuleBroken, match="随核查处理结束"):
        drafted(desk, agreement, RESUME)


def test_a_draft_that_no_longer_fits_is_not_submitted(desk):
    agreement = desk.signed()
    request = drafted(desk, agreement, SUSPEND)
    desk.suspended(agreement)
    with pytest.raises(RuleBroken, match="协议现为“中止”，不能再提出中止协议申请"):
        applications.submit(request, by=desk.operator)


def test_a_draft_is_reworded_and_the_new_words_are_checked(desk):
    request = drafted(desk, desk.signed(), SUSPEND)
    new = {"planned_from": TODAY, "reason": "改为设备检修", "inpatients": 0, "unsettled": 0, "files": []}
    request = perform(request.reword, by=desk.operator, planned_until=TODAY + timedelta(days=10), **new)
    assert (request.reason, request.inpatients) == ("改为设备检修", 0)
    with pytest.raises(RuleBroken, match="中止最迟到"):
        perform(request.reword, by=desk.operator, planned_until=TODAY + timedelta(days=300), **new)


def test_a_public_hospital_is_warned_and_not_refused(desk, other_hospital):
    request = filed(desk, desk.signed(), END)
    assert "公立医疗机构不得申请中止、解除" in request.warning
    revise_institution(desk.hospital, by=None, valid_from=TODAY, reason="改制", nature="private")
    assert fresh(request).warning == ""


def test_the_agency_does_not_see_a_draft(desk, other_operator):
    request = drafted(desk, desk.signed(), SUSPEND)
    seen = [
        StopRequest.objects.visible_to(who).exists() for who in (desk.operator, desk.clerk, other_operator)
    ]
    assert seen == [True, False, False]
    applications.submit(request, by=desk.operator)
    assert StopRequest.objects.visible_to(desk.clerk).exists()


# ── answering: three people, one decision ──


@pytest.mark.rule("Q79.1")
def test_the_leaders_decision_suspends_and_grants_at_once(desk):
    request = verified(desk, desk.signed(), SUSPEND)
    agreement = actions.decide(put_forward(desk, request), by=desk.leader)
    request, stop = fresh(request), agreement.suspensions.get()
    assert (agreement.status, request.status, request.decided_by) == (
        Status.SUSPENDED,
        "granted",
        desk.leader,
    )
    assert (stop.started_on, stop.planned_end, stop.requested_on) == (
        request.planned_from, request.planned_until, request.filed_on,
    )  # fmt: skip
    assert first_fault(fresh(agreement)) is None


@pytest.mark.only_text("qinghai", reason="no aftercare in the other texts (第八十二条)")
@pytest.mark.rule("Q82.1")
def test_what_the_request_says_of_the_patients_is_in_the_plan(desk):
    request = verified(desk, desk.signed(), SUSPEND)
    agreement = actions.decide(put_forward(desk, request), by=desk.leader)
    assert agreement.aftercare_plans.get().inpatients == 3


@pytest.mark.rule("Q80.3")
def test_an_ending_that_the_hospital_asked_for_is_granted_by_ending_it(desk):
    request, ground = verified(desk, desk.signed(), END), desk.terms.termination.ground(desk.ending_ground)
    agreement = actions.decide(put_forward(desk, request), by=desk.leader)
    assert (agreement.status, agreement.ending.article) == (Status.TERMINATED, ground.article_label)
    assert fresh(request).status == "granted"


@pytest.mark.rule("Q80.3")
def test_an_ending_on_another_ground_answers_no_request(desk):
    agreement = desk.signed()
    request = filed(desk, agreement, END)
    agreement = desk.terminated(agreement, code="80-2", requested_on=TODAY)
    assert agreement.status == Status.TERMINATED
    assert fresh(request).status == "submitted"


@pytest.mark.rule("Q79.3")
def test_going_on_is_granted_with_the_decision(desk):
    request = verified(desk, desk.suspended(), RESUME)
    agreement = actions.decide(put_forward(desk, request), by=desk.leader)
    assert (agreement.status, fresh(request).status) == (Status.ACTIVE, "granted")


def test_a_request_is_granted_only_when_its_proposal_is_carried_out(desk, monkeypatch):
    request = verified(desk, desk.signed(), SUSPEND)
    proposal = put_forward(desk, request)
    monkeypatch.setattr("agreements.actions.spread", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.decide(proposal, by=desk.leader)
    assert (fresh(request).status, fresh(request.agreement).status) == ("examining", Status.ACTIVE)


@pytest.mark.parametrize("act", ["examine", "grant"])
def test_nobody_grants_it_alone(desk, act):
    request = verified(desk, desk.signed(), SUSPEND)
    details = {"grant": {"decided_by": desk.leader, "on": TODAY}, "examine": {}}[act]
    for person in (desk.clerk, desk.reviewer, desk.leader, desk.operator):
        with pytest.raises(PermissionDenied):
            perform(getattr(request, act), by=person, **details)


def test_a_proposal_that_is_turned_down_leaves_the_request_open_for_another(desk):
    request = verified(desk, desk.signed(), SUSPEND)
    proposal = put_forward(desk, request)
    assert "正在呈批" in request.why_not_proposed
    perform(proposal.turn_down, by=desk.reviewer, reason="日期有误")
    assert (fresh(request).status, request.why_not_proposed) == ("examining", None)
    actions.decide(put_forward(desk, request), by=desk.leader)
    assert fresh(request).status == "granted"


@pytest.mark.parametrize("act, by, details", [
    ("withdraw", "operator", {}), ("refuse", "reviewer", {"reason": "不符合条件"}),
])  # fmt: skip
def test_while_it_is_put_forward_neither_side_closes_it(desk, act, by, details):
    request = verified(desk, desk.signed(), SUSPEND)
    proposal = put_forward(desk, request)
    with pytest.raises(RuleBroken, match="正按这一申请呈批"):
        perform(getattr(request, act), by=getattr(desk, by), on=TODAY, **details)
    perform(proposal.withdraw, by=desk.clerk)
    assert not perform(getattr(request, act), by=getattr(desk, by), on=TODAY, **details).is_open


def test_whoever_verified_it_does_not_refuse_it(desk):
    request = perform(filed(desk, desk.signed(), SUSPEND).accept, by=desk.reviewer, on=TODAY)
    with pytest.raises(RuleBroken, match="由另一人办理"):
        perform(request.refuse, by=desk.reviewer, reason="不符合条件", on=TODAY)
    assert perform(request.refuse, by=desk.leader, reason="不符合条件", on=TODAY).status == "refused"


def test_a_request_for_a_later_day_is_put_forward_on_that_day(desk):
    day = TODAY + timedelta(days=20)
    request = verified(desk, desk.signed(), SUSPEND, planned_from=day, planned_until=day + timedelta(days=30))
    assert f"拟自{day}起" in request.why_not_proposed


# ── a suspension that lasts too long (E10, E11) ──


def suspended(desk, clock, on):
    term = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    clock(term["starts_on"])
    agreement = actions.fix_text(desk.confirmed(**term), by=desk.reviewer, today=term["starts_on"])
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        agreement = actions.sign(
            agreement, side, by=by, today=term["starts_on"], **signature(name, term["starts_on"])
        )
    clock(on)
    return desk.suspended(agreement, on=on, days=desk.longest_stop)


# The day on which it began and the last one to go on, by the longest suspension: once the last day falls on a
# holiday, once it does not.
STOPS = {
    180: [(date(2026, 4, 6), date(2026, 10, 8)), (date(2026, 3, 1), date(2026, 8, 28))],  # E10, E11
    45: [(date(2026, 3, 20), date(2026, 5, 6)), (date(2026, 3, 1), date(2026, 4, 15))],
}
either_stop = pytest.mark.parametrize("stop", [0, 1], indirect=True, ids=["E10", "E11"])


@pytest.fixture
def stop(request, desk):
    return STOPS[desk.longest_stop][getattr(request, "param", 1)]


@either_stop
@pytest.mark.rule("Q79.3")
def test_a_request_on_the_last_day_stops_the_end_until_it_is_answered(desk, clock, calendar, stop):
    start, last = stop
    agreement = suspended(desk, clock, start)
    clock(last)
    request = verified(desk, agreement, RESUME, on=last)
    assert not request.late
    assert run(last + timedelta(days=20)).done == []
    assert f"乙方已于 {last} 申请继续履行" in standing(fresh(agreement)).sentence
    clock(last + timedelta(days=15))
    agreement = actions.decide(put_forward(desk, request, on=last + timedelta(days=15)), by=desk.leader)
    assert (agreement.status, fresh(request).status) == (Status.ACTIVE, "granted")
    assert run(last + timedelta(days=40)).done == []


@either_stop
@pytest.mark.rule("Q79.3")
@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_a_refusal_or_withdrawal_after_the_last_day_ends_it_on_that_day(desk, clock, calendar, stop, how):
    start, last = stop
    agreement = suspended(desk, clock, start)
    clock(last)
    request, day = verified(desk, agreement, RESUME, on=last), last + timedelta(days=12)
    clock(day)
    if how == "refuse":
        perform(request.refuse, by=desk.leader, reason="消防未验收", on=day)
    else:
        perform(request.withdraw, by=desk.operator, on=day)
    assert run(day).done == [("超期终止", agreement)]
    assert fresh(agreement).ending.effective_on == day


@pytest.mark.rule("Q79.3")
def test_a_refusal_before_the_last_day_leaves_the_last_day_as_it_was(desk, clock, calendar, stop):
    start, last = stop
    agreement, early = suspended(desk, clock, start), start + timedelta(days=30)
    clock(early)
    request = verified(desk, agreement, RESUME, on=early)
    perform(request.refuse, by=desk.leader, reason="未完工", on=early)
    run(last + timedelta(days=33))
    assert fresh(agreement).ending.effective_on == last + ONE_DAY


@pytest.mark.rule("Q79.3")
def test_a_draft_or_a_late_request_stops_nothing(desk, clock, calendar, stop):
    start, last = stop
    agreement = suspended(desk, clock, start)
    clock(last + ONE_DAY)
    request = drafted(desk, agreement, RESUME, on=last, planned_from=last)
    request = applications.submit(request, by=desk.operator, on=last + ONE_DAY)
    assert request.late
    done = run(last + ONE_DAY).done
    assert done == [("超期终止", agreement), ("中止等申请随协议了结", agreement)]


@pytest.mark.rule("Q79.3")
def test_a_request_sent_back_still_stops_the_end_and_can_be_refused(desk, clock, calendar, stop):
    start, last = stop
    agreement, day = suspended(desk, clock, start), last + timedelta(days=7)
    clock(last)
    request = filed(desk, agreement, RESUME, on=last)
    request = perform(request.return_for_completion, by=desk.clerk, reason="缺验收报告", on=last)
    assert run(day - ONE_DAY).done == []
    clock(day)
    perform(request.refuse, by=desk.leader, reason="补正后一直没有提交", on=day)
    run(day + timedelta(days=9))
    assert fresh(agreement).ending.effective_on == day


@pytest.mark.parametrize("stop", [0], indirect=True)
@pytest.mark.rule("Q79.3")
def test_the_daily_run_catches_up_to_the_same_end_as_day_by_day(desk, clock, calendar, stop):
    start, last = stop
    agreement, day = suspended(desk, clock, start), last + timedelta(days=7)
    clock(last)
    request = verified(desk, agreement, RESUME, on=last)
    clock(day)
    perform(request.refuse, by=desk.leader, reason="消防未验收", on=day)
    here = transaction.savepoint()
    for n in range(12):
        run(last + (n + 1) * ONE_DAY)
    by_day = records(agreement)
    transaction.savepoint_rollback(here)
    run(last + timedelta(days=12))
    assert records(agreement) == by_day
    assert fresh(agreement).ending.effective_on == day


def records(agreement):
    rows = Event.objects.filter(agreement=agreement).values_list("act", "effective_on", "before", "after")
    return fresh(agreement).status, list(rows)


# ── pages ──


@pytest.mark.only_text("qinghai", "made-up", reason="no suspension on request in the Shanghai texts")
def test_a_hospital_asks_in_the_browser_and_the_clerk_finds_the_form_filled_in(desk, client):
    agreement = desk.signed()
    client.force_login(desk.operator, backend=BACKEND)
    page = client.get(reverse("stop-new", args=[agreement.number, "suspend"])).content.decode()
    assert "公立医疗机构不得申请" in page and f"提前 {desk.terms.suspension.request_lead_months} 个月" in page
    counts = {"inpatients": 4, "unsettled": 1}
    said = {"planned_from": TODAY, "planned_until": TODAY + timedelta(days=30), "reason": "改造", **counts}
    answer = client.post(reverse("stop-new", args=[agreement.number, "suspend"]), said)
    request = StopRequest.objects.get()
    assert answer.url == request.get_absolute_url()
    client.post(answer.url, {"deed": "submit", "promise": "on"})
    request = fresh(request)
    assert request.status == "submitted"

    client.force_login(desk.clerk, backend=BACKEND)
    assert "公立医疗机构不得申请" in client.get(answer.url).content.decode()
    client.post(answer.url, {"deed": "accept"})
    link = f"{reverse('agreement-act', args=[agreement.number, 'suspend-on-request'])}?request={request.pk}"
    assert link in client.get(answer.url).content.decode()
    form = client.get(link).context["form"]
    shown = {"requested_on": TODAY, "on": TODAY, "until": said["planned_until"], "reason": "改造"}
    shown |= counts if desk.terms.aftercare else {}
    assert {name: form[name].value() for name in shown} == shown


def test_a_form_that_cannot_be_used_now_says_why(desk, client):
    agreement = desk.suspended()
    client.force_login(desk.operator, backend=BACKEND)
    page = client.get(reverse("stop-new", args=[agreement.number, "suspend"])).content.decode()
    assert "协议现为“中止”，不能起草中止申请" in page


def test_another_hospitals_request_does_not_fill_in_a_form(desk, client, other_hospital, other_operator):
    request = filed(desk, desk.signed(), SUSPEND)
    agreement = Agreement.objects.get()
    assert stop_requests.prefill(agreement, "terminate", str(request.pk)) == {}
    assert stop_requests.prefill(agreement, "suspend_on_request", "x") == {}
    assert stop_requests.prefill(agreement, "suspend_on_request", str(request.pk))["on"] == TODAY


def test_the_desks_say_whose_turn_it_is(desk):
    request = filed(desk, desk.signed(), SUSPEND)
    assert "要办的中止、终止申请" in dict(desk_for(desk.clerk))
    perform(request.return_for_completion, by=desk.clerk, reason="写明在院人数", on=TODAY)
    assert "要办的中止、终止申请" not in dict(desk_for(desk.clerk))
    items = dict(desk_for(desk.operator))["要补正或提交的中止、终止申请"]
    assert [item.note for item in items] == ["写明在院人数"]


def test_the_system_alone_closes_it_as_granted(desk):
    request = filed(desk, desk.signed(), SUSPEND)
    assert perform(request.grant, by=SYSTEM, decided_by=desk.leader, on=TODAY).opinion == "负责人决定同意"
