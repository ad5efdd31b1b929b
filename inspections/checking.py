"""The checklist as people read it: by article, each item with the articles whose duties it breaks; first whom it must name."""

import re
from dataclasses import dataclass
from itertools import groupby

from agreements.contacts.roles import in_words
from agreements.edition_text import chinese_number, number_of

from .models import ChecklistLine

DUTY = re.compile(r"[A-Z]0*(\d+)\.")  # Q17.1, S04.1: the rule's article; Q00.6 is the letter of commitment
LETTER = "承诺书"


@dataclass(frozen=True)
class Line:
    """One line with its item of the catalogue. `duties`: the articles in words, to be cited."""

    row: ChecklistLine
    item: object
    duties: str = ""

    @property
    def is_breach(self):
        """Whether it is an item of the catalogue, at which a finding can point."""
        return not isinstance(self.item, OwnPeople)


@dataclass(frozen=True)
class OwnPeople:
    """Whom of its own people the text asks the hospital to name (`terms.contacts`). `known`: who is named and who is missing."""

    article: int
    article_label: str
    label: str
    known: str
    code: str = ChecklistLine.CONTACTS


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
    people = own_people(inspection.agreement)
    found = [Line(row, people) for row in lines if people and row.item == ChecklistLine.CONTACTS] + found
    return [
        Group(f"第{chinese_number(number)}条", f"a{number}", list(some))
        for number, some in groupby(found, key=lambda line: line.item.article)
    ]


def duties_of(item):
    """第十七条、第二十条: the articles of an item's duties, each once; words as they are."""
    named = []
    for duty in item.duties:
        match = DUTY.match(duty)
        article = match and (f"第{chinese_number(int(match[1]))}条" if int(match[1]) else LETTER)
        named.append(article or duty)
    return "、".join(dict.fromkeys(named))


def own_people(agreement):
    """The line of whom the hospital must name; None where its text asks for nobody."""
    terms = agreement.terms.contacts
    if terms is None:
        return None
    named = [f"{one.label}{one.name}" for one in agreement.institution.contacts.open()]
    registered = f"已登记{'、'.join(named)}" if named else "没有登记过"
    known = "，".join(filter(None, [registered, in_words(agreement.missing_contacts)]))
    label = f"配备{'、'.join(role.label for role in terms.roles)}"
    return OwnPeople(number_of(terms.article.strip("第条")), terms.article, label, known)
