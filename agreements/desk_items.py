from dataclasses import dataclass, replace
from datetime import date

from .models.edition import Edition

MOST = 100


@dataclass(frozen=True)
class Item:
    """One thing to do: what, with whom, why, where.

    `note` names articles by the portal's own words, unless it is `cited`: then as the agreement's edition does already.
    """

    subject: str
    agreement: object
    note: str
    url: str
    verb: str
    until: date | None = None
    cited: bool = False


def in_their_words(groups):
    """The groups with every note in the words of its agreement's edition; one query for all editions."""
    wanted = {item.agreement.edition_id for _, items in groups for item in items if item.agreement}
    editions = Edition.objects.in_bulk(wanted)

    def own(item):
        if item.cited or not item.agreement:
            return item
        return replace(item, note=editions[item.agreement.edition_id].terms.cite(item.note))

    return [(title, [own(item) for item in items]) for title, items in groups]
