"""What the supplements of an agreement changed of its numbers, one after another (第七十七条)."""

from ..overlay import changes_of


def section(agreement, user):
    """What the agreement's page shows of the numbers that supplements changed; None while there are none."""
    taken = agreement.changed_terms and agreement.amendments.select_related("supplement")
    orders = [one["order"] for one in agreement.changed_terms]
    rows = [(one, changes_by(one)) for one in taken or () if one.order in orders]
    return ("agreements/_changed_terms.html", rows) if rows else None


def said_otherwise(agreement):
    """{label of an article: [the supplements in force that change it]}, one query."""
    found = {}
    in_force = agreement.amendments.filter(supplement__isnull=False, status="in_force")
    for one in in_force.select_related("supplement", "agreement"):
        for label in one.supplement.articles:
            found.setdefault(label, []).append(one)
    return found


def changes_by(amendment):
    """[Change] that one supplement makes, from what applied before it."""
    if amendment.supplement is None or not amendment.supplement.terms_source:
        return []
    agreement, before = amendment.agreement, []
    for one in agreement.changed_terms:
        if one["order"] == amendment.order:
            break
        before.append(one["toml"])
    return changes_of(agreement.edition.terms_source, tuple(before), amendment.supplement.terms_source)
