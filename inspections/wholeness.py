"""Whether a fixed result is still as it was fixed: its snapshot, its rows, its signatures, its files (第五十七条).

Hashes alone prove nothing to who can write the database; the record of events is append-only and chained, and holds
the hash of the result and of every signature.
"""

import hashlib

from agreements.models.event import first_fault

from .canonical import canonical
from .snapshot import result_of

NAMED = {"sign_as_inspector": "inspector", "sign_on_the_spot": "institution", "sign_online": "institution"}


def fault_of(sheet):
    """The first thing about a sheet that is not as it was fixed, as a sentence; None when all is whole."""
    inspection = sheet.inspection
    events = [
        event for event in _record(inspection) if event.act in ("finish", "reopen", "note_refusal", *NAMED)
    ]
    digests = [event.details.get("digest") for event in events if event.act == "finish"]
    if not sheet.agrees_with_itself:
        return "核查结果的内容与固定时的摘要不符，不能作为有效的结果单。告知系统管理员"
    if sheet.sha256 not in digests:
        return "核查结果的摘要与事项记录不符，不能作为有效的结果单。告知系统管理员"
    if sheet.void:
        return None
    if _team_or_findings_moved(sheet, result_of(inspection)):
        return "问题、证据或核查组与固定的核查结果不符，不能作为有效的结果单。告知系统管理员"
    return _wrong_signature(sheet, events) or _wrong_refusal(sheet, events)


def damaged_files(sheet):
    """The names of the files of evidence that are no longer what was kept. Reads every file: for printing."""
    files = [
        file
        for finding in sheet.inspection.findings.prefetch_related("evidence")
        for file in finding.evidence.all()
    ]
    return [file.name for file in files if not _is_there(file)]


def _is_there(file):
    try:
        return file.is_whole
    except FileNotFoundError:
        return False


def broken_record(sheet):
    """The first fault of the agreement's own chain of events, on which the rest leans; None when it is whole."""
    return first_fault(sheet.inspection.agreement)


def _record(inspection):
    subject = f"{inspection.kind_name} {inspection}"
    return inspection.agreement.events.filter(subject=subject).order_by("seq")


def _team_or_findings_moved(sheet, now):
    """The names of parties and departments may change by their own acts; what was found may not."""
    lasting = (
        "number",
        "title",
        "kind",
        "agreement",
        "code",
        "third_party",
        "period",
        "began_on",
        "finished_on",
        "team",
    )
    kept = sheet.snapshot
    if any(kept[name] != now[name] for name in lasting):
        return True
    passing = ("place", "label", "article")
    return [_without(one, passing) for one in kept["findings"]] != [
        _without(one, passing) for one in now["findings"]
    ]


def _without(finding, names):
    return {name: value for name, value in finding.items() if name not in names}


def _wrong_signature(sheet, events):
    """Signatures and the events that made them, in the order in which they came; since the sheet was fixed."""
    made = []
    for event in events:
        if event.act == "finish":
            made = [] if event.details.get("digest") == sheet.sha256 else None
        elif event.act in NAMED and made is not None:
            made.append(
                (NAMED[event.act], _name_in(event), event.details.get("strokes", {}).get("sha256", ""))
            )
    kept = [(one.side, one.name, _hash(one.strokes)) for one in sheet.signatures.all()]
    if sorted(kept) != sorted(made or []):
        return "结果单上的签名与事项记录不符，不能作为有效的结果单。告知系统管理员"
    return None


def _name_in(event):
    if event.act == "sign_as_inspector":
        return event.details["member"]["name"]
    return event.details.get("name", event.actor_name)


def _hash(strokes):
    return hashlib.sha256(canonical(strokes)).hexdigest() if strokes else ""


def _wrong_refusal(sheet, events):
    noted = [event.details["reason"] for event in events if event.act == "note_refusal"]
    if sheet.refusal_reason and sheet.refusal_reason not in noted:
        return "注明拒签的原因与事项记录不符，不能作为有效的结果单。告知系统管理员"
    return None
