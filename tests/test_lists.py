"""Every list stays at the same number of queries however long it grows, and shows no stranger's rows."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import actions
from agreements.batches import actions as batches
from agreements.clocks import actions as clocks
from agreements.models import Delivery, Job, Paper
from agreements.papers import printing
from institutions.actions import register_institution

from .conftest import facts
from .desk import SCOPE, TERM, Desk
from .inspections.case_world import case_for
from .inspections.record_rows import one_of_each

# Three of each are the session's own, three more say who is asking.
CEILINGS = {
    ("clerk", "/"): 58,
    ("reviewer", "/"): 32,
    ("leader", "/"): 48,
    ("operator", "/"): 53,
    ("clerk", "/renewals/"): 12,
    ("clerk", "/agreements/"): 13,
    ("clerk", "/agreements/?tab=active&q=西宁&sort=-ends_on"): 12,
    ("clerk", "/agreements/export.xlsx"): 8,
    ("clerk", "/deliveries/?tab=all"): 11,
    ("operator", "/deliveries/?tab=all"): 12,
    ("clerk", "/messages/"): 10,
    ("operator", "/messages/"): 12,
    ("clerk", "/deadlines/"): 16,
    ("operator", "/deadlines/?bound=乙&q=公告"): 15,
    ("clerk", "/deadlines/export.xlsx"): 11,
    ("clerk", "/institutions/"): 13,
    ("operator", "/agreements/"): 12,
    ("clerk", "/applications/?kind=stoprequest&tab=all"): 12,
    ("clerk", "/applications/?kind=penaltyreport"): 12,
    ("operator", "/applications/?kind=selfcheckreport"): 12,
    ("clerk", "/applications/?kind=displayproof"): 12,
    ("leader", "/self-checks/"): 9,
    ("clerk", "/jobs/"): 12,
    ("clerk", "/printing/"): 12,
    ("clerk", "/printing/new/?category=general"): 16,
    ("clerk", f"/printing/PB-{TERM['starts_on'].year}-001/?tab=excluded"): 14,
    ("clerk", "/daily/"): 14,
    (None, "/public/"): 8,
    ("clerk", "/cases/"): 12,
    ("operator", "/cases/?tab=decided&q=收费"): 12,
    ("clerk", "/cases/statistics/"): 11,
    ("clerk", "/cases/statistics/export.xlsx"): 9,
    ("leader", "/cases/overrides/"): 11,
    ("leader", "/cases/overrides/export.xlsx"): 9,
    ("clerk", "/cases/suspensions/"): 11,
    ("clerk", "/cases/suspensions/export.xlsx"): 8,
    ("clerk", "/records/?kind=external-notice&tab=all"): 11,
    ("clerk", "/records/?kind=points&tab=all"): 11,
    ("clerk", "/records/?kind=person-stop&tab=all"): 11,
    ("clerk", "/records/?kind=assessment&tab=all"): 12,
    ("clerk", "/records/?kind=opinion&tab=all"): 11,
    ("clerk", "/records/?kind=referral&tab=all"): 11,
    ("leader", "/records/?kind=complaint&tab=all"): 11,
    ("clerk", "/claims/"): 12,
    ("operator", "/claims/?tab=all"): 12,
    (None, "/public/assessments/"): 5,
    (None, "/public/points/"): 5,
}


def _served(agreement):
    """One notice to be served and one that was sent."""
    for purpose, status in (("suspension_notice", "issued"), ("ending_notice", "owed")):
        owed = Paper.owe(agreement, purpose, {}, TERM["starts_on"].year)
        if status == "issued":
            printing.print_owed(owed)
        else:
            Delivery.objects.open_for(owed, "institution", TERM["starts_on"])


def _reported(agreement, desk):
    """One of everything that a hospital may ask or report, beside changes."""
    day, by = TERM["starts_on"], {"filed_by": desk.operator, "filed_on": TERM["starts_on"]}
    asked = {
        "planned_from": day,
        "reason": "停业",
        "status": "submitted",
        "drafted_by": desk.operator,
        "drafted_on": day,
    }
    agreement.stoprequests.create(kind="end", **asked, **by)
    agreement.penaltyreports.create(
        authority="市场监管局", decision_number="1号", served_on=day, content="多收费", **by
    )
    agreement.selfcheckreports.create(found_on=day, what="多收费", item_code="QH-65-06", named_on=day, **by)
    shown = agreement.deadlines.get(rule="T-29", bound="乙")
    agreement.displayproofs.create(deadline=shown, place="门诊大厅", shown_on=day, **by)
    agreement.feeclaims.create(month=day, claimed=1000, received_on=day, received_by=desk.clerk)


@pytest.fixture
def filled(desk, regions):
    """The cast's own agreement, and drafts with ten more hospitals, each with clocks of its own."""
    desk.suspended()
    for number in range(10, 20):
        hospital = register_institution(
            f"H630105{number:05d}", regions["630105"], by=None, **facts(f"西宁第{number}医院", number)
        )
        draft = actions.draft_agreement(hospital, by=desk.clerk, **TERM, **SCOPE)
        clocks.start_clocks(draft, "status_changed", TERM["starts_on"])
        day = TERM["starts_on"]
        draft.daily_failures.create(
            step="begin",
            due_on=day,
            first_failed_on=day,
            last_failed_at=timezone.now(),
            reason="缺日历（第七十九条）",
        )
        Job.objects.create(name=Job.Name.PAPERS, day=day, subject=draft.number, asked_by=desk.clerk)
        _served(draft)
        _reported(draft, desk)
        case_for(desk, draft)
        one_of_each(draft, desk.clerk, number)
    batches.ask("category=general", by=desk.clerk)
    return desk


