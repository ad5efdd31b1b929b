"""The clocks of the base into a draft, many at once: each takes its number and its article from the draft's own table."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError

from ..tables import parsed
from .choosing import articles_of, numbers_of
from .forms import DraftForm
from .like import OF_THE_BASE
from .rows import ARRAYS, rows_in
from .sources import NAMES
from .toml_writing import find, written
from .typed import REFERRING
from .words import VALUES

_, ARRAY, ID, *_ = ARRAYS["deadlines"]
SAID_ANEW = ("articles", "rules", *OF_THE_BASE)


@dataclass(frozen=True)
class Usual:
    """A clock of the base. `says`: the number that it leans on here, "" where it leans on none; `article`: of that table."""

    clock: dict
    says: str
    article: str
    default: bool

    @property
    def id(self):
        return self.clock[ID]

    @property
    def length(self):
        """Its own number, which is changed here; None where it leans on a table's, or where a notice says it."""
        length = self.clock.get("length")
        return length if isinstance(length, int) else None

    @property
    def unit(self):
        return VALUES["unit"][self.clock["unit"]]


def usual_clocks(base, draft):
    """[Usual] of the base's clocks that the draft has not, without those that lean on a number it has not either.

    A table that a text has by article is known by other numbers in each text: its clocks are those of the draft's own
    articles.
    """
    there = parsed(base.sources["terms_source"], NAMES["terms_source"]).get(ARRAY, []) if base else []
    here = {one.get(ID) for one in _clocks(draft)}
    known = dict(numbers_of(draft.raw)) | dict(numbers_of(draft.raw, several=True))
    plain = [one for one in there if one[ID] not in here and not _by_article(one)]
    standing = [one for one in there if _by_article(one)]
    for clock in (*plain, *_of_own_articles(standing, {one[ID] for one in there}, draft)):
        if isinstance(told := clock.get("reminders"), str) and told not in known:
            # The text names no days.
            clock = {key: value for key, value in clock.items() if key != "reminders"}
        named = [clock[key] for key in REFERRING if "." in str(clock.get(key, ""))]
        if all(one in known for one in named):
            yield Usual(clock, known[named[0]] if named else "", *_of_its_table(draft.raw, named, clock))


def _clocks(draft):
    return [one for one in draft.raw.get(ARRAY, []) if isinstance(one, dict)]


def _by_article(clock):
    """person_stop.65, where a number of this clock is one of a table that a text has by article; else ""."""
    for key in REFERRING:
        table, _, _ = str(clock.get(key, "")).rpartition(".")
        if "." in table:
            return table
    return ""


def _of_own_articles(patterns, theirs, draft):
    """The clocks of the base that stand by article, one for each article of the draft that has none yet.

    `theirs`: the numbers of all clocks of the base, which a new one does not take.
    """
    led, taken = {_by_article(one) for one in _clocks(draft)}, {one.get(ID) for one in _clocks(draft)}
    for table in dict.fromkeys(_by_article(one).partition(".")[0] + "." for one in patterns):
        alike = [one for one in patterns if _by_article(one).startswith(table)]
        own = [row for row in rows_in(draft.raw) if row.key.startswith(table) and row.key not in led]
        for row in own:
            same = next((one for one in alike if _by_article(one) == row.key), None)
            free = next((one for one in alike if one[ID] not in taken), alike[-1])
            pattern = same or free
            number = pattern[ID] if pattern[ID] not in taken else draft.free_number(taken | theirs)
            taken.add(number)
            yield _at(pattern, row, draft) | {ID: number}


def _at(pattern, row, draft):
    """The clock with the numbers of this row in place of the base's, and its article in place of theirs in the title."""
    was, article = _by_article(pattern), row.table(draft.raw).get("article", "")
    moved = {
        key: value.replace(f"{was}.", f"{row.key}.") if key in REFERRING and isinstance(value, str) else value
        for key, value in pattern.items()
    }
    return moved | {"title": re.sub("第[一二三四五六七八九十百]+条", article, pattern["title"])}


def _of_its_table(raw, named, clock):
    """(the article of the table on which a clock leans, whether its number is practice)."""
    if not named:
        return "", clock.get("default", False)
    *steps, key = named[0].split(".")
    table = find(raw, tuple(steps))
    return table.get("article", ""), key in table.get("defaults", [])


class ClocksForm(DraftForm):
    """底本有的时限：要哪些，各在本文本的哪一条。"""

    def __init__(self, *args, clocks, articles, **kwargs):
        super().__init__(*args, **kwargs)
        self.clocks = clocks
        choices = [("", "选条款"), *articles_of(articles)]
        for one in clocks:
            if one.length is not None:
                self.fields[f"length-{one.id}"] = forms.IntegerField(
                    label="长度", required=False, min_value=0, initial=one.length,
                    widget=forms.NumberInput({"class": "form-control"}),
                )  # fmt: skip
            self.fields[f"take-{one.id}"] = forms.BooleanField(
                label="加上", required=False, initial=bool(one.says),
                widget=forms.CheckboxInput({"class": "form-check-input"}),
            )  # fmt: skip
            self.fields[f"article-{one.id}"] = forms.ChoiceField(
                label="条款", required=False, choices=choices, initial=one.article,
                widget=forms.Select({"class": "form-select"}),
            )  # fmt: skip

    def clean(self):
        given = super().clean()
        for one in self.clocks:
            if given.get(f"take-{one.id}") and not given.get(f"article-{one.id}"):
                self.add_error(f"article-{one.id}", ValidationError("选条款，或者不加这个时限"))
            if given.get(f"take-{one.id}") and given.get(f"length-{one.id}", 0) is None:
                self.add_error(f"length-{one.id}", ValidationError("写长度，或者不加这个时限"))
        return given

    def lines(self):
        """[(clock, its fields)]; the field of its length None where that is no number of its own."""
        for one in self.clocks:
            length = self[f"length-{one.id}"] if one.length is not None else None
            yield one, self[f"take-{one.id}"], length, self[f"article-{one.id}"]

    def written_into(self, source):
        """The terms with the clocks that were taken."""
        for one in self.clocks:
            if self.cleaned_data[f"take-{one.id}"]:
                values = {key: value for key, value in one.clock.items() if key not in SAID_ANEW}
                values |= {
                    "articles": [self.cleaned_data[f"article-{one.id}"]],
                    "default": one.default or None,
                }
                if one.length is not None:
                    values["length"] = self.cleaned_data[f"length-{one.id}"]
                source = written(source, NAMES["terms_source"], (ARRAY, ID, one.id), values)
        return source
