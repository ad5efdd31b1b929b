"""What is public (第五条第一项): the lists of designated, suspended, terminated and rescinded institutions, and stops.

All of it is read from the state itself, so it is public at the moment it changes and gone when it is over. Payment
that is held is the affair of the two parties; a person who is stopped is named by the family name only.
"""

from django.db.models import Exists, OuterRef, Prefetch, Q

from .models import IN_FORCE, LIVE, Agreement, ServiceBan, Status, Suspension

TABS = [
    ("designated", "定点", Q(status__in=IN_FORCE)),
    ("suspended", "中止", Q(status=Status.SUSPENDED)),
    ("terminated", "终止", Q(status=Status.TERMINATED)),
    ("rescinded", "解除", Q(status=Status.RESCINDED)),
]
STOPS = [(f"suspended-{cause}", f"{cause.label}中止") for cause in Suspension.Cause]
BANS = [(f"stopped-{scope}", f"{scope.label}停止服务") for scope in ServiceBan.Scope]
KINDS = [*STOPS, *BANS]


def listed():
    """One row for each pair of agency and institution: the live agreement, or else the last that ended."""
    same_pair = Agreement.objects.filter(agency=OuterRef("agency"), institution=OuterRef("institution"))
    live_one, later_one = (
        same_pair.filter(status__in=LIVE),
        same_pair.published().filter(pk__gt=OuterRef("pk")),
    )
    ended = ~Q(status__in=LIVE)
    return Agreement.objects.published().exclude(ended & Exists(live_one)).exclude(ended & Exists(later_one))


def bans_on(today):
    """第六十五条、第六十六条：the persons, departments and items that are stopped on a day, of live agreements."""
    running = Q(started_on__lte=today, until__gte=today) & (Q(lifted_on=None) | Q(lifted_on__gt=today))
    return ServiceBan.objects.filter(running, agreement__status__in=LIVE)


def of_kind(rows, kind, today):
    """The rows of one of KINDS; all of them for any other word."""
    name = kind.partition("-")[2]
    if kind in dict(STOPS):
        open_stop = Suspension.objects.filter(agreement=OuterRef("pk"), cause=name, closed_on=None)
        return rows.filter(Exists(open_stop), status=Status.SUSPENDED)
    if kind in dict(BANS):
        return rows.filter(Exists(bans_on(today).filter(agreement=OuterRef("pk"), scope=name)))
    return rows


def with_all_that_is_shown(rows, today):
    bans = bans_on(today).select_related("staff", "department")
    return (
        rows.with_parties()
        .select_related("ending")
        .prefetch_related("edition", "suspensions", Prefetch("service_bans", bans, to_attr="bans_today"))
    )
