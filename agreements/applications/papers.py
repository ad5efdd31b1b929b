"""The printed form and the letter of commitment that go with whatever the hospital files (第七条第十项)."""

from ..gate import SYSTEM, perform
from ..models import Paper
from ..papers.printing import print_owed


def owe_filed(record, on, form=None):
    """Number both papers of a filing; those of an earlier one give way to them. Returns the papers owed.

    `form`: (purpose, Sheet), or None for what has no form of its own. Part of the transaction that files.
    """
    for old in (record.form_paper, record.commitment_paper):
        if old and old.status != Paper.Status.VOIDED:
            perform(old.supersede, by=SYSTEM, reason="补正后另有新的一份")
    title, agreement = record.kind_name, record.agreement
    if form:
        purpose, sheet = form
        title, record.form_paper = sheet.title, Paper.owe(agreement, purpose, sheet.kept(), on.year)
    record.commitment_paper = Paper.owe_commitment(agreement, f"{title}及所附材料", on)
    record.save(update_fields=["form_paper", "commitment_paper"])
    return [paper for paper in (record.form_paper, record.commitment_paper) if paper]


def printed(thing, papers):
    """Print after the commit, and give the record back as it is then."""
    for paper in papers:
        print_owed(paper)
    return type(thing).objects.get(pk=thing.pk)
