"""The clocks of the base into a draft, many at once: each takes its number and its article from the draft's own table."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError

from ..tables import parsed
from .choosing import articles_of, numbers_of
from .forms import DraftForm
from .like import OF_THE_BASE
from .rows import ARRAYS
from .sources import NAMES
from .toml_writing import find, written
from .typed import REFERRING

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


def usual_clocks(base, draft):
    """[Usual] of the base's clocks that the draft has not, without those that lean on a number it has not either."""
    here = {one.get(ID) for one in draft.raw.get(ARRAY, []) if isinstance(one, dict)}
    there = parsed(base.sources["terms_source"], NAMES["terms_source"]).get(ARRAY, []) if base else []
    known = dict(numbers_of(draft.raw)) | dict(numbers_of(draft.raw, several=True))
    for clock in there:
        named = [clock[key] for key in REFERRING if "." in str(clock.get(key, ""))]
        if clock[ID] not in here and all(one in known for one in named):
            yield Usual(clock, known[named[0]] if named else "", *_of_its_table(draft.raw, named, clock))


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
        return given

    def lines(self):
        """[(clock, its two fields)]."""
        return [(one, self[f"take-{one.id}"], self[f"article-{one.id}"]) for one in self.clocks]

    def written_into(self, source):
        """The terms with the clocks that were taken."""
        for one in self.clocks:
            if self.cleaned_data[f"take-{one.id}"]:
                values = {key: value for key, value in one.clock.items() if key not in SAID_ANEW}
                values |= {
                    "articles": [self.cleaned_data[f"article-{one.id}"]],
                    "default": one.default or None,
                }
                source = written(source, NAMES["terms_source"], (ARRAY, ID, one.id), values)
        return source
