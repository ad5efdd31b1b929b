"""Who may: one predicate a kind of person, named on the act. Who sees is `visible_to` (rules table 7.5)."""

from institutions.models import Level, Role

from .gate import SYSTEM


def _acts_for_agency(user, agreement):
    return user.agency_id is not None and user.agency_id == agreement.agency_id


def _prepares_for(user, agreement):
    """Staff of the agency itself, or of a county below it that prepares for it (第七十四条)."""
    if not user.agency_id or _acts_for_agency(user, agreement):
        return user.agency_id is not None
    may_sign = Level(user.agency.level).at_least(agreement.terms.signing.lowest_level)
    below = user.agency.region.parent_id == agreement.agency.region_id
    return not may_sign and below and agreement.institution.region.code.startswith(user.agency.region.prefix)


def agency_clerk(thing, user):
    return user.role == Role.CLERK and _prepares_for(user, thing.case)


def agency_reviewer(thing, user):
    return user.role == Role.REVIEWER and _acts_for_agency(user, thing.case)


def agency_leader(thing, user):
    return user.role == Role.LEADER and _acts_for_agency(user, thing.case)


def reviewer_or_leader(thing, user):
    return agency_reviewer(thing, user) or agency_leader(thing, user)


def clerk_or_reviewer(thing, user):
    return agency_clerk(thing, user) or agency_reviewer(thing, user)


def finance(thing, user):
    """第三十九条：拨付由财务经办。"""
    return user.role == Role.FINANCE and _acts_for_agency(user, thing.case)


def account_checker(thing, user):
    """第七十六条：银行账户由财务，或复核、负责人中的另一人核对。"""
    return finance(thing, user) or reviewer_or_leader(thing, user)


def proposer(thing, user):
    return agency_clerk(thing, user) and thing.proposed_by_id == user.pk


def institution_side(thing, user):
    return user.role in (Role.OPERATOR, Role.SIGNATORY) and user.institution_id == thing.case.institution_id


def supplement_clerk(supplement, user):
    """第七十七条：drafted by a clerk of the agency itself, for its own agreements."""
    return user.role == Role.CLERK and _acts_for_agency(user, supplement)


def may_draft_supplement(user):
    return user.role == Role.CLERK and user.agency_id is not None


def supplement_staff(supplement, user):
    return supplement_clerk(supplement, user) or reviewer_or_leader(supplement, user)


def institution_or_clerk(thing, user):
    """第三十五条：the hospital names its own people, or the clerk writes down what it was told."""
    return institution_side(thing, user) or agency_clerk(thing, user)


def either_side(thing, user):
    """签署页：whoever works on it at the agency, and the hospital."""
    return may_print(thing, user) or institution_side(thing, user)


def institution_signatory(thing, user):
    return user.role == Role.SIGNATORY and user.institution_id == thing.case.institution_id


def bound_party(deadline, user):
    """The people of the side that a clock binds; a clock of the portal itself is nobody's to meet."""
    if deadline.bound == "乙":
        return institution_side(deadline, user)
    return deadline.bound == "甲" and (agency_clerk(deadline, user) or reviewer_or_leader(deadline, user))


def authority(thing, user):
    """第七条（六）：the department of the agency's own level."""
    return user.role == Role.AUTHORITY and _acts_for_agency(user, thing.case)


def clerk_or_authority(thing, user):
    """第四条（七）：either may get to know of a penalty."""
    return agency_clerk(thing, user) or authority(thing, user)


def receiver(report, user):
    """Whoever a report of its kind is addressed to."""
    return report.receives(report, user)


def the_system(thing, user):
    return user is SYSTEM


def may_run_jobs(job, user):
    """The portal itself, the system administrator, and the person who asked for the job."""
    return user is SYSTEM or user.role == Role.SYSTEM_ADMIN or (user.pk and user.pk == job.asked_by_id)


def may_carry_out_again(failure, user):
    """What the daily run could not do: the agency whose agreement it is, and who mends the portal."""
    agency = agency_clerk(failure, user) or reviewer_or_leader(failure, user)
    return user.role == Role.SYSTEM_ADMIN or agency


def may_print(thing, user):
    """Whoever works on the agreement may have an owed paper printed again."""
    return agency_clerk(thing, user) or reviewer_or_leader(thing, user)


def may_print_batches(user):
    """Those who work on agreements at an agency: it prints, seals and files its own."""
    return user.role in (Role.CLERK, Role.REVIEWER, Role.LEADER) and user.agency_id is not None


def may_run_batch(batch, user):
    return user is SYSTEM or (may_print_batches(user) and user.agency_id == batch.agency_id)


def may_draft(user):
    """第七十四条：县级可以准备，签订由市、自治州及以上。"""
    return user.role == Role.CLERK


def may_begin_edition(user):
    """版本管理：每家机构为自己的统筹区起草文本。"""
    return user.role in (Role.CLERK, Role.REVIEWER) and user.agency_id is not None


def _of_its_region(case, user):
    return user.agency_id is not None and user.agency.region_id == case.region_id


def edition_writer(case, user):
    """版本管理：the edition's own region writes it."""
    return may_begin_edition(user) and _of_its_region(case, user)


def may_publish_editions(user):
    """版本管理：负责人, or a reviewer; a check says that it is somebody who did not write."""
    return user.role in (Role.REVIEWER, Role.LEADER) and user.agency_id is not None


def edition_publisher(case, user):
    """版本管理：the edition's own region publishes it."""
    return may_publish_editions(user) and _of_its_region(case, user)


def edition_people(case, user):
    return edition_writer(case, user) or edition_publisher(case, user)
