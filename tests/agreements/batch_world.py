"""Many hospitals of one agency, each with an agreement at the same point of its life."""

from datetime import date

from agreements.models import Agreement, Paper
from institutions.actions import register_institution

from ..conftest import facts

NEXT_TERM = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}


def many(desk, regions, count, first=10, reach="signed", **changed):
    """`count` agreements of as many hospitals, brought by real acts to `reach` (a method of Desk), in order."""
    return [
        getattr(another(desk, regions, number), reach)(**changed) for number in range(first, first + count)
    ]


def another(desk, regions, number):
    """The same agency's people with another hospital and its two people."""
    region, grade = desk.hospital.region, desk.hospital.current.grade
    told = facts(f"西宁第{number}医院", number, grade=grade)
    hospital = register_institution(f"H{region.code}{number:05d}", region, by=None, **told)
    return desk.beside(hospital)


def without_copies(agreements, purpose="signed_copy"):
    """As when they were brought in without their papers: signed, and no signed copy. Returns them fresh."""
    keys = [agreement.pk for agreement in agreements]
    Paper.objects.filter(agreement__in=keys, purpose=purpose).delete()
    return list(Agreement.objects.filter(pk__in=keys).order_by("pk"))


def owed_again(agreements, purpose="signed_copy"):
    """Their copies are owed as if the press had been down when they were signed. Returns the papers."""
    papers = Paper.objects.filter(agreement__in=[one.pk for one in agreements], purpose=purpose)
    papers.update(file="", sha256="", issued_at=None, **{"status": "owed"})
    return list(papers.order_by("pk"))
