"""Every URL x every role: who is let in (200), sent to the login (302), refused (403), told nothing (404)."""

import hashlib
from datetime import date

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from agreements.batches import actions as batches
from agreements.clocks import actions as clocks
from agreements.clocks import feed
from agreements.edition_desk.actions import copy_edition
from agreements.models import Delivery, Paper, RenewalRequest
from agreements.papers import printing
from agreements.papers.seal import seals
from agreements.papers.seal.trial import make_test_key
from agreements.views import editions
from institutions.models import Role, User

from .conftest import PASSWORD
from .desk import Desk
from .inspections.case_world import cases_for
from .inspections.record_rows import records_for
from .inspections.rows import inspections_for

ROLES = [
    "nobody", "clerk", "reviewer", "leader", "inspector", "finance", "authority", "operator", "signatory",
    "other_clerk", "other_operator", "county_clerk", "third_party", "system_admin", "security_admin", "audit_admin",
]  # fmt: skip
AGENCY = ["clerk", "reviewer", "leader", "inspector", "finance", "authority", "county_clerk"]
HOSPITAL = ["operator", "signatory"]
OWN_PEOPLE = [role for role in AGENCY if role != "county_clerk"]
DESKS = [*AGENCY, "other_clerk"]
PEOPLE = [role for role in ROLES if role != "nobody"]
INSIDERS = AGENCY + HOSPITAL
TEAM = ["inspector", "third_party"]
OF_INSPECTION = [*INSIDERS, "third_party"]


def row(yes, seen=(), other=404):
    """Answers by role: `yes` get the page, `seen` may see the record but not do this, all others `other`."""
    return {
        role: 200 if role in yes else 403 if role in seen else 302 if role == "nobody" else other
        for role in ROLES
    }


def anyone():
    return dict.fromkeys(ROLES, 200)


def act_of(*yes):
    return row(yes, seen=INSIDERS)