def count(client, path):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
        assert response.status_code == 200
        if response.streaming:
            b"".join(response.streaming_content)
    return len(queries), [query["sql"][:160] for query in queries]


@pytest.mark.parametrize("person, path", CEILINGS)
def test_a_list_stays_under_its_ceiling_with_eleven_rows_as_with_one(filled, client, person, path):
    if person:
        client.force_login(getattr(filled, person), backend="django.contrib.auth.backends.ModelBackend")
    number, queries = count(client, path)
    assert number <= CEILINGS[person, path], "\n".join(queries)


OPEN = {
    # What everybody may read, or what hangs on nobody's case: the rest must say who sees it.
    "Region", "Edition", "Sequence", "User", "AgencyVersion", "HolidayNotice", "CalendarDay",
}  # fmt: skip


def test_every_model_says_who_sees_it(desk):
    for app in ("institutions", "agreements", "inspections"):
        for model in apps.get_app_config(app).get_models():
            if model.__name__ not in OPEN:
                assert hasattr(model.objects.all(), "visible_to"), model.__name__


def test_a_stranger_sees_no_row_of_any_model(desk, other_operator, other_clerk):
    desk.suspended()
    nobody = AnonymousUser()
    nobody.agency_id = nobody.institution_id = None
    for app in ("institutions", "agreements"):
        for model in apps.get_app_config(app).get_models():
            if model.__name__ in OPEN | {
                "Institution",
                "InstitutionVersion",
                "Agency",
                "Department",
                "StaffMember",
            }:
                continue
            for stranger in (other_operator, other_clerk, nobody):
                assert not model.objects.visible_to(stranger).exists(), (model.__name__, stranger)


def test_what_a_region_sees(desk, other_clerk, county_clerk, province_agency, hospital, other_hospital):
    from institutions.models import Institution, Role, User

    desk.signed()
    province = User.objects.create_user("sheng", "省局", Role.CLERK, agency=province_agency)
    for person, sees in (
        (desk.clerk, 2),
        (county_clerk, 2),
        (province, 2),
        (other_clerk, 0),
        (desk.operator, 1),
    ):
        assert Institution.objects.visible_to(person).count() == sees, person


def test_a_hospital_elsewhere_is_seen_by_the_agency_that_signs_with_it(desk, other_clerk, hospital):
    from institutions.models import Institution

    assert isinstance(desk, Desk)
    actions.draft_agreement(hospital, by=other_clerk, **TERM, **SCOPE)
    assert list(Institution.objects.visible_to(other_clerk)) == [hospital]
