"""What the hospitals of the demo have filed, each brought to where it stands by the right people."""

from datetime import timedelta

from django.core.files.base import ContentFile

from agreements.applications import actions as applications
from agreements.gate import perform
from institutions.models import Role

from .files import rows

STAGES = ["draft", "submitted", "examining", "checking", "granted", "supplement"]
STATEMENT = "本人确认签署本补充协议"


def build_changes(desk, known):
    """Everything in changes.csv. `desk`: the demo's people; `known`: agreements by their key."""
    for row in rows("changes"):
        known[row.key].refresh_from_db()
        _change(desk, row, known[row.key])


def _change(desk, row, agreement):
    operator = desk.of_institution(Role.OPERATOR, agreement)
    filed, today = desk.today - timedelta(days=int(row.filed)), desk.today
    changes = dict(pair.split("=") for pair in row.changes.split("|"))
    changes = {name: int(value) if name == "beds" else value for name, value in changes.items()}
    files = [] if row.kind == "general" else [ContentFile(b"%PDF-1.7 demo", name="批准文件.pdf")]
    request = applications.draft_change(
        agreement, by=operator, kind=row.kind, changes=changes, authority=row.authority, approval_number=row.number,
        approved_on=today - timedelta(days=int(row.approved)), synced_on=None, files=files, on=filed,
    )  # fmt: skip
    far = STAGES.index("submitted" if row.stage == "returned" else row.stage)
    clerk, reviewer = desk.clerk_for(agreement), desk.of_agency(Role.REVIEWER, agreement)
    if far >= 1:
        request = applications.submit(request, by=operator, on=filed)
    if row.stage == "returned":
        perform(request.return_for_completion, by=clerk, reason=row.remark, on=today - timedelta(days=1))
    if row.kind == "general":
        return
    if far >= 2:
        request = perform(request.accept, by=clerk, on=filed)
    if far >= 3:
        request = perform(request.examine, by=clerk, opinion=row.remark, on=filed)
    if far >= 4:
        request = applications.grant(request, by=reviewer, opinion=row.remark, on=filed)
    if far >= 5:
        _sign_one_side(desk, request.amendments.get(agreement=agreement))


def _sign_one_side(desk, amendment):
    signatory = desk.of_institution(Role.SIGNATORY, amendment.agreement)
    applications.sign_amendment(
        amendment, "institution", by=signatory, name=signatory.name, capacity="legal", signed_on=amendment.made_on,
        statement=STATEMENT,
    )  # fmt: skip
