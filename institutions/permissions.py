"""Who may keep the register of institutions. Who sees is `visible_to`."""

from .models import Role

SEES_ACCOUNTS = [Role.CLERK, Role.REVIEWER, Role.LEADER, Role.FINANCE]
SEES_PHONES = [Role.CLERK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR]


def covers(user, region):
    """The user's agency is responsible for the region: its own, or one below it."""
    return user.agency_id is not None and region.code.startswith(user.agency.region.prefix)


def may_register(user):
    """A clerk of an agency registers and imports institutions of the agency's region."""
    return user.role == Role.CLERK and user.agency_id is not None


def may_revise(user, institution):
    return may_register(user) and covers(user, institution.region)


def sees_account(user, institution):
    """The whole bank account: those who prepare, check, sign or pay for the institution, and itself."""
    if user.institution_id:
        return user.institution_id == institution.pk
    return user.role in SEES_ACCOUNTS and covers(user, institution.region)


def sees_phones(user, institution):
    """The whole number of a person: those who call the institution, and itself; everybody else the last digits."""
    if user.institution_id:
        return user.institution_id == institution.pk
    return user.role in SEES_PHONES and covers(user, institution.region)
