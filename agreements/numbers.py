"""Numbers as people and addresses write them."""

import unicodedata

LONGEST = 18  # digits: what every database holds in a key


def whole_number(text):
    """The number that a key or a page's field names; None for what no record can have."""
    plain = bool(text) and text.isascii() and text.isdigit() and len(text) <= LONGEST
    return int(text) if plain else None


def same_number(one, other):
    """Whether two 文号 are one, however their brackets, digits and spaces were typed."""
    return _bare(one) == _bare(other)


def same_name(one, other):
    """Whether two names are one, whatever their width, case, spaces and brackets."""
    return _bare(one) == _bare(other)


def decision_of(rows, number):
    """Among these records of decisions, the one with this number; None when there is none."""
    return next((one for one in rows if same_number(one.decision_number, number)), None)


def _bare(number):
    """Letters and digits alone, in one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", number).casefold() if c.isalnum())
