"""演示数据里的核查、案件、记分、考核、投诉：都由正常步骤办成，记录完好。"""

from collections import Counter

import pytest

from agreements.models import Agreement, Event, Paper
from agreements.models.event import chain_fault, first_fault
from inspections.models import (
    AgencyBreachCase,
    Assessment,
    BreachCase,
    Dispute,
    ExternalNotice,
    Handling,
    Inspection,
    PersonStop,
    PointsRecord,
    RecoveryItem,
    Rectification,
    Referral,
)
from inspections.models.points import total_of

from ..agreements.test_seed_demo import province  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]


def test_inspections_stand_at_every_point_of_their_life():
    found = Counter(Inspection.objects.values_list("status", flat=True))
    assert found == {"planned": 1, "underway": 1, "signed": 1, "refused": 1, "transferred": 1}
    working = Inspection.objects.get(status="underway")
    assert working.third_party and working.findings.exists() and working.samples.exists()
    assert working.evidence_requests.get().status == "asked"


def test_a_signed_sheet_bears_the_hand_and_the_seal_and_a_refused_one_its_reason():
    signed = Inspection.objects.get(status="signed").sheet
    assert signed.is_whole and signed.institution_signature.seal and signed.paper.status == "issued"
    refused = Inspection.objects.get(status="refused").sheet
    assert refused.is_whole and refused.refusal_reason and refused.inspectors_signed.count() == 2


def test_cases_stand_in_many_states():
    found = Counter(BreachCase.objects.values_list("status", flat=True))
    assert found == {
        "clue": 1, "investigating": 1, "defence": 1, "review": 1, "decided": 1, "served": 5, "closed": 1, "exempt": 1,
    }  # fmt: skip


def test_one_was_decided_with_damages_that_are_still_to_be_paid():
    owed = RecoveryItem.objects.get(kind="damages")
    assert owed.status == "notified" and owed.amount <= owed.breach_case.decision.cap


def test_one_hospital_has_let_the_day_of_its_rectification_pass():
    late = Rectification.objects.get(status="overdue")
    assert late.hold.is_open and late.agreement.status == "active"


def test_one_case_was_closed_and_one_was_exempted():
    closed, exempt = BreachCase.objects.get(status="closed"), BreachCase.objects.get(status="exempt")
    assert not closed.left_to_do and closed.interviews.get().status == "held"
    assert exempt.decision.report.amount > 0


def test_there_are_points_given_proposed_and_one_person_over_the_threshold():
    assert {*PointsRecord.objects.values_list("status", flat=True)} == {"recorded", "proposed"}
    assert PointsRecord.objects.filter(breach_case__status="served").exists()
    stop = PersonStop.objects.get()
    assert total_of(stop.staff, stop.year) >= stop.agreement.terms.points.suspend_at


def test_assessments_a_complaint_a_dispute_and_letters_are_there():
    assert {*Assessment.objects.values_list("status", flat=True)} == {"fed_back", "final"}
    assert AgencyBreachCase.objects.get().status == "handling"
    assert Dispute.objects.get().breach_case and ExternalNotice.objects.get().proposals_to_hold.exists()
    assert Referral.objects.get().status == "sent"


def test_every_record_is_whole_and_every_paper_is_printed():
    assert all(first_fault(one) is None for one in Agreement.objects.all())
    assert chain_fault(AgencyBreachCase.objects.get()) is None
    assert not Paper.objects.filter(status=Paper.Status.OWED).exists()


def test_whatever_stops_or_ends_an_agreement_for_breach_was_decided_in_a_case():
    acts = Event.objects.filter(act__in=["suspend_for_breach", "rescind"])
    assert Counter(acts.values_list("act", flat=True)) == {"suspend_for_breach": 2, "rescind": 2}
    decided = {one.pk for one in Handling.objects.filter(status="carried-out")}
    assert {one.details["proposal"]["id"] for one in acts} <= decided
