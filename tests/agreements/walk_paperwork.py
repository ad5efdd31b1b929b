"""What the random walk does on paper: reports of the hospital, papers that are served, the claims of each month."""

from datetime import timedelta
from decimal import Decimal

from django.utils.timezone import localdate
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from agreements.claims.clocks import TO_PAY, TO_RECONCILE
from agreements.clocks.deadlines import add_months
from agreements.deliveries import actions as deliveries
from agreements.deliveries.notice_papers import ADDRESSED
from agreements.gate import perform
from agreements.models import (
    Agreement,
    ChangeRequest,
    Deadline,
    Delivery,
    DisplayProof,
    FeeClaim,
    Paper,
    PaymentHold,
    PenaltyReport,
    SelfCheckReport,
)
from agreements.models.claim import UNPAID
from agreements.papers.printing import print_owed
from agreements.reports import actions as reports

from ..desk import upload

REPORTS = [PenaltyReport, SelfCheckReport, DisplayProof]
NEXT_OF_CLAIM = {
    "received": ["finish_audit", "finish_audit", "return_claim", "note_failure"],
    "audited": ["approve_payment", "approve_payment", "ask_reconciliation", "note_failure"],
    "approved": ["pay", "pay", "ask_reconciliation"],
    "paid": ["ask_reconciliation"],
    "refused": ["ask_reconciliation"],
}


def penalty(number, day):
    return {
        "authority": "市场监督管理局",
        "decision_number": f"{number}号",
        "served_on": day,
        "content": "多收费",
        "amount": 1,
    }


def self_check(number, day):
    return {"found_on": day, "what": "未发现", "item_code": "", "amount": 0, "returned_on": None}


