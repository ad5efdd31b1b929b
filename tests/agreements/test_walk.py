"""A random walk: people of both sides do whatever comes to their mind while days pass, and what must hold, holds."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import get_default_timezone, localdate
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agreements import actions, daily
from agreements.applications import actions as applications
from agreements.clocks.actions import CLAIMED, RECEIVED, about_of
from agreements.clocks.checks import BY_HAND
from agreements.gate import RuleBroken, perform
from agreements.models import (
    ENDED,
    IN_FORCE,
    LIVE,
    Agreement,
    ChangeRequest,
    Deadline,
    Proposal,
    Status,
    StopRequest,
    Suspension,
)
from agreements.models.application import OPEN
from agreements.models.event import first_fault
from agreements.renewals import actions as renewals
from agreements.stops import requests as stop_requests
from institutions.holidays import publish_notice
from institutions.models import HolidayNotice

from ..conftest import _person
from ..desk import AFTERCARE, signature, upload
from ..texts import REFERENCE
from .walk_paperwork import Paperwork

pytestmark = pytest.mark.django_db
NOON = time(12)
# What ends an agreement comes seldom, or the walk would be short.
DECISIONS = [
    *3 * ["suspend_on_request", "suspend_for_breach", "suspend_for_investigation", "hold_payment"],
    "terminate",
    "rescind",
]
NEXT_OF_RENEWAL = {
    "submitted": ["start_talks", "start_talks", "return_for_completion", "withdraw"],
    "negotiating": ["agree", "agree", "fail"],
}
NEXT_OF_CHANGE = {
    "draft": ["submit", "submit", "withdraw"],
    "submitted": ["accept", "accept", "return_for_completion", "withdraw"],
    "returned": ["submit", "submit", "withdraw"],
    "examining": ["examine", "examine", "return_for_completion", "refuse"],
    "checking": ["check_account", "grant", "grant", "return_for_completion", "refuse"],
}
NEXT_OF_STOP = {
    "draft": ["submit", "submit", "reword", "withdraw"],
    "submitted": ["accept", "accept", "accept", "return_for_completion", "withdraw"],
    "returned": ["submit", "submit", "reword", "withdraw"],
    "examining": ["propose", "propose", "propose", "return_for_completion", "refuse", "withdraw"],
}
KINDS_OF_STOP = ["suspend", "suspend", "resume", "resume", "resume", "end"]
CHANGES = [
    {"name": "西宁湟滨中心医院"},
    {"beds": 300},
    {"bank_account": "6300000000009999"},
    {"phone": "0971-1"},
]


class Walk(Paperwork, RuleBasedStateMachine):
    """One hospital, one agency, everything they may do, and the days. `desk` is given by the test."""

    desk = None

    def __init__(self):
        super().__init__()
        self.savepoint, self.traveller = transaction.atomic(), None
        self.savepoint.__enter__()
        self._arrive(localdate())

    def teardown(self):
        self.traveller.stop()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def _arrive(self, day):
        if self.traveller:
            self.traveller.stop()
        self.traveller = time_machine.travel(datetime.combine(day, NOON, get_default_timezone()), tick=False)
        self.traveller.start()

    # ── what people do ──

    def _try(self, deed, *args, **kwargs):
        """Do it, or be told why not: the door may refuse, and nothing but the door."""
        try:
            with transaction.atomic():
                return deed(*args, **kwargs)
        except (RuleBroken, PermissionDenied) as why:
            assert str(why), "a refusal has a sentence"

    def _live(self):
        return Agreement.objects.live().first()

    def _is_time_to_sign(self):
        soon, live = localdate() + timedelta(60), self._live()
        signed = Agreement.objects.filter(status=Status.SIGNED).exists()
        return not signed and (live is None or live.ends_on <= soon)

    @initialize(stopped=st.sampled_from(["", "suspend_on_request", "suspend_for_investigation"]))
    def begin(self, stopped):
        """In force; or suspended from the first day on, so that there is something to announce and to serve."""
        self._signed(localdate(), localdate(), localdate() + timedelta(120))
        if stopped:
            self._decide(stopped, days=90, back=0)

    @precondition(_is_time_to_sign)
    @rule(wait=st.integers(0, 20), length=st.integers(30, 200))
    def sign_one(self, wait, length):
        today, live = localdate(), self._live()
        first = live.ends_on + timedelta(1) if live and live.ends_on >= today else today
        start = first + timedelta(wait)
        self._try(self._signed, today, start, start + timedelta(length))

    def _signed(self, today, start, end):
        desk = self.desk
        days = {"starts_on": start, "ends_on": end}
        draft = actions.draft_agreement(desk.hospital, by=desk.clerk, **desk.scope, **days)
        draft = perform(perform(draft.negotiate, by=desk.clerk).confirm, by=desk.operator)
        draft = actions.fix_text(draft, by=desk.reviewer, today=today)
        draft = actions.sign(draft, "institution", by=desk.signatory, **signature("祁雪原", today))
        actions.sign(draft, "agency", by=desk.leader, **signature("韩兆麟", today))

    @precondition(_live)
    @rule(name=st.sampled_from(DECISIONS), days=st.integers(0, 185), back=st.integers(0, 3))
    def decide_something(self, name, days, back):
        self._decide(name, days, back)

    def _decide(self, name, days, back):
        agreement, on = self._live(), localdate() - timedelta(back)
        until = on + timedelta(days)
        asked, terms = (
            {"reason": "停业", "requested_on": on, "application": upload("申请.pdf")},
            agreement.terms,
        )
        details = {
            "suspend_on_request": asked | {"until": until, "aftercare": AFTERCARE},
            "suspend_for_investigation": {"reason": "线索", "aftercare": AFTERCARE},
        }
        if terms.payment_hold:
            details["hold_payment"] = {"hold_ground": self.desk.free_ground, "reason": "通报"}
        if self.desk.ending_ground:
            ground = terms.termination.ground(self.desk.ending_ground)
            details["terminate"] = asked | {"ground": ground, "aftercare": AFTERCARE}
        details = details.get(name)
        if details:
            self._try(self._decided, agreement, name, details | {"on": on})
        elif name in ("rescind", "terminate"):
            self._try(self.desk.rescinded, agreement, on=on, check_hold="refused")
        else:
            self._try(self.desk.suspended_for_breach, agreement, on=on, until=until, check_hold="refused")

    def _decided(self, agreement, name, details):
        proposal = actions.propose(agreement, name, details, by=self.desk.clerk)
        reviewed = perform(proposal.review, by=self.desk.reviewer, remark="同意")
        actions.decide(reviewed, by=self.desk.leader)

    @precondition(lambda self: Agreement.objects.filter(status=Status.SUSPENDED).exists())
    @rule(proved=st.booleans(), pick=st.integers(0, 3))
    def end_a_suspension(self, proved, pick):
        agreement, today = self._live(), localdate()
        stops = list(agreement.open_suspensions)
        stop = stops[pick % len(stops)]
        if proved and stop.cause == "investigation":
            until = agreement.latest_suspension_end(today)
            prove = self.desk.suspended_for_breach
            return self._try(prove, agreement, on=today, until=until, check_hold="refused")
        details = {"suspension": stop, "requested_on": today, "reason": "查清", "on": today}
        self._try(self._decided, agreement, "resume", details)

    @precondition(_live)
    @rule(kind=st.sampled_from(KINDS_OF_STOP), days=st.integers(0, 60))
    def ask_to_stop_or_go_on(self, kind, days):
        agreement, today = self._live(), localdate()
        facts = {"planned_from": today, "reason": "停业", "files": [], "on": today}
        if kind == "resume":
            facts["suspension"] = agreement.open_suspensions.first()
        else:
            facts |= {"inpatients": 1, "unsettled": 1}
        if kind == "suspend":
            facts["planned_until"] = today + timedelta(days)
        if facts.get("suspension") or kind != "resume":
            self._try(stop_requests.draft_stop, agreement, kind, by=self.desk.operator, **facts)

    @precondition(lambda self: StopRequest.objects.open().exists())
    @rule(pick=st.integers(0, 11), wrong=st.sampled_from([False, False, False, True]))
    def go_on_with_a_stop(self, pick, wrong):
        requests = list(StopRequest.objects.open())
        request, desk, today = requests[pick % len(requests)], self.desk, localdate()
        acts = NEXT_OF_STOP[request.status]
        act = acts[pick % len(acts)]
        right = desk.operator if act in ("submit", "reword", "withdraw") else desk.clerk
        person = desk.leader if wrong or act == "refuse" else right
        if act == "propose":
            self._try(self._proposed, request)
        elif act == "submit":
            self._try(applications.submit, request, by=person, on=today)
        elif act == "reword":
            facts = {"planned_until": request.planned_until, "inpatients": 0, "unsettled": 0, "files": []}
            self._try(perform, request.reword, by=person, planned_from=today, reason="改", **facts)
        else:
            reason = {"reason": "缺"} if act in ("return_for_completion", "refuse") else {}
            self._try(perform, getattr(request, act), by=person, on=today, **reason)

    def _proposed(self, request):
        """On the request, as the clerk's form begins; somebody decides it later, or turns it down."""
        details = request.proposed_details
        if request.with_aftercare:
            counted = {name: details.pop(name) for name in ("inpatients", "unsettled")}
            details["aftercare"] = {**counted, "handover_number": ""}
        if "ground" in details:
            details["ground"] = request.agreement.terms.termination.ground(details["ground"])
        if request.suspension:
            details["suspension"] = request.suspension
        actions.propose(request.agreement, request.act, details, by=self.desk.clerk)

    @precondition(lambda self: Proposal.objects.filter(status__in=Proposal.OPEN).exists())
    @rule(agreed=st.sampled_from([True, True, False]))
    def answer_a_proposal(self, agreed):
        proposal, desk = Proposal.objects.filter(status__in=Proposal.OPEN).first(), self.desk
        if not agreed:
            self._try(perform, proposal.turn_down, by=desk.leader, reason="再核")
        elif proposal.status == "proposed":
            self._try(perform, proposal.review, by=desk.reviewer, remark="同意")
        else:
            self._try(actions.decide, proposal, by=desk.leader)

    @precondition(_live)
    @rule(pick=st.integers(0, 5))
    def renew(self, pick):
        agreement, desk = self._live(), self.desk
        request = agreement.renewal_requests.open().first()
        if request is None:
            self._try(renewals.apply_for_renewal, agreement, by=desk.operator, self_assessment="履约良好")
        elif acts := NEXT_OF_RENEWAL.get(request.status):
            act = acts[pick % len(acts)]
            who = {"start_talks": desk.clerk, "fail": desk.leader, "withdraw": desk.operator}
            reason = {"reason": "说明"} if act in ("fail", "return_for_completion") else {}
            self._try(
                perform, getattr(request, act), by=who.get(act, desk.reviewer), on=localdate(), **reason
            )

    @precondition(_live)
    @rule(changes=st.sampled_from(CHANGES), days=st.integers(0, 60))
    def ask_for_a_change(self, changes, days):
        major = self._live().terms.change.groups_of(changes)
        self._try(
            applications.draft_change, self._live(), by=self.desk.operator, changes=changes, authority="卫健委",
            kind="major" if major else "general", approval_number="1号", synced_on=None,
            approved_on=localdate() - timedelta(days), files=[upload()], on=localdate(),
        )  # fmt: skip

    @precondition(lambda self: ChangeRequest.objects.open().exists())
    @rule(pick=st.integers(0, 11), wrong=st.sampled_from([False, False, False, True]))
    def go_on_with_a_change(self, pick, wrong):
        requests = list(ChangeRequest.objects.open())
        request = requests[pick % len(requests)]
        acts, desk, on = NEXT_OF_CHANGE[request.status], self.desk, {"on": localdate()}
        act = acts[pick % len(acts)]
        right = {"submit": desk.operator, "withdraw": desk.operator, "check_account": desk.leader}
        right |= {"accept": desk.clerk, "examine": desk.clerk}
        person = desk.clerk if wrong else right.get(act, desk.reviewer)
        if act == "submit":
            self._try(applications.submit, request, by=person, **on)
        elif act == "grant":
            self._try(applications.grant, request, by=person, opinion="同意", **on)
        else:
            words = {
                "return_for_completion": {"reason": "缺"},
                "refuse": {"reason": "不符"},
                "examine": {"opinion": "实"},
            }
            given = {} if act == "check_account" else on
            self._try(perform, getattr(request, act), by=person, **given, **words.get(act, {}))

    @rule(days=st.one_of(st.integers(1, 12), st.integers(60, 200)))
    def days_pass(self, days):
        self._arrive(localdate() + timedelta(days))
        daily.run(localdate())
        over = [status for status in ENDED if status != Status.RENEWED]
        left = Deadline.objects.open().filter(event=RECEIVED, agreement__status__in=over)
        assert not left.exists(), "what was asked for under an agreement that is over ends with the daily run"

    # ── what must hold, after every step ──

    @invariant()
    def the_record_is_whole(self):
        for agreement in Agreement.objects.all():
            assert agreement.status in Status.values and first_fault(agreement) is None, first_fault(
                agreement
            )

    @invariant()
    def one_agreement_lives(self):
        assert Agreement.objects.filter(status__in=LIVE).count() <= 1

    @invariant()
    def suspended_means_an_open_cause(self):
        for agreement in Agreement.objects.all():
            stopped = agreement.open_suspensions.exists()
            assert (agreement.status == Status.SUSPENDED) == stopped, agreement.status
            if agreement.status in IN_FORCE:
                assert agreement.ends_on >= localdate() or agreement.status == Status.CONTINUED

    @invariant()
    def every_clock_is_running_or_has_its_end(self):
        for clock in Deadline.objects.all():
            assert (clock.status == Deadline.Status.OPEN) == (clock.closed_on is None)
        left = (
            Deadline.objects.open()
            .filter(agreement__status__in=ENDED)
            .exclude(event__in=[*BY_HAND, *CLAIMED])
        )
        waiting = {
            about_of(one)
            for kind in (ChangeRequest, StopRequest)
            for one in kind.objects.filter(status__in=OPEN)
        }
        # What the hospital asked for goes on into the next agreement, or ends with the daily run; its clock with it.
        gone = [str(one) for one in left if one.event != RECEIVED or one.about not in waiting]
        assert gone == []

    @invariant()
    def a_request_to_go_on_and_the_end_by_itself_agree(self):
        for stop in Suspension.objects.filter(
            cause="requested", closed_on=None, agreement__status=Status.SUSPENDED
        ):
            day, last = stop.lapse_day(), stop.longest().day
            waiting = [one for one in stop.requests.open() if one.filed_on and one.filed_on <= last]
            if any(one.status != "returned" for one in waiting):
                assert day is None, "while it waits for its answer nothing ends by itself"
            elif waiting and day:
                assert day > max(one.refile_by for one in waiting), "what was returned may still come back"
            assert day is None or day > last

    @invariant()
    def what_is_put_forward_is_with_the_agency_or_granted(self):
        for request in StopRequest.objects.filter(status__in=["draft", "withdrawn", "refused"]):
            assert not request.open_proposals or request.agreement.status not in LIVE, request.status

    @invariant()
    def the_answer_is_awaited_or_stands_still(self):
        for request in ChangeRequest.objects.open():
            if RECEIVED not in {one.start_event for one in request.agreement.terms.deadlines.values()}:
                continue  # the text gives the agency no time to answer in
            clocks = request.agreement.deadlines.open().filter(event=RECEIVED, about=f"变更申请 {request.pk}")
            waits = request.status in ("submitted", "examining", "checking")
            assert clocks.filter(paused_since=None).exists() == waits, request.status
            assert clocks.exclude(paused_since=None).exists() == (request.status == "returned")


@pytest.mark.each_text
@pytest.mark.own_days
@pytest.mark.rule("Q79.3")
@pytest.mark.rule("Q83.2")
def test_whatever_people_do_what_must_hold_holds(desk, agency, under):
    call_command("load_calendar", verbosity=0)
    known = HolidayNotice.objects.live().values_list("year", flat=True)
    for year in {*range(localdate().year - 1, localdate().year + 25)} - {*known}:
        publish_notice(year, [], number=f"走查用〔{year}〕")  # the walk goes on for years
    others = {role: _person(role, role, role, agency=agency) for role in ("finance", "authority")}
    here = type("WalkHere", (Walk,), {"desk": desk, **others})
    steady = settings(
        max_examples=8 if under == REFERENCE else 10, stateful_step_count=35, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(here, settings=steady)
