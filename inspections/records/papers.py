"""Which papers the acts on these records owe (rules table 7.1: D-23 to D-26, D-31, D-34).

The paper is owed in the transaction of the act and printed when that is committed.
"""

from functools import partial

from django.db import transaction
from django.utils.timezone import localdate

from agreements.models import Paper

P = Paper.Purpose
# (model, act) → (purpose, the function of `record_sheets` that says what stands on it).
OWED = {
    ("PointsRecord", "confirm"): (P.POINTS_NOTICE, "points_notice"),
    ("Assessment", "feed_back"): (P.ASSESSMENT_NOTICE, "assessment_notice"),
    ("CoordinationRequest", "file"): (P.COORDINATION_REQUEST, "coordination_request"),
    ("Opinion", "answer"): (P.EXPLANATION, "explanation"),
    ("Referral", "send"): (P.CASE_LETTER, "letter"),
    ("DiscreditProposal", "send"): (P.CASE_LETTER, "letter"),
    ("AuthorityFiling", "send"): (P.CASE_LETTER, "letter"),
    ("DeptNotification", "send"): (P.DEPT_LETTER, "letter"),
}


def follow(record, act):
    """Owe the paper of this act, remember it on the record, and print it after the commit."""
    wanted = OWED.get((type(record).__name__, act))
    if wanted is None:
        return
    from . import (
        sheets as record_sheets,  # with it comes the press, which no model needs until there is a paper
    )

    purpose, sheet_of = wanted
    sheet = getattr(record_sheets, sheet_of)(record.agreement, record)
    record.paper = owe(record.agreement, purpose, sheet)
    record.save(update_fields=["paper"])


def owe(agreement, purpose, sheet, issuer=None):
    """A numbered paper under an agreement, printed as soon as the act is committed."""
    from agreements.papers.printing import print_owed

    paper = Paper.owe(agreement, purpose, sheet.kept(), localdate().year, agency=issuer)
    transaction.on_commit(partial(print_owed, paper))
    return paper
