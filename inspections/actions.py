"""Changes over several records: planning, asking for papers, fixing a result, signing it. Each goes through the door."""

import secrets

from django.db import transaction
from django.utils.timezone import localdate

from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Paper, Sequence
from agreements.papers.printing import print_owed

from . import sheets, wholeness
from .canonical import canonical
from .models import Inspection
from .snapshot import fixed_result

TAKEN_PART = ("departments", "staff", "team")


@transaction.atomic
def plan_inspection(agreement, *, by, address="", **facts):
    """A new inspection of a hospital's agreement, with its number from the locked sequence and its checklist.

    `facts`: kind, title, signal, period_from, period_to, planned_on, third_party, departments, staff, and team:
    [{user, certificate, leads}]. Raises PermissionDenied or RuleBroken.
    """
    series = f"{agreement.agency.region_id}-HC{facts['planned_on'].year}"
    own = {name: value for name, value in facts.items() if name not in TAKEN_PART}
    inspection = Inspection.objects.create(
        agreement=agreement, number=f"{series}-{Sequence.take(f'核查 {series}'):04d}", planned_by=by, **own
    )
    return perform(inspection.plan, by=by, address=address, **facts)


def ask_for_evidence(inspection, *, by, address="", what, due_on, on=None):
    """Ask for papers in writing; the notice (D-37) is numbered and printed. Returns the EvidenceRequest."""
    on = on or localdate()
    with transaction.atomic():
        inspection = perform(
            inspection.ask_for_evidence, by=by, address=address, what=what, due_on=due_on, on=on
        )
        request = inspection.evidence_requests.latest("order")
        request.paper = _owed(inspection, Paper.Purpose.EVIDENCE_REQUEST, sheets.evidence_request(request))
        request.save(update_fields=["paper"])
    print_owed(request.paper)
    return request


def hand_over(request, *, by, address="", answer, files, on=None):
    """The hospital hands over what was asked for, with its letter of commitment (第五十七条、第七条第十项)."""
    on = on or localdate()
    with transaction.atomic():
        request = perform(request.hand_over, by=by, address=address, answer=answer, files=files, on=on)
        request.commitment_paper = Paper.owe_commitment(request.agreement, request.material, on)
        request.save(update_fields=["commitment_paper"])
    if request.commitment_paper:
        print_owed(request.commitment_paper)
    return request


@transaction.atomic
def cancel(inspection, *, by, address="", reason, on):
    """Call it off before it begins; what was asked for is not wanted any more."""
    inspection = perform(inspection.cancel, by=by, address=address, reason=reason, on=on)
    for request in inspection.evidence_requests.filter(status="asked"):
        perform(request.withdraw, by=by, address=address, reason=reason, on=on)
    return inspection


def draw_sample(inspection, *, by, address="", about, population=0, cases=()):
    """Draw at random with a seed that nobody chose. Returns the SampleDraw."""
    cases = sorted(set(cases))
    inspection = perform(
        inspection.draw_sample, by=by, address=address, about=about, population=len(cases) or population,
        cases=canonical(cases) if cases else b"", seed=secrets.token_hex(8),
    )  # fmt: skip
    return inspection.samples.latest("order")


def finish(inspection, *, by, address="", on=None):
    """The fieldwork is over: the result is fixed with its hash, and printed to be signed and sealed (D-03)."""
    on = on or localdate()
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=inspection.agreement_id)
        now = Inspection.objects.get(pk=inspection.pk)
        now.finished_on = on
        inspection = perform(now.finish, by=by, address=address, on=on, digest=fixed_result(now)[1])
        sheet = inspection.sheet
        sheet.blank_paper = _owed(inspection, Paper.Purpose.RESULT_SHEET, sheets.result_sheet(sheet))
        sheet.save(update_fields=["blank_paper"])
    print_owed(sheet.blank_paper)
    return inspection


def sign_as_inspector(inspection, member, *, by, address="", strokes):
    """One of the team signs on the tablet. The same drawing sent again changes nothing."""
    if not _came_before(inspection, strokes, member=member):
        perform(inspection.sign_as_inspector, by=by, address=address, member=member, strokes=strokes)
    return Inspection.objects.get(pk=inspection.pk)


def sign_on_the_spot(inspection, *, by, address="", name, capacity, strokes, seal, on=None):
    """The hospital signs on the tablet; the signed sheet is printed. The same drawing sent again changes nothing."""
    if _came_before(inspection, strokes, side="institution"):
        return Inspection.objects.get(pk=inspection.pk)
    details = {"name": name, "capacity": capacity, "strokes": strokes, "seal": seal}
    return _answered(inspection, "sign_on_the_spot", by, address, on, **details)


def sign_online(inspection, *, by, address="", capacity, on=None):
    """The hospital's signatory, logged in and the password asked for once more, signs."""
    return _answered(inspection, "sign_online", by, address, on, capacity=capacity)


def note_refusal(inspection, *, by, address="", reason, on=None):
    """The hospital does not sign: noted by the inspectors. The same note sent again changes nothing."""
    sheet = inspection.sheet
    if inspection.status == Inspection.Status.REFUSED and sheet.refusal_reason == reason:
        return inspection
    return _answered(inspection, "note_refusal", by, address, on, reason=reason)


def _came_before(inspection, strokes, **whose):
    """Whether this very drawing has been kept: the line broke after it had come in."""
    sheet = inspection.sheet
    kept = sheet.signatures.filter(**whose).first() if sheet else None
    return kept is not None and canonical(kept.strokes) == strokes


def _answered(inspection, act, by, address, on, **details):
    """The hospital's answer to the result, and the paper that says so."""
    if lost := wholeness.damaged_files(inspection.sheet) if inspection.sheet else None:
        raise RuleBroken(f"证据文件与固定时不符：{'、'.join(lost)}。告知系统管理员（第五十七条）")
    with transaction.atomic():
        move = getattr(inspection, act)
        inspection = perform(move, by=by, address=address, on=on or localdate(), **details)
        sheet = inspection.sheet
        sheet.paper = _owed(inspection, Paper.Purpose.RESULT_SHEET, sheets.result_sheet(sheet))
        sheet.save(update_fields=["paper"])
    print_owed(sheet.paper)
    return inspection


def _owed(inspection, purpose, sheet):
    return Paper.owe(inspection.agreement, purpose, sheet.kept(), localdate().year)