# URL name, or name and act → who. Every URL of the portal must have its row here.
TABLE = {
    "login": {**dict.fromkeys(ROLES, 302), "nobody": 200},
    "logout": {**dict.fromkeys(ROLES, 405), "nobody": 302},
    "password_change": row(PEOPLE),
    "todo": row(PEOPLE) | {"third_party": 302},
    "public": anyone(),
    "verify": anyone(),
    "edition": row(PEOPLE),
    "editions": row(DESKS, other=403),
    "edition-compare": row(DESKS, other=403),
    "edition-import": row(["clerk", "reviewer", "county_clerk", "other_clerk"], other=403),
    "edition-copy": row(["clerk", "reviewer", "county_clerk", "other_clerk"], other=403),
    "edition-withdraw": row([], other=403),  # nobody here is of the edition's own region, the province
    "edition-export": row(DESKS, other=403),
    "edition-preview": row(DESKS, other=403),
    "edition-draft": row(OWN_PEOPLE),
    "edition-facts": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-gaps": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-source text": row(OWN_PEOPLE),
    "edition-source terms_source": row(OWN_PEOPLE),
    "edition-terms": row(OWN_PEOPLE),
    "edition-breaches": row(OWN_PEOPLE),
    "edition-row suspension": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-row-remove cascade": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-row-looked cascade": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "edition-blank terms_source": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-items 80": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-clocks": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-cites": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-draft-export": row(OWN_PEOPLE),
    "edition-draft-preview": row(OWN_PEOPLE),
    "edition-draft-act submit": row(["clerk", "reviewer"], seen=OWN_PEOPLE),
    "edition-draft-act publish": row(["reviewer", "leader"], seen=OWN_PEOPLE),
    "edition-draft-act send-back": row(["clerk", "reviewer", "leader"], seen=OWN_PEOPLE),
    "edition-draft-act discard": row(["clerk", "reviewer", "leader"], seen=OWN_PEOPLE),
    "agreements": row(PEOPLE),
    "agreement-export": row(PEOPLE),
    "agreement": row(INSIDERS),
    "agreement-print": row(INSIDERS),
    "paper": row(INSIDERS),
    "signature-file": row(INSIDERS),
    "commitment": act_of(*HOSPITAL),
    "proposal": row(AGENCY, seen=HOSPITAL),
    "paper-again": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "paper-void": act_of("reviewer", "leader"),
    "agreement-draft": row(["clerk", "county_clerk"], seen=INSIDERS),
    "agreement-act revise": act_of("clerk", "county_clerk"),
    "agreement-act negotiate": act_of("clerk", "county_clerk"),
    "agreement-act confirm": act_of(*HOSPITAL),
    "agreement-act fix-text": act_of("reviewer"),
    "agreement-act return-to-draft": act_of("reviewer", "leader"),
    "agreement-act sign-for-institution": act_of("signatory"),
    "agreement-act sign-for-agency": act_of("leader"),
    "agreement-act discard": act_of("reviewer", "leader"),
    "agreement-act suspend-on-request": act_of("clerk", "county_clerk"),
    "agreement-act count-aftercare": act_of("clerk", "county_clerk"),
    "agreement-act resume": act_of("clerk", "county_clerk"),
    "agreement-act terminate": act_of("clerk", "county_clerk"),
    "agreement-act suspend-for-investigation": act_of("clerk", "county_clerk"),
    "agreement-act hold-payment": act_of("clerk", "county_clerk"),
    "agreement-act release-payment": act_of("clerk", "county_clerk"),
    "agreement-act lift-ban": act_of("clerk", "county_clerk"),
    "agreement-act acknowledge-cascade": act_of("clerk", "county_clerk"),
    "agreement-act apply-for-renewal": act_of(*HOSPITAL),
    "agreement-act decline-renewal": act_of("signatory"),
    "agreement-act set-holdover-cause": act_of("leader"),
    "agreement-act end-continuation": act_of("clerk", "county_clerk"),
    "agreement-act grant-suspension-exception": act_of("clerk", "county_clerk"),
    "agreement-act keep-despite-repeat": act_of("clerk", "county_clerk"),
    "agreement-act note-approval": act_of("clerk", "county_clerk"),
    "agreement-act note-penalty": act_of("clerk", "county_clerk", "authority"),
    "agreement-act name-contact": act_of("clerk", "county_clerk", *HOSPITAL),
    "agreement-act end-contact": act_of("clerk", "county_clerk", *HOSPITAL),
    "applications": row(PEOPLE),
    "change-new": act_of(*HOSPITAL),
    "change": row(INSIDERS),
    "change-edit": act_of(*HOSPITAL),
    "amendment": row(INSIDERS),
    "attachment": row(INSIDERS),
    "stop-new": act_of(*HOSPITAL),
    "stop": row(INSIDERS),
    "stop-edit": act_of(*HOSPITAL),
    "permit-new": act_of(*HOSPITAL),
    "permit": row(INSIDERS),
    "permit-edit": act_of(*HOSPITAL),
    "consultation-new": act_of(*HOSPITAL),
    "consultation": row(INSIDERS),
    "consultation-edit": act_of(*HOSPITAL),
    "report-new": act_of(*HOSPITAL),
    "report-edit": act_of(*HOSPITAL),
    "proof-new": act_of(*HOSPITAL),
    "penalty-report": row(INSIDERS),
    "self-check-report": row(INSIDERS),
    "display-proof": row(INSIDERS),
    "self-checks": row(PEOPLE),
    "agreement-act receive-claim": act_of("clerk", "county_clerk"),
    "claims": row(PEOPLE),
    "claim": row(INSIDERS),
    "renewal": row(INSIDERS),
    "renewals": row(PEOPLE),
    "campaign-close": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "agreement-act activate": row([]) | {role: 404 for role in PEOPLE},
    "agreement-act accept-electronic-delivery": act_of("signatory"),
    "agreement-act withdraw-electronic-delivery": act_of("signatory"),
    "seals": row([*AGENCY, "other_clerk"], other=403),
    "seal-new": row(["reviewer"], other=403),
    "seal-act release": row(["leader"], seen=OWN_PEOPLE),
    "seal-act withdraw": row(["reviewer", "leader"], seen=OWN_PEOPLE),
    "seal-act seal-on-paper": row(["leader"], seen=OWN_PEOPLE),
    "seal-act seal-electronically": row(["leader"], seen=OWN_PEOPLE),
    "countersign": act_of("signatory"),
    "sealed-scan": act_of("clerk", "county_clerk", "reviewer", "leader", *HOSPITAL),
    "sealed-scan-file": row(INSIDERS),
    "paper-revision": row(INSIDERS),
    "deliveries": row(PEOPLE),
    "delivery": row(INSIDERS),
    "paper-serve": act_of("clerk", "county_clerk"),
    "messages": row(PEOPLE),
    "messages-read": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "message-settings": row(PEOPLE),
    "deadlines": row(PEOPLE),
    "deadline-export": row(PEOPLE),
    "deadline-subscribe": row(PEOPLE),
    "deadline-meet": act_of("clerk", "county_clerk", "reviewer", "leader"),
    "deadline-feed": anyone(),  # its token is the login
    "supplements": row([*AGENCY, "other_clerk"], other=403),
    "supplement-new": row(["clerk", "county_clerk", "other_clerk"], other=403),
    "supplement": row(OWN_PEOPLE),
    "supplement-edit": row(["clerk"], seen=OWN_PEOPLE),
    "supplement-send": row(["leader"], seen=OWN_PEOPLE),
    "print-batches": row([*AGENCY, "other_clerk"], other=403),
    "print-batch-new": row(["clerk", "reviewer", "leader", "county_clerk", "other_clerk"], other=403),
    "print-batch": row([role for role in AGENCY if role != "county_clerk"]),
    "print-batch-output": row([role for role in AGENCY if role != "county_clerk"]),
    "print-batch-act pause": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "jobs": row(PEOPLE),
    "job-again": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "daily": row(PEOPLE),
    "daily-again": {role: 302 if role == "nobody" else 405 for role in ROLES},
    "cases": row(PEOPLE),
    "case": row(INSIDERS),
    "case-new": act_of("clerk", "reviewer", "county_clerk"),
    "case-points": act_of("clerk", "county_clerk"),
    "handling": row(AGENCY),
    "interview": row(INSIDERS),
    "rectification": row(INSIDERS),
    "recovery": row(INSIDERS),
    "case-statistics": row(PEOPLE),
    "case-statistics-export": row(PEOPLE),
    "case-overrides": row(PEOPLE),
    "case-overrides-export": row(PEOPLE),
    "suspension-report": row(PEOPLE),
    "suspension-report-export": row(PEOPLE),
    "inspections": row(PEOPLE),
    "inspection-day": row(PEOPLE),
    "inspection-choose": row(["clerk", "reviewer", "leader", "county_clerk", "other_clerk"], other=403),
    "inspection-new": act_of("clerk", "reviewer", "leader", "county_clerk"),
    "inspection": row(OF_INSPECTION),
    "inspection-edit": row(["clerk", "reviewer", "leader", "county_clerk"], seen=OF_INSPECTION),
    "inspection-checklist": row([*AGENCY, "third_party"], seen=HOSPITAL),
    "inspection-samples": row([*AGENCY, "third_party"], seen=HOSPITAL),
    "visit-new": row(TEAM, seen=OF_INSPECTION),
    "finding-new": row(TEAM, seen=OF_INSPECTION),
    "finding-edit": row(TEAM, seen=OF_INSPECTION),
    "finding-drop": row(TEAM, seen=OF_INSPECTION),
    "evidence-new": row([*TEAM, "clerk", "reviewer", "leader", "county_clerk"], seen=OF_INSPECTION),
    "evidence-request": row(OF_INSPECTION),
    "inspection-file": row([*AGENCY, "third_party"]),
    "inspection-sheet": row(OF_INSPECTION),
    "inspection-paper": row(OF_INSPECTION),
    "records": row(PEOPLE),
    "assessment-import": row(["clerk", "county_clerk", "other_clerk"], other=403),
    "public-assessments": anyone(),
    "public-points": anyone(),
    "complaint": row(["authority", "leader", *HOSPITAL]),
    "complaint-file": row(["authority", "leader", *HOSPITAL]),
    "complaint-new": act_of(*HOSPITAL),
    "external-notice": row(AGENCY),
    "external-notice-new": act_of("clerk", "county_clerk"),
    "points": row(INSIDERS),
    "points-new": act_of("clerk", "county_clerk"),
    "person-stop": row(INSIDERS),
    "person-stop-new": act_of("clerk", "county_clerk"),
    "assessment": row(INSIDERS),
    "assessment-new": act_of("clerk", "county_clerk"),
    "coordination": row(INSIDERS),
    "coordination-new": act_of(*HOSPITAL),
    "dispute": row(INSIDERS),
    "dispute-new": act_of("clerk", "county_clerk", "reviewer", *HOSPITAL),
    "opinion": row(INSIDERS),
    "opinion-new": act_of(*HOSPITAL),
    "filing": row(AGENCY),
    "filing-new": act_of("clerk", "county_clerk"),
    "referral": row(AGENCY),
    "referral-new": act_of("clerk", "county_clerk"),
    "discredit": row(AGENCY),
    "discredit-new": act_of("clerk", "county_clerk"),
    "dept-notification": row(AGENCY),
    "dept-notification-new": act_of("clerk", "county_clerk"),
    "institutions": row(PEOPLE) | dict.fromkeys([*HOSPITAL, "other_operator"], 302),
    "institution": row(INSIDERS),
    "institution-new": row(["clerk", "county_clerk", "other_clerk"], other=403),
    "institution-revise": row(["clerk", "county_clerk"], seen=INSIDERS),
    "institution-import": row(["clerk", "county_clerk", "other_clerk"], other=403),
    "institution-import-preview": row([], other=403)
    | dict.fromkeys(["clerk", "county_clerk", "other_clerk"], 302),
    "institution-export xlsx": row(PEOPLE),
    "institution-sample csv": row(PEOPLE),
}


