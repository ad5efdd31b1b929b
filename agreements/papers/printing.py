"""Printing: what is owed is put out, once, from its own snapshot.

It comes after the commit of the act that owes it, never inside: a print that fails leaves the act standing and
the paper owed, with the reason on it, to be tried again.
"""

import logging

from django.utils import timezone
from django.utils.timezone import localdate

from ..edition_text import BLANK
from ..gate import SYSTEM, RuleBroken, perform
from ..models import Paper
from ..models.printed_form import PaperDamaged
from .cover import cover_values, signed_values
from .lanes import put_on_paper
from .refusals import PaperRefused
from .render import render_agreement
from .seal.seals import SEALED, signer_for

logger = logging.getLogger(__name__)


def owe_copy(agreement, purpose, today):
    """A paper of the agreement as it is fixed now; whatever is not signed stays a blank for the pen."""
    signatures = {name: value for name, value in signed_values(agreement).items() if value is not BLANK}
    snapshot = {"cover": agreement.snapshot["cover"], "signatures": signatures}
    return Paper.owe(agreement, purpose, snapshot, (today or localdate()).year)


def print_owed(paper):
    """Print a paper that is owed. Returns True when it is out; a refusal is kept on the paper and nothing is lost."""
    return _put_out(paper, _attempt(paper))


def print_all(papers, pool=None):
    """Print many owed papers, the slow ones side by side when given a process pool. Returns how many are out."""
    papers = Paper.objects.filter(pk__in=[paper.pk for paper in papers])
    # Fetched so that papers share their edition, which asks for its form once.
    papers = list(papers.prefetch_related("agreement__edition", "agreement__agency"))
    # Copies are filled into a form, faster than a process could be asked to do it; a seal is looked up here.
    here = [paper for paper in papers if paper.is_copy or paper.purpose in SEALED]
    others = [paper for paper in papers if paper not in here]
    slow = pool.map(_attempt, others) if pool else map(_attempt, others)
    return sum(map(_put_out, others, slow)) + sum(_put_out(paper, _attempt(paper)) for paper in here)


def _attempt(paper):
    """The Printed paper, or as a str why there is none. A paper that is no copy and bears no seal is all that is read."""
    try:
        return printed(paper)
    except PaperRefused as why:
        return str(why)[:500]
    except Exception:
        # Whatever went wrong in the renderer, the act stands and the paper stays owed; the cause is in the log.
        logger.exception("paper %s could not be printed", paper.number)
        return "排版程序出错，已记入日志，可以重印"


def _put_out(paper, attempt):
    if isinstance(attempt, str):
        Paper.objects.filter(pk=paper.pk, status=Paper.Status.OWED).update(failure=attempt)
        return False
    try:
        perform(paper.issue, by=SYSTEM, content=attempt.content, at=timezone.now(), form=attempt.form)
    except RuleBroken:
        # Somebody else printed or voided it meanwhile; what they did stands.
        return Paper.objects.filter(pk=paper.pk, status=Paper.Status.ISSUED).exists()
    return True


def printed(paper, seal_for=signer_for):
    """The lanes.Printed of a paper, sealed when its agency seals electronically. Raises PaperRefused."""
    return put_on_paper(paper, seal_for(paper))


def draft_print(agreement):
    """A watermarked print of a text that is not fixed yet; empty blanks stay empty."""
    form = agreement.edition.form
    values = {name: value or BLANK for name, value in cover_values(agreement).items()}
    return render_agreement(
        form, {**dict.fromkeys(form.placeholders, BLANK), **values}, stamp=None, draft=True
    )


def official_copy(agreement):
    """The newest copy that counts: the signed one, else the one to sign; None while nothing is fixed."""
    purposes = [Paper.Purpose.SIGNED_COPY, Paper.Purpose.SIGNING_COPY]
    copies = agreement.papers.filter(purpose__in=purposes).exclude(status=Paper.Status.VOIDED)
    return min(copies, key=lambda paper: purposes.index(paper.purpose), default=None)


def current_pdf(agreement):
    """The bytes that `print_agreement` and the button give: the official copy, else a draft print.

    Raises PaperRefused with the reason while the official copy is still owed.
    """
    paper = official_copy(agreement)
    if paper is None and agreement.is_frozen:
        raise PaperRefused(f"{agreement} 没有有效的文书，由复核人补印")
    if paper is None:
        return draft_print(agreement)
    if paper.status == Paper.Status.OWED:
        raise PaperRefused(paper.failure or f"{paper.number} 等待印出，稍后再试")
    try:
        return paper.read()
    except PaperDamaged as why:
        raise PaperRefused(str(why)) from why
