"""A PDF that somebody holds, compared with what this portal has issued. Nothing of it is kept."""

import hashlib
import logging

from ...models import Paper, PaperRevision
from ...models.printed_form import PaperDamaged
from .verification import (
    Unreadable,
    ends_of_signed_parts,
    signatures_in,
    signatures_of_stranger,
    vouch_for_all,
)

SAME, EXTENDED, ALTERED, STRANGE = "same", "extended", "altered", "strange"
GONE = "本门户保存的原文件现在读不出来，电子签名没有核验；请向印出文书的经办机构核对原件"

logger = logging.getLogger(__name__)


def compare(content):
    """(how it compares, the paper or None, the revision or None, signatures, why they cannot be read or "").

    SAME: byte for byte one of ours; EXTENDED: one of ours with signatures added at its end, for which its own vouch;
    ALTERED: one of ours with anything else added; STRANGE: none of ours.
    """
    paper, revision = _issued(content)
    if paper:
        return SAME, paper, revision, *signatures_or_problem(content)
    signatures, problem = signatures_or_problem(content, of_stranger=True)
    for end in reversed(ends_of_signed_parts(content)):
        paper, revision = _issued(content[:end])
        if paper:
            how = EXTENDED if _is_only_signed(content[:end], signatures) else ALTERED
            return how, paper, revision, signatures, problem
    return STRANGE, None, None, signatures, problem


def _is_only_signed(original, signatures):
    own, _ = signatures_or_problem(original)
    return all(one.is_sound for one in signatures) and vouch_for_all(own, signatures)


def signatures_or_problem(content, of_stranger=False):
    try:
        return (signatures_of_stranger if of_stranger else signatures_in)(content), ""
    except Unreadable as why:
        return [], str(why)


def _issued(content):
    digest = hashlib.sha256(content).hexdigest()
    if paper := Paper.objects.filter(sha256=digest).first():
        return paper, None
    revision = PaperRevision.objects.filter(sha256=digest).select_related("paper").first()
    return (revision.paper, revision) if revision else (None, None)


def signatures_of(paper):
    """(signatures of its newest revision, why they cannot be read or ""). A file that is gone or damaged is said to be."""
    newest = paper.revisions.last() or paper
    try:
        return signatures_or_problem(newest.read())
    except PaperDamaged:
        logger.exception("the file of %s cannot be read", newest)
        return [], GONE
