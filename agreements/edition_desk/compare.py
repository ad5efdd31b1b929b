"""Two texts side by side: articles paired by what they say, each difference marked. Pure: texts in, rows out."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from ..edition_text import with_labels

ALIKE = 0.4  # from here two articles are one and the same, reworded
SAME_NUMBER = 0.1  # what the same number adds to their likeness
MOST_PAIRS = 40_000  # of articles to be weighed, MOST_SIGNS of two wordings: beyond, nobody reads it and it takes minutes
MOST_SIGNS = 9_000_000
SHORTEST_RUN = 2  # a single common character between two changes is chance
_SIGNS = re.compile(r"[0-9A-Za-z.%]+|.", re.DOTALL)  # a number changes as a whole


@dataclass(frozen=True)
class Part:
    """One article, or what stands before and after the articles, as it is compared."""

    label: str
    anchor: str
    paragraphs: tuple[str, ...]
    number: int = 0

    @property
    def text(self):
        return "\n".join(self.paragraphs)


@dataclass(frozen=True)
class Pair:
    """`left` or `right` is None where the other text has nothing like it. `lines`: [(runs of the left, runs of the right)]."""

    left: Part | None
    right: Part | None
    lines: tuple = ()

    @property
    def equal(self):
        return bool(self.left and self.right) and not self.lines

    @property
    def renumbered(self):
        return bool(self.left and self.right) and self.left.label != self.right.label


def parts_of(form):
    """A FormText as a list of parts in reading order: cover, preamble, articles, signature page."""
    around = [
        ("封面", "cover", (form.title, form.subtitle, *form.cover_lines)),
        ("序言", "preamble", form.preamble),
        ("签署页", "signatures", form.signature_lines),
    ]
    cover, preamble, signatures = (
        Part(label, anchor, tuple(map(with_labels, filter(None, lines)))) for label, anchor, lines in around
    )
    articles = [
        Part(one.label, one.anchor, tuple(p.label + with_labels(p.text) for p in one.paragraphs), one.number)
        for one in form.articles
    ]
    return [one for one in (cover, preamble, *articles, signatures) if one.paragraphs]


def compared(left, right):
    """[Pair] of two lists of parts, in the order of the left; what only the right has stands where it stands there."""
    matched = _matched(left, right)
    rows, shown = [], set()
    for part in left:
        twin = matched.get(part.anchor)
        if twin is not None:
            rows += _alone_before(right, twin, matched, shown)
            shown.add(twin.anchor)
        rows.append(_pair(part, twin))
    return rows + _alone_before(right, None, matched, shown)


def _alone_before(right, twin, matched, shown):
    """The parts of the right that have no twin and stand before this one and are not shown yet."""
    paired = {one.anchor for one in matched.values()}
    before = right if twin is None else right[: right.index(twin)]
    alone = [one for one in before if one.anchor not in paired | shown]
    shown.update(one.anchor for one in alone)
    return [_pair(None, one) for one in alone]


def _matched(left, right):
    """{anchor of the left: part of the right}: the same words first, then whatever is most alike."""
    found, free = {}, {one.anchor: one for one in right}
    for part in left:
        same = [one for one in free.values() if one.paragraphs == part.paragraphs]
        if same:
            twin = min(same, key=lambda one: abs(one.number - part.number))
            found[part.anchor] = free.pop(twin.anchor)
    shreds = {id(one): _shreds(one.text) for one in (*left, *right)}
    open_left = [one for one in left if one.anchor not in found]
    if len(open_left) * len(free) > MOST_PAIRS:
        return found | {one.anchor: free[one.anchor] for one in open_left if one.anchor in free}
    scores = [
        (_likeness(part, one, shreds), -abs(part.number - one.number), part.anchor, one.anchor)
        for part in open_left
        for one in free.values()
        if bool(part.number) == bool(one.number) and (part.number or part.anchor == one.anchor)
    ]
    for score, _, part, one in sorted(scores, reverse=True):
        if score >= ALIKE and part not in found and one in free:
            found[part] = free.pop(one)
    return found


def _likeness(part, other, shreds):
    """How alike two parts are, 0 to 1 and a little more for the same number: the share of common pairs of characters."""
    if not part.number:
        return 1
    one, two = shreds[id(part)], shreds[id(other)]
    common = 2 * len(one & two) / (len(one) + len(two) or 1)
    return common + (SAME_NUMBER if part.number == other.number else 0)


def _shreds(text):
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _pair(left, right):
    if left and right and left.paragraphs != right.paragraphs:
        return Pair(left, right, tuple(_lines(left.paragraphs, right.paragraphs)))
    return Pair(left, right)


def _lines(left, right):
    """Paragraph against paragraph, and within those that differ character against character."""
    for kind, l1, l2, r1, r2 in SequenceMatcher(None, left, right).get_opcodes():
        for old, new in zip_longest(left[l1:l2], right[r1:r2], fillvalue=""):
            yield ([("", old)], [("", new)]) if kind == "equal" else marked(old, new)


def marked(old, new):
    """Two wordings as runs: ([("", same), ("del", gone)…], [("", same), ("ins", come)…])."""
    gone, come = [], []
    old, new = _SIGNS.findall(old), _SIGNS.findall(new)
    for kind, o1, o2, n1, n2 in _opcodes(old, new):
        same = kind == "equal"
        _add(gone, "" if same else "del", "".join(old[o1:o2]))
        _add(come, "" if same else "ins", "".join(new[n1:n2]))
    return gone, come


def _opcodes(old, new):
    if len(old) * len(new) > MOST_SIGNS:
        yield "replace", 0, len(old), 0, len(new)
        return
    for kind, o1, o2, n1, n2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        inside = o1 > 0 and n1 > 0 and o2 < len(old) and n2 < len(new)
        chance = kind == "equal" and inside and o2 - o1 < SHORTEST_RUN
        yield "replace" if chance else kind, o1, o2, n1, n2


def _add(runs, kind, words):
    if not words:
        return
    if runs and runs[-1][0] == kind:
        runs[-1] = kind, runs[-1][1] + words
    else:
        runs.append((kind, words))