def names_of(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from names_of(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def test_every_url_has_a_row():
    assert set(names_of(get_resolver().url_patterns)) == {key.split()[0] for key in TABLE}


@pytest.fixture
def quick_preview(monkeypatch):
    monkeypatch.setattr(editions, "render_agreement", lambda *_, **__: b"%PDF-1.7")


@pytest.fixture
def cast(quick_print, quick_preview, edition, agency, clerk, reviewer, leader, operator, signatory, hospital, other_clerk, other_operator,
         county_clerk):  # fmt: skip
    people = {name: value for name, value in locals().items() if isinstance(value, User)}
    for role in (Role.INSPECTOR, Role.FINANCE, Role.AUTHORITY):
        people[role.value] = User.objects.create_user(role.value, role.label, role, PASSWORD, agency=agency)
    people["third_party"] = User.objects.create_user(
        "third_party", "第三方", Role.THIRD_PARTY, PASSWORD, expires_on=date(2099, 12, 31)
    )
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        people[role.value] = User.objects.create_user(role.value, role.label, role, PASSWORD)
    return people


@pytest.fixture
def world(cast, hospital, edition, settings, tmp_path):
    """A live agreement with a paper, a scan and a proposal, and where each URL leads in it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    desk = Desk(*(cast[name] for name in ("clerk", "reviewer", "leader", "operator", "signatory")), hospital)
    agreement = desk.signed()
    record = agreement.sign_records.first()
    record.scan.save("a.pdf", SimpleUploadedFile("a.pdf", b"%PDF-1.4"))
    proposal = desk.proposal(agreement, "suspend_on_request", **desk.suspension())
    paper = agreement.papers.first()
    supplement = desk.supplement(edition)
    batch = batches.ask(f"pick={agreement.pk}", by=desk.leader)
    clocks.start_clocks(agreement, "status_changed", agreement.starts_on)
    request = desk.change_request(agreement)
    notice = Paper.owe(agreement, "suspension_notice", {}, agreement.starts_on.year)
    printing.print_owed(notice)
    served = Paper.owe(agreement, "ending_notice", {}, agreement.starts_on.year)
    delivery = Delivery.objects.open_for(served, "institution", agreement.starts_on)
    agreement.amendments.create(order=1, made_on=agreement.starts_on, clauses=["乙方名称变更。"])
    renewal = RenewalRequest.objects.create(
        agreement=agreement, filed_on=agreement.starts_on, filed_by=cast["operator"], on_time=True
    )
    day, by = agreement.starts_on, cast["operator"]
    filed = {"filed_by": by, "filed_on": day}
    stop = agreement.stoprequests.create(
        kind="end",
        planned_from=day,
        reason="停业",
        status="submitted",
        drafted_by=by,
        drafted_on=day,
        **filed,
    )
    asked = {"status": "submitted", "drafted_by": by, "drafted_on": day, **filed}
    permit = agreement.permitrequests.create(item="血液透析", **asked)
    consultation = agreement.priorconsultations.create(
        kind="新建、扩建", description="楼", planned_on=day, **asked
    )
    penalty = agreement.penaltyreports.create(
        authority="市场监管局", decision_number="1号", served_on=day, content="多收费", **filed
    )
    self_check = agreement.selfcheckreports.create(found_on=day, what="未发现", **filed)
    shown = agreement.deadlines.get(rule="T-29", bound="乙")
    proof = agreement.displayproofs.create(deadline=shown, place="门诊大厅", shown_on=day, **filed)
    claim = agreement.feeclaims.create(month=day, claimed=1000, received_on=day, received_by=cast["clerk"])
    staff = [cast[name] for name in ("clerk", "reviewer", "leader", "operator")]
    records = records_for(agreement, *staff) | cases_for(desk, agreement)
    return inspections_for(desk, agreement, cast["inspector"], cast["third_party"]) | records | {
        "stop-new": [agreement.number, "suspend"],
        "stop": [agreement.number, stop.pk],
        "stop-edit": [agreement.number, stop.pk],
        "permit-new": [agreement.number],
        "consultation-new": [agreement.number],
        **{name: [agreement.number, permit.pk] for name in ("permit", "permit-edit")},
        **{name: [agreement.number, consultation.pk] for name in ("consultation", "consultation-edit")},
        "report-new": [agreement.number, "penalty"],
        "report-edit": [agreement.number, "self-check", self_check.pk],
        "proof-new": [shown.pk],
        "penalty-report": [agreement.number, penalty.pk],
        "self-check-report": [agreement.number, self_check.pk],
        "display-proof": [agreement.number, proof.pk],
        "claim": [agreement.number, claim.pk],
        "change-new": [agreement.number, "major"],
        "change": [agreement.number, request.pk],
        "change-edit": [agreement.number, request.pk],
        "amendment": [agreement.number, 1],
        "attachment": [request.attachments.get().pk],
        "renewal": [agreement.number, renewal.pk],
        **{name: [supplement.number] for name in ("supplement", "supplement-edit", "supplement-send")},
        "campaign-close": [1],
        **_sealed(desk, paper),
        "paper-serve": [notice.code], "delivery": [delivery.pk],
        "job-again": [1],
        **{name: [batch.number] for name in ("print-batch", "print-batch-output", "print-batch-act")},
        "daily-again": [1],
        "deadline-meet": [agreement.deadlines.get(rule="T-30", bound="甲").pk],
        "deadline-feed": [feed.token_of(cast["clerk"])],
        **_editions(edition, desk.clerk), "agreement": [agreement.number], "agreement-print": [agreement.number],
        "paper": [paper.code], "paper-again": [paper.code], "paper-void": [paper.code],
        "signature-file": [agreement.number, record.pk, "scan"], "commitment": [agreement.number],
        "proposal": [agreement.number, proposal.pk], "agreement-draft": [hospital.code], "institution": [hospital.code],
        "institution-revise": [hospital.code], "agreement-act": [agreement.number],
    }  # fmt: skip


def _editions(edition, by):
    """The edition, and a draft of it for the region of this person's agency."""
    of_edition = ("edition", "edition-copy", "edition-withdraw", "edition-export", "edition-preview")
    of_draft = ("edition-draft", "edition-facts", "edition-terms", "edition-breaches", "edition-gaps", "edition-source", "edition-blank", "edition-items", "edition-clocks", "edition-cites", "edition-draft-export",
                "edition-draft-preview", "edition-draft-act")  # fmt: skip
    draft = copy_edition(edition, by=by)
    return (
        {name: [edition.code, edition.version] for name in of_edition}
        | {name: [draft.pk] for name in of_draft}
        | {name: [draft.pk, "terms"] for name in ("edition-row", "edition-row-remove", "edition-row-looked")}
    )


def _sealed(desk, paper):
    """A seal of the agency, a sealed scan and a second revision of the paper, and where each URL leads."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    seal = seals.register_seal(
        paper.agreement.agency, *_key_of(paper.agreement.agency), by=desk.reviewer, is_test=True
    )
    facts = {"kind": "PDF", "size": 8, "sha256": "0" * 64, "by": desk.operator}
    scan = paper.sealed_scans.create(seals="both", file=SimpleUploadedFile("a.pdf", b"%PDF-1.7"), **facts)
    added = SimpleUploadedFile("b.pdf", b"signed")
    digest = hashlib.sha256(paper.read() + b"signed").hexdigest()
    paper.revisions.create(
        number=2,
        file=added,
        size=6,
        sha256=digest,
        way="uploaded",
        signed_at=timezone.now(),
        by=desk.signatory,
    )
    return {
        "seal-act": [seal.pk], "countersign": [paper.code], "sealed-scan": [paper.code],
        "sealed-scan-file": [paper.code, scan.pk], "paper-revision": [paper.code, 2],
    }  # fmt: skip


def _key_of(agency):
    source, certificate = make_test_key(agency.code, agency.name, "p256")
    return certificate, source


@pytest.mark.rule("Q74.1")
def test_every_url_for_every_role(world, cast, client):
    wrong = []
    for role in ROLES:
        client.logout()
        if role != "nobody":
            client.force_login(cast[role], backend="django.contrib.auth.backends.ModelBackend")
        for key, answers in TABLE.items():
            name, _, act = key.partition(" ")
            url = reverse(name, args=[*world.get(name, []), *([act] if act else [])])
            status = client.get(url).status_code
            if status != answers[role]:
                wrong.append(f"{role} GET {key}: {status}, not {answers[role]}")
    assert not wrong, "\n".join(wrong)


def test_a_wrong_role_cannot_post_either(world, cast, client):
    for key, answers in TABLE.items():
        name, _, act = key.partition(" ")
        if name not in (
            "agreement-act",
            "commitment",
            "paper-void",
            "agreement-draft",
            "institution-revise",
            "institution-new",
            "seal-new",
            "print-batch-new",
            "seal-act",
            "countersign",
            "sealed-scan",
            "edition-import",
            "edition-copy",
            "edition-withdraw",
            "edition-facts",
            "edition-gaps",
            "edition-source",
            "edition-row",
            "edition-row-remove",
            "edition-blank",
            "edition-clocks",
            "edition-items",
            "edition-cites",
            "edition-draft-act",
        ):
            continue
        url = reverse(name, args=[*world.get(name, []), *([act] if act else [])])
        for role in PEOPLE:
            if answers[role] in (403, 404):
                client.force_login(cast[role], backend="django.contrib.auth.backends.ModelBackend")
                assert client.post(url, {}).status_code == answers[role], (role, key)


def test_a_draft_is_not_yet_the_hospitals_to_see(cast, hospital, client, edition):
    desk = Desk(*(cast[name] for name in ("clerk", "reviewer", "leader", "operator", "signatory")), hospital)
    agreement = desk.drafted()
    client.force_login(cast["operator"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(agreement.get_absolute_url()).status_code == 404


def test_reading_never_writes(world, cast, client, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    for key, answers in TABLE.items():
        name, _, act = key.partition(" ")
        if answers["clerk"] == 200:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(reverse(name, args=[*world.get(name, []), *([act] if act else [])]))
            writes = [
                q["sql"]
                for q in queries
                if q["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "session" not in q["sql"]
            ]
            assert not writes, (key, writes)
