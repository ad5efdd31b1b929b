"""Whose print a scan is of, where the square code on it can still be read."""

from ...uploads import kind_of
from .strangers import read_apart


def foreign_code(scan, paper):
    """The code of another paper in this scan; None when it is the paper's own, or no code can be read."""
    code = code_in(scan)
    return code if code and code != paper.code else None


def code_in(scan):
    """The verification code that a scan (an upload: PDF, JPEG, PNG) carries in a square; "" when none is readable.

    What cannot be read is no fault: a stamp may lie over the code. The file is left at its beginning.
    """
    kind = kind_of(scan)
    content = scan.read()
    scan.seek(0)
    return read_apart(content, "square", kind) or ""
