"""A PDF that somebody holds, compared with what this portal has issued. Nothing of it is kept."""

import hashlib

from ...models import Paper, PaperRevision
from .verification import Unreadable, ends_of_signed_parts, signatures_in, signatures_of_stranger

SAME, EXTENDED, STRANGE = "same", "extended", "strange"


def compare(content):
    """(how it compares, the paper or None, the revision or None, signatures, why they cannot be read or "").

    SAME: byte for byte one of ours; EXTENDED: one of ours with something added at its end; STRANGE: none of ours.
    """
    paper, revision = _issued(content)
    if paper:
        return SAME, paper, revision, *signatures_or_problem(content)
    signatures, problem = signatures_or_problem(content, of_stranger=True)
    for end in reversed(ends_of_signed_parts(content)):
        paper, revision = _issued(content[:end])
        if paper:
            return EXTENDED, paper, revision, signatures, problem
    return STRANGE, None, None, signatures, problem


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


def newest_content(paper):
    """The newest revision's bytes; b"" when the file is not to be had."""
    newest = paper.revisions.last() or paper
    try:
        return newest.read()
    except (FileNotFoundError, ValueError):
        return b""
