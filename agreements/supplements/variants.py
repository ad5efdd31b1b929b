"""Every value that a number may have under an edition: its own, and what supplements to its agreements say (第七十七条).

For queries over many agreements: they look for what may concern any of them, and each is then asked by its own terms.
"""

from ..models.policy_supplement import PolicySupplement
from ..overlay import overlaid


def terms_under(editions):
    """[(edition, [Terms])] of these editions; the first Terms are the edition's own. One query for the supplements.

    A number has the value of the edition or that of one supplement, so each supplement by itself says them all.
    """
    sent = PolicySupplement.objects.filter(status=PolicySupplement.Status.SENT).exclude(terms_source="")
    sources = set(sent.order_by().values_list("edition", "terms_source"))
    return [
        (
            edition,
            [edition.terms]
            + [overlaid(edition.terms_source, (toml,)) for pk, toml in sorted(sources) if pk == edition.pk],
        )
        for edition in editions
    ]
