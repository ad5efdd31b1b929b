"""One of each record beside inspections and cases, and where its pages are."""

from agreements.gate import perform
from inspections.records.actions import file_record
from inspections.records.kinds import KINDS
from institutions.models import StaffMember

from ..desk import TODAY, upload

LETTER = {"addressee": "某部门", "matter": "事实", "basis": ""}
LINES = [{"indicator": "基金使用", "weight": "100", "score": "80", "about": "机构", "note": ""}]
BY_HOSPITAL = ("complaint", "coordination", "opinion")


def facts_of(agreement, number=1):
    """What is filed of every kind."""
    doctor, _ = StaffMember.objects.get_or_create(
        institution=agreement.institution, code=f"D630105{agreement.institution_id:06d}",
        defaults={"name": "马晓东", "kind": "physician"},
    )  # fmt: skip
    return {
        "complaint": {"item_code": "QH-62-01", "item_label": "第六十二条（一）", "wants": "correction", "occurred_on": TODAY,
                      "facts": "迟付", "accused": None},
        "external-notice": {"source": "audit", "number": f"{number}号", "received_on": TODAY, "matter": "内容"},
        "points": {"staff": doctor, "points": 9, "responsibility": "main", "given_on": TODAY, "reason": "处理"},
        "assessment": {"year": TODAY.year - number % 2, "method": "办法", "lines": LINES},
        "coordination": {"about": "payment", "matter": "迟付", "request": "督促"},
        "dispute": {"kind": "suit", "body": "法院", "case_number": f"{number}号", "began_on": TODAY, "matter": "不服"},
        "opinion": {"kind": "opinion", "subject": "建议", "text": "内容"},
        "referral": LETTER, "discredit": {**LETTER, "persons": "某人"}, "dept-notification": LETTER,
    }  # fmt: skip


def records_for(agreement, clerk, reviewer, leader, operator):
    """{URL name: its arguments}, each record far enough for the hospital to see what it may see."""
    made = {
        slug: file_record(
            KINDS[slug].model,
            agreement,
            by=operator if slug in BY_HOSPITAL else clerk,
            facts=facts,
            files=[upload()],
        )
        for slug, facts in facts_of(agreement).items()
    }
    points = perform(made["points"].confirm, by=leader, on=TODAY)
    perform(made["assessment"].feed_back, by=reviewer, on=TODAY)
    stop = {"staff": points.staff, "kind": "suspended", "year": TODAY.year, "started_on": TODAY, "until": points_end(),
            "reason": "累计"}  # fmt: skip
    made["person-stop"] = file_record(KINDS["person-stop"].model, agreement, by=clerk, facts=stop)
    perform(made["person-stop"].decide, by=leader, on=TODAY)
    made["filing"] = KINDS["filing"].model.objects.create(
        agreement=agreement, filed_by=clerk, filed_on=TODAY, status="draft", **LETTER
    )
    complaint = made.pop("complaint")
    return {
        **{slug: [agreement.number, one.pk] for slug, one in made.items()},
        **{f"{slug}-new": [agreement.number] for slug in KINDS},
        "complaint": [complaint.pk],
        "complaint-file": [complaint.pk, complaint.files.get().pk],
    }


def points_end():
    from agreements.clocks.deadlines import add_months

    return add_months(TODAY, 2)


def one_of_each(agreement, by, number):
    """A row of every kind on an agreement in any state, for lists."""
    for slug, facts in facts_of(agreement, number).items():
        model = KINDS[slug].model
        status = "final" if slug == "assessment" else "recorded" if slug == "points" else model.OPEN[0]
        more = {"published_on": TODAY, "publication_basis": "办法"} if slug == "assessment" else {}
        more |= {"forwarded_on": TODAY} if slug == "complaint" else {}
        model.objects.create(agreement=agreement, filed_by=by, filed_on=TODAY, status=status, **facts, **more)
    KINDS["filing"].model.objects.create(
        agreement=agreement, filed_by=by, filed_on=TODAY, status="draft", **LETTER
    )
    staff = agreement.institution.staff_members.get()
    KINDS["person-stop"].model.objects.create(
        agreement=agreement, filed_by=by, filed_on=TODAY, status="in_force", staff=staff, kind="suspended",
        year=TODAY.year, started_on=TODAY, until=points_end(), reason="累计",
    )  # fmt: skip
