"""医保管理人员：协议页、机构页上的一栏。"""

from institutions.models import Contact
from institutions.permissions import sees_phones

from ..contacts.roles import in_words
from ..gate import declared
from ..models import LIVE, Agreement

TEMPLATE = "agreements/_contacts.html"


def section(agreement, user):
    """On the agreement's page, where its text has a table of roles."""
    if not agreement.terms.contacts:
        return None
    return TEMPLATE, _shown(agreement.institution, user, [agreement])


def of_institution(institution, user):
    """On the institution's page (`seen_agreements`): for every live agreement whose text has such a table."""
    live = [one for one in institution.seen_agreements if one.status in LIVE]
    shown = _shown(institution, user, [one for one in live if one.terms.contacts])
    return (TEMPLATE, shown) if shown["asked"] or shown["open"] or shown["former"] else None


def _shown(institution, user, agreements):
    contacts = list(Contact.objects.filter(institution=institution))
    return {
        "open": [one for one in contacts if one.ended_on is None],
        "former": [one for one in contacts if one.ended_on],
        "whole": sees_phones(user, institution),
        "asked": [(one, in_words(one.missing_contacts)) for one in agreements],
        "may_name": {one.pk for one in agreements if declared(Agreement, "name_contact").has_perm(one, user)},
    }
