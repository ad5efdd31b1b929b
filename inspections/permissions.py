"""Who may do what about an inspection: the agency plans and closes, the team inspects, the hospital answers and signs."""

from agreements.permissions import agency_clerk, reviewer_or_leader
from agreements.permissions import institution_side as institution_side
from agreements.permissions import institution_signatory as institution_signatory


def planner(thing, user):
    """经办、复核、负责人 of the agency, or the clerk of a county that prepares for it (第七十四条)."""
    return agency_clerk(thing, user) or reviewer_or_leader(thing, user)


def checker(thing, user):
    """办审分离：a fixed result is taken back by 复核 or 负责人, never by who inspected."""
    return reviewer_or_leader(thing, user)


def team_member(thing, user):
    """第五十七条：who is on the team of this inspection, whether of the agency or of the entrusted firm."""
    return user.pk is not None and user.pk in thing.inspection_team


def planner_or_team(thing, user):
    return team_member(thing, user) or planner(thing, user)
