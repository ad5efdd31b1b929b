"""Who may act on what stands beside inspections and cases. Who sees is `visible_to`."""

from agreements.permissions import agency_clerk, authority, clerk_or_reviewer, institution_side
from institutions.models import Role


def authority_unless_accused(complaint, user):
    """第六条：医疗保障行政部门办理；被投诉的人回避。"""
    return authority(complaint, user) and not complaint.is_about(user)


def answering_leader(complaint, user):
    """第六十二条：the agency's leader to whom it was passed on, and never the person complained about."""
    leads = user.role == Role.LEADER and user.agency_id == complaint.agency_id
    return leads and complaint.forwarded_on is not None and not complaint.is_about(user)


def addressee_or_clerk(letter, user):
    """第七十条：the authority to which it is addressed; else the clerk enters what came back on paper."""
    return (letter.to_authority and authority(letter, user)) or agency_clerk(letter, user)


def either_party(thing, user):
    """第八十一条：whichever side goes to review or court, the other may know it first."""
    return institution_side(thing, user) or clerk_or_reviewer(thing, user)
