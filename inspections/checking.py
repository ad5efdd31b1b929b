"""The checklist as people read it: by article, each item with the articles whose duties it breaks."""

import re
from dataclasses import dataclass
from itertools import groupby

from agreements.edition_text import chinese_number

from .models import ChecklistLine

DUTY = re.compile(r"Q0*(\d+)")


@dataclass(frozen=True)
class Line:
    """One line with its item of the catalogue. `duties`: the articles in words, to be cited."""

    row: ChecklistLine
    item: object
    duties: str


@dataclass(frozen=True)
class Group:
    article: str
    anchor: str
    lines: list

    @property
    def done(self):
        return sum(line.row.result != ChecklistLine.Result.NOT_CHECKED for line in self.lines)


def groups_of(inspection, lines):
    """The lines of a checklist by article."""
    items = inspection.agreement.edition.breaches.items
    found = [Line(row, items[row.item], duties_of(items[row.item])) for row in lines if row.item in items]
    return [
        Group(f"第{chinese_number(number)}条", f"a{number}", list(some))
        for number, some in groupby(found, key=lambda line: line.item.article)
    ]


def duties_of(item):
    """第十七条、第二十条: the articles of an item's duties, each once; words such as 承诺书 as they are."""
    named = []
    for duty in item.duties:
        match = DUTY.match(duty)
        named.append(f"第{chinese_number(int(match[1]))}条" if match and int(match[1]) else duty)
    return "、".join(dict.fromkeys(named))
