"""Who may do what about a breach case (rules table 7.5). Three people decide: clerk, reviewer, leader."""

from agreements.permissions import agency_clerk as agency_clerk
from agreements.permissions import agency_leader as agency_leader
from agreements.permissions import agency_reviewer as agency_reviewer
from agreements.permissions import clerk_or_reviewer as clerk_or_reviewer
from agreements.permissions import institution_side as institution_side
from agreements.permissions import institution_signatory as institution_signatory
from agreements.permissions import reviewer_or_leader as reviewer_or_leader
from agreements.permissions import the_system as the_system
from institutions.models import Role


def proposer(thing, user):
    return agency_clerk(thing, user) and thing.proposed_by_id == user.pk


def handling_people(thing, user):
    """Whoever may end a proposal: who made it withdraws, reviewer and leader send it back."""
    return agency_clerk(thing, user) or reviewer_or_leader(thing, user)


def clerk_or_signatory(thing, user):
    return agency_clerk(thing, user) or institution_signatory(thing, user)


def finance(thing, user):
    return user.role == Role.FINANCE and user.agency_id == thing.case.agency_id


def confirmer(payment, user):
    """第六十条：an offset is decided by the leader; a payment of the hospital by whoever else may check its voucher."""
    return (agency_leader if payment.is_offset else reviewer_or_leader)(payment, user)


def accepter(rectification, user):
    """第六十四条：payment that waits for it is released by the leader; else the reviewer may accept as well."""
    return (agency_leader if rectification.hold_id else reviewer_or_leader)(rectification, user)
