"""Hospitals that have not named everybody whom their text asks for: something to see to, and never a block."""

from django.urls import reverse

from institutions.models import Role

from ..desk_items import MOST, Item
from ..models import Agreement, Edition
from .roles import in_words, short_of_some


def groups_for(user):
    """[(group title, [Item])] about the hospital's own people for the insurance."""
    if user.role in (Role.CLERK, Role.OPERATOR):
        return [("医保管理人员不齐", _short(user))]
    return []


def _short(user):
    live = Agreement.objects.worked_on_by(user).live()
    return [
        item
        for edition in Edition.objects.only("terms_source")
        if edition.terms.contacts
        for item in _of_edition(live.filter(edition=edition), edition.terms.contacts, user)
    ][:MOST]


def _of_edition(agreements, terms, user):
    found = agreements.filter(short_of_some(terms)).with_parties().select_related("edition")
    for one in found.prefetch_related("institution__contacts").order_by("pk")[:MOST]:
        own = user.institution_id is not None
        url = reverse("agreement-act", args=[one.number, "name-contact"]) if own else one.get_absolute_url()
        note = f"{in_words(one.missing_contacts)}（{terms.article}）"
        yield Item("登记医保管理人员", one, note, url, "登记" if own else "查看", cited=True)
