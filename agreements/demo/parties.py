"""The parties of the demo and their people, through the same actions that the pages use."""

from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from agreements.papers.seal.seals import give_test_seal
from institutions.actions import register_agency, register_institution, revise_institution
from institutions.codes import uscc_check_digit
from institutions.models import Agency, Department, Institution, Region, Role, StaffMember, User

from .files import PASSWORD, rows

USCC_KIND = {"public": "12", "military": "19", "non_profit": "52", "profit": "91"}
STAFF_LETTERS = {"physician": "D", "nurse": "N", "pharmacist": "HY", "technician": "HJ"}


def build_parties(today):
    """Regions, agencies, institutions with their versions, departments and staff, and everybody's account."""
    first_day = date(today.year - 3, 1, 1)
    for row in rows("regions"):
        facts = {"name": row.name, "parent_id": row.parent or None}
        Region.objects.update_or_create(code=row.code, defaults=facts)
    places = {row.code: row for row in rows("regions")}
    for number, row in enumerate(rows("agencies"), start=1):
        _agency(row, places[row.region], number, first_day)
    for number, row in enumerate(rows("institutions"), start=1):
        _institution(_as_it_was(row), places[row.region], number, first_day, today)
    _people(today)
    _revisions(today)
    _staff()
    for row in rows("agencies"):
        if row.test_seal:
            give_test_seal(Agency.objects.get(region=row.region))


def institution_of(login):
    """The institution of a hospital's login in the data files."""
    return Institution.objects.get(people__username=login)


def _agency(row, place, number, first_day):
    region = Region.objects.get(code=row.region)
    register_agency(
        f"JB{row.region}", region, region.level, row.document_word, valid_from=first_day, name=row.name,
        legal_representative=row.legal_representative, address=row.address, postcode=place.postcode,
        phone=f"{place.area_code}-61{number:02d}120",
    )  # fmt: skip


def _as_it_was(row):
    """The institution's line before its first recorded change."""
    for change in reversed(rows("revisions")):
        if change.institution == row.login:
            setattr(row, change.field, change.before)
    return row


def _institution(row, place, number, first_day, today):
    kind = USCC_KIND[row.nature if row.nature in USCC_KIND else row.business]
    uscc = f"{kind}{row.region}MB{number:07d}"
    register_institution(
        f"H{row.region}{number:05d}", Region.objects.get(code=row.region), by=None, valid_from=first_day,
        name=row.name, legal_representative=row.legal_representative, address=row.address, postcode=place.postcode,
        phone=f"{place.area_code}-82{number:02d}456", uscc=uscc + uscc_check_digit(uscc),
        principal=row.legal_representative, controller=row.legal_representative if row.nature == "private" else "",
        grade=row.grade, category=row.category, nature=row.nature, business=row.business,
        licence_number=f"PDY{number:05d}{row.region}{kind}1001", licence_expires_on=_licence_end(row, number, today),
        subjects=row.subjects, beds=int(row.beds), staff=int(row.staff),
        bank_name=f"{place.name}农村商业银行", bank_account=f"6217{row.region}{number:09d}",
    )  # fmt: skip


def _licence_end(row, number, today):
    if row.licence_days:
        return today + timedelta(days=int(row.licence_days))
    return date(today.year + 1 + number % 4, 12, 31)


def _people(today):
    agencies = {agency.region_id: agency for agency in Agency.objects.all()}
    for row in rows("people"):
        until = {"expires_on": today + timedelta(days=90)} if row.role == Role.THIRD_PARTY else {}
        User.objects.create_user(row.login, row.name, row.role, agency=agencies.get(row.region), **until)
    signs = {row.institution: row.agent for row in rows("agreements") if row.agent}
    for row, institution in zip(rows("institutions"), Institution.objects.order_by("pk"), strict=True):
        signatory = signs.get(row.login, row.legal_representative)
        User.objects.create_user(row.login, row.operator, Role.OPERATOR, institution=institution)
        User.objects.create_user(f"{row.login}-qy", signatory, Role.SIGNATORY, institution=institution)
    # Hashing is slow on purpose; one password needs one hash, not a hundred.
    User.objects.update(password=make_password(PASSWORD))


def _revisions(today):
    for row in rows("revisions"):
        day = date(today.year - int(row.years_ago), int(row.month), int(row.day))
        revise_institution(
            institution_of(row.institution),
            by=None,
            valid_from=day,
            reason=row.reason,
            **{row.field: row.value},
        )


def _staff():
    departments = {}
    for row in rows("departments"):
        departments[row.institution, row.code] = Department.objects.create(
            institution=institution_of(row.institution), code=row.code, name=row.name
        )
    for number, row in enumerate(rows("staff"), start=1):
        department = departments[row.institution, row.department]
        institution = department.institution
        member = StaffMember(
            institution=institution, department=department, name=row.name, kind=row.kind, title=row.title,
            code=f"{STAFF_LETTERS[row.kind]}{institution.region_id}{number:06d}",
        )  # fmt: skip
        member.full_clean()
        member.save()
