"""Who of its own people a hospital must name, by the role table of the edition, and who is still missing."""

from collections import Counter

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from institutions.models import Contact


def missing(terms, version, contacts):
    """[(role, how many more)] that a hospital of this version still has to name. `contacts`: its own, open ones count."""
    held = Counter(one.role for one in contacts if one.ended_on is None)
    wanted = [role for role in terms.roles if _is_asked(role, version)]
    return [(role, role.least - held[role.code]) for role in wanted if held[role.code] < role.least]


def in_words(short):
    """还缺分管医疗保险的院级领导1名、医务管理人员1名; empty when nobody is missing."""
    return f"还缺{'、'.join(f'{role.label}{more}名' for role, more in short)}" if short else ""


def _is_asked(role, version):
    level = version.grade[:1]
    return (
        not role.grades or level in role.grades
    ) and f"{level} {version.category}" not in role.as_the_case_is


def short_of_some(terms):
    """A Q of agreements whose hospital has not named everybody whom these terms ask for: `missing` in the database."""
    short = Q(pk=None)
    for role in terms.roles:
        held = Contact.objects.open().filter(institution=OuterRef("institution"), role=role.code)
        counted = held.order_by().values("institution").annotate(n=Count("pk")).values("n")
        short |= Q(LessThan(Coalesce(Subquery(counted), 0), role.least)) & _asked_of(role)
    return short


def _asked_of(role):
    asked = Q()
    for level in role.grades:
        asked |= Q(institution__current__grade__startswith=level)
    for one in role.as_the_case_is:
        level, category = one.split()
        asked &= ~Q(institution__current__grade__startswith=level, institution__current__category=category)
    return asked
