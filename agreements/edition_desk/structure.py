"""What the reader recognises in a text, for the page on which it is written."""

import re
from dataclasses import dataclass

from ..edition_text import FOR_THE_PEN, LABELS, LOST, with_labels
from .text_faults import unnamed_blanks

_ALMOST = re.compile(r"第[零〇一二三四五六七八九十百]+条(?![、，和至及或第（\s])\S")
_IN_DIGITS = re.compile(r"[（(]\d+[）)]")
_SET_IN = re.compile(
    r"[ \t　]+(?=第[零〇一二三四五六七八九十百]+[章条]|（[一二三四五六七八九十]+）|\d{1,2}\.)"
)
SHOWN = 20  # signs of an article by which it is known again


@dataclass(frozen=True)
class Seen:
    """An article as recognised: how many items it has, what its blanks ask for, how many gaps are left."""

    label: str
    begins: str
    items: int
    blanks: tuple[str, ...]
    gaps: int


def set_out(source):
    """A pasted text without the spaces by which its paragraphs are set in: the press sets them in itself.

    The signature page, whose columns are made of spaces, stays as it is.
    """
    lines = source.split("\n")
    last = max((place for place, line in enumerate(lines) if _SET_IN.match(line)), default=-1)
    return "\n".join(line.lstrip(" \t　") if place <= last else line for place, line in enumerate(lines))


def remarks_on(form):
    """Sentences on lines that were meant as something and are not recognised as it."""
    lines = list(enumerate(form.source.split("\n"), start=1))
    for place, line in lines:
        if _ALMOST.match(line):
            yield f"第{place}行“{line[:10]}”没有认作一条：条号后空一格"
        if _IN_DIGITS.match(line):
            yield f"第{place}行“{line[:10]}”没有认作一项：写成“（一）……”或“1. ……”"
    unnamed = [str(place) for place, _ in unnamed_blanks(form.source)]
    if unnamed:
        yield f"第{'、'.join(unnamed)}行有横线，没有写名字，例如 {{institution_name:____}}"


def structure_of(form):
    """{"remarks", "parts": [(heading, [Seen])], "articles", "items", "gaps", "blanks"} of a FormText."""
    around = [
        ("封面", form.cover_lines),
        ("序言", form.preamble),
        ("签署页", form.signature_lines),
    ]
    outside = {label: _seen(label, "\n".join(lines), 0) for label, lines in around if lines}
    chapters = [
        (one.heading or "正文", [_article(article) for article in one.articles]) for one in form.chapters
    ]
    before = [outside[label] for label in ("封面", "序言") if label in outside]
    after = [outside[label] for label in ("签署页",) if label in outside]
    parts = [*([("卷首", before)] if before else []), *chapters, *([("卷尾", after)] if after else [])]
    every = [one for _, found in parts for one in found]
    return {
        "remarks": list(remarks_on(form)),
        "parts": parts,
        "articles": len(form.articles),
        "items": sum(one.items for one in every),
        "gaps": form.source.count(LOST),
        "blanks": [label_of(name) for name in sorted(form.placeholders)],
    }


def _article(article):
    words = "\n".join(one.text for one in article.paragraphs)
    return _seen(article.label, words, len(article.items))


def _seen(label, words, items):
    from ..papers.layout import names_in

    blanks = tuple(label_of(name) for name in names_in(words.split("\n")))
    return Seen(label, _beginning(words), items, blanks, words.count(LOST))


def _beginning(words):
    """The first words, each blank as what it asks for, and never a part of one."""
    shown = ""
    for piece in re.findall("［[^］]*］|.", with_labels(words.split("\n")[0])):
        if len(shown) + len(piece) > SHOWN and shown:
            break
        shown += piece
    return shown


def label_of(name):
    if name.startswith(FOR_THE_PEN):
        return "留给笔填"
    return LABELS.get(name, f"{name}（不认识）")