class Paperwork:
    """Rules and invariants of a Walk, which has `desk`, `finance`, `authority`, `_try` and `_live`."""

    # ── reports ──

    @precondition(lambda self: self._live())
    @rule(kind=st.sampled_from(["penalty", "self_check"]), number=st.integers(1, 4), back=st.integers(0, 20))
    def report_something(self, kind, number, back):
        day, on = localdate() - timedelta(back), localdate()
        facts = {"penalty": penalty, "self_check": self_check}[kind](number, day)
        file = {"penalty": reports.file_penalty_report, "self_check": reports.file_self_check}[kind]
        self._try(file, self._live(), by=self.desk.operator, facts=facts, files=[upload("决定书.pdf")], on=on)

    def _to_prove(self):
        rows = Deadline.objects.open().filter(bound="乙", event__in=["status_changed", "agreement_ended"])
        return [row for row in rows if row.needs_proof]

    @precondition(lambda self: self._to_prove())
    @rule(pick=st.integers(0, 3))
    def show_that_it_was_announced(self, pick):
        asked = self._to_prove()
        row = asked[pick % len(asked)]
        facts = {"place": "门诊大厅", "shown_on": localdate()}
        self._try(reports.file_display_proof, row.agreement, by=self.desk.operator, deadline=row, facts=facts,
                  files=[upload("照片.pdf")], on=localdate())  # fmt: skip

    def _open_reports(self):
        return [one for kind in REPORTS for one in kind.objects.open()]

    @precondition(lambda self: self._open_reports())
    @rule(pick=st.integers(0, 7), agreed=st.sampled_from([True, True, False]))
    def go_on_with_a_report(self, pick, agreed):
        found, on = self._open_reports(), {"on": localdate()}
        one = found[pick % len(found)]
        receiver = self.authority if isinstance(one, PenaltyReport) else self.desk.clerk
        if one.status == "returned":
            facts = one.facts | ({"shown_on": localdate()} if "shown_on" in one.facts else {})
            self._try(reports.refile, one, by=self.desk.operator, facts=facts, files=[], **on)
        elif agreed:
            self._try(perform, one.note, by=receiver, opinion="收悉", **on)
        else:
            self._try(perform, one.return_report, by=receiver, reason="看不清", **on)

    # ── papers that are served ──

    def _to_serve(self):
        live = [Paper.Status.OWED, Paper.Status.ISSUED]
        return Paper.objects.filter(purpose__in=ADDRESSED, delivery=None, status__in=live).first()

    @precondition(lambda self: self._to_serve())
    @rule(way=st.sampled_from(["post", "direct", "electronic"]))
    def serve_a_paper(self, way):
        paper, signatory = self._to_serve(), self.desk.signatory
        print_owed(paper)
        if way == "electronic":
            self._try(perform, paper.agreement.accept_electronic_delivery, by=signatory, on=localdate())
        details = {"way": way, "on": localdate(), "tracking": "EMS1"}
        self._try(deliveries.send, Paper.objects.get(pk=paper.pk), by=self.desk.clerk, **details)

    @precondition(lambda self: Delivery.objects.exclude(status="received").exists())
    @rule(act=st.sampled_from(["confirm_receipt", "acknowledge", "acknowledge", "fail", "send"]))
    def go_on_with_a_delivery(self, act):
        one, on = Delivery.objects.exclude(status="received").first(), {"on": localdate()}
        details = {
            "confirm_receipt": on | {"receiver": "郭小满", "files": [upload("回证.pdf")]},
            "acknowledge": {},
            "fail": on | {"reason": "拒收"},
            "send": on | {"way": "direct"},
        }[act]
        person = self.desk.operator if act == "acknowledge" else self.desk.clerk
        self._try(perform, getattr(one, act), by=person, **details)

    # ── claims ──

    @rule(back=st.integers(0, 3), late=st.integers(0, 3))
    def claim_a_month(self, back, late):
        agreement = self._live() or Agreement.objects.filter(starts_on__lte=localdate()).last()
        if agreement and agreement.status in ("active", "continued", "suspended", "terminated", "rescinded"):
            month = add_months(localdate().replace(day=1), -back)
            on = localdate() - timedelta(late)
            self._try(
                perform,
                agreement.receive_claim,
                by=self.desk.clerk,
                month=month,
                claimed=Decimal(1000),
                on=on,
            )

    @precondition(
        lambda self: FeeClaim.objects.exclude(status="returned").filter(reconciliation_on=None).exists()
    )
    @rule(
        pick=st.integers(0, 11),
        refused=st.sampled_from([0, 100, 1000]),
        wrong=st.sampled_from([False, False, True]),
    )
    def go_on_with_a_claim(self, pick, refused, wrong):
        found = list(FeeClaim.objects.exclude(status="returned").filter(reconciliation_on=None))
        claim, on, desk = found[pick % len(found)], localdate(), self.desk
        acts = NEXT_OF_CLAIM[claim.status]
        act = acts[pick % len(acts)]
        right = {"finish_audit": desk.reviewer, "pay": self.finance, "ask_reconciliation": desk.operator}
        right |= {"approve_payment": desk.leader, "note_failure": desk.leader, "return_claim": desk.clerk}
        details = {
            "finish_audit": {"allowed": Decimal(1000 - refused), "refusal_reason": "超范围"},
            "pay": {"paid": claim.allowed, "difference_reason": ""},
            "return_claim": {"reason": "缺清单"},
            "note_failure": {"first_day": on - timedelta(2), "last_day": on, "reason": "故障"},
        }.get(act, {})
        person = desk.signatory if wrong and act != "ask_reconciliation" else right[act]
        self._try(perform, getattr(claim, act), by=person, on=on, **details)

    # ── what must hold ──

    @invariant()
    def what_is_claimed_is_on_a_clock_until_it_is_paid_and_stands_still_while_payment_is_held(self):
        for claim in FeeClaim.objects.all():
            rows = {row.event: row for row in claim.agreement.deadlines.filter(about=f"费用申报 {claim.pk}")}
            pausing = [one.article_label for one in claim.agreement.terms.hold_grounds]
            reconciles = claim.agreement.terms.reconciliation is not None
            held = claim.agreement.payment_holds.filter(released_on=None, article__in=pausing).exists()
            assert (rows[TO_PAY].status == "open") == (claim.status in UNPAID), claim.status
            assert rows[TO_PAY].status != "open" or rows[TO_PAY].is_paused == held
            assert (TO_RECONCILE in rows) == (reconciles and claim.audited_on is not None)
            if reconciles and claim.audited_on:
                assert (rows[TO_RECONCILE].status == "open") == (claim.reconciliation_on is None)
            assert claim.paid is None or claim.paid <= claim.allowed <= claim.claimed

    @invariant()
    def nothing_is_paid_to_an_account_that_is_being_changed(self):
        waiting = [one for one in ChangeRequest.objects.open() if one.filed_on and one.needs_second_check]
        for request in (one for one in waiting if one.is_major):  # elsewhere the text stops no payment
            for agreement in request.agreement.institution.agreements.live():
                assert request.holds.filter(agreement=agreement, released_on=None).exists(), request.status
        left = PaymentHold.objects.filter(released_on=None, change_request__isnull=False)
        assert all(hold.change_request.is_open for hold in left)

    @invariant()
    def what_was_sent_is_not_received_before_somebody_says_so(self):
        for one in Delivery.objects.all():
            assert (one.status == "received") == (one.received_on is not None and one.receiver != "")
            assert one.status != "received" or one.received_on >= one.sent_on

    @invariant()
    def a_proof_that_is_looked_at_stops_its_clock(self):
        for proof in DisplayProof.objects.select_related("deadline"):
            if proof.deadline.status == "open":
                assert proof.deadline.is_paused == (proof.status == "submitted"), proof.status
