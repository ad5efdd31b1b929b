"""What a result sheet says: the inspection, its team and findings as plain words, with the hashes of the evidence."""

import json

from .canonical import canonical, digest_of


def result_of(inspection):
    """The result as the rows are now, as plain JSON."""
    agreement = inspection.agreement
    return json.loads(
        canonical(
            {
                "number": inspection.number,
                "title": inspection.title,
                "kind": inspection.get_kind_display(),
                "agreement": agreement.number,
                "agency": agreement.agency.name,
                "institution": agreement.institution.name,
                "code": agreement.institution.code,
                "third_party": inspection.third_party,
                "period": [inspection.period_from, inspection.period_to],
                "scope": inspection.scope,
                "began_on": inspection.began_on,
                "finished_on": inspection.finished_on,
                "team": [{"name": one.name, "certificate": one.certificate} for one in inspection.team],
                "findings": [_finding(one) for one in _findings(inspection)],
            }
        )
    )


def _findings(inspection):
    found = inspection.findings.select_related("department", "staff", "inspection__agreement__edition")
    return found.prefetch_related("evidence").order_by("order")


def _finding(finding):
    return {
        "order": finding.order,
        "code": finding.code,
        "article": finding.breach.article_label,
        "label": finding.label,
        "place": finding.place,
        "department": finding.department.code if finding.department else "",
        "staff": finding.staff.code if finding.staff else "",
        "period": [finding.period_from, finding.period_to],
        "cases": finding.cases,
        "amount": f"{finding.amount:.2f}",
        "facts": finding.facts,
        "choice_reason": finding.choice_reason,
        "evidence": sorted(({"name": one.name, "sha256": one.sha256} for one in finding.evidence.all()), key=_by_hash),
    }  # fmt: skip


def _by_hash(file):
    return file["sha256"], file["name"]


def fixed_result(inspection):
    """(what the rows say now, its SHA-256)."""
    result = result_of(inspection)
    return result, digest_of(result)
