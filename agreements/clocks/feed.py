"""The clocks of one person as a calendar that an office program subscribes to (RFC 5545).

The address holds a signed token in place of a login. It says whose clocks, and a mark of the person's password:
with a new password, or when the person leaves, the old address shows nothing any more.
"""

from datetime import UTC, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.timezone import localdate

from institutions.models import User

from ..models import Agreement, Deadline

SALT = "deadlines.feed"
MARK = 16  # characters of the session hash, which follows the password
AHEAD = timedelta(days=366)
MOST = 1000
OCTETS = 75  # a line of the format is no longer, without its line break
OWN = {True: ["甲", "系统"], False: ["乙", "系统"]}


def token_of(user):
    """The token of a person's calendar: the same until the password changes."""
    return Signer(salt=SALT).sign_object([user.pk, _mark(user)])


def person_of(token):
    """The active User a token belongs to; None for one that is forged, or that a new password has ended."""
    try:
        pk, mark = Signer(salt=SALT).unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(mark, _mark(user)) else None


def _mark(user):
    return user.get_session_auth_hash()[:MARK]


def clocks_for(user, today=None):
    """The open Deadlines of a person's own desk that bind their side or end by themselves, the year ahead."""
    until = (today or localdate()) + AHEAD
    agreements = Agreement.objects.worked_on_by(user).values("pk")
    own = Deadline.objects.open().filter(agreement__in=agreements, bound__in=OWN[bool(user.agency_id)])
    return own.filter(due_on__lte=until).with_parties().order_by("due_at", "pk")[:MOST]


def calendar_text(deadlines, now=None):
    """A VCALENDAR with one all-day event for each Deadline, on its due day in Beijing."""
    stamp = f"{(now or timezone.now()).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//agreement-portal//deadlines//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:医保协议时限", f"X-WR-TIMEZONE:{settings.TIME_ZONE}",
    ]  # fmt: skip
    for deadline in deadlines:
        lines += _event(deadline, stamp)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(deadline, stamp):
    agreement, expected = deadline.agreement, "（预计）" if deadline.provisional else ""
    page = f"{settings.PUBLIC_URL}{reverse('agreement', args=[agreement.number])}"
    notes = [f"{deadline.get_bound_display()}，{deadline.article}，协议 {agreement.number}"]
    if deadline.provisional:
        notes.append("放假安排未公布，到期日可能变动")
    return [
        "BEGIN:VEVENT",
        f"UID:deadline-{deadline.pk}@{settings.PUBLIC_URL.partition('://')[2]}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{deadline.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{deadline.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{expected}{deadline.title}：{agreement.institution}')}",
        f"DESCRIPTION:{_escaped(chr(10).join(notes))}",
        f"URL:{page}",
        f"STATUS:{'TENTATIVE' if deadline.provisional else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text):
    for mark, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(mark, written)
    return text


def _folded(line):
    """Cut after 75 octets, never within a character; what follows a cut begins with a space."""
    parts, room = [""], OCTETS
    for character in line:
        if len((parts[-1] + character).encode()) > room:
            parts.append("")
            room = OCTETS - 1
        parts[-1] += character
    return "\r\n ".join(parts)
