"""The items of one article of the text into the catalogue, all at once: the words come from the text."""

import re
from dataclasses import dataclass

from django import forms

from .forms import DraftForm
from .toml_writing import written

LONGEST_LABEL = 40
_END = re.compile(r"(的)?[；;。]?$")


@dataclass(frozen=True)
class Open:
    """An article whose items are not all in the catalogue. `measured`: whether its handling is written already."""

    article: object
    items: tuple
    measured: bool


def open_articles(form, catalogue):
    """[Open] of a FormText against a parsed breaches.toml, in the order of the text."""
    known = {(one.get("article"), one.get("number")) for one in _rows(catalogue, "item")}
    measured = {one.get("article") for one in _rows(catalogue, "measure")}
    for article in form.articles:
        left = tuple(one for one in article.items if (article.number, one.number) not in known)
        if left:
            yield Open(article, left, article.number in measured)


def _rows(catalogue, array):
    found = catalogue.get(array, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class ItemsForm(DraftForm):
    """一条里的各项：录哪些、简称、是不是骗保。"""

    against = forms.ChoiceField(
        label="违约方", choices=[("institution", "乙方"), ("agency", "甲方")], initial="institution"
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for one in items:
            self.fields[f"take-{one.number}"] = forms.BooleanField(
                label=f"录入{one.label}", required=False, initial=True
            )
            self.fields[f"label-{one.number}"] = forms.CharField(
                label="简称", max_length=LONGEST_LABEL, required=False, initial=short(one.text)
            )
            self.fields[f"fraud-{one.number}"] = forms.BooleanField(label="骗保", required=False)
        self._dressed()

    def _dressed(self):
        for field in self.fields.values():
            tick = isinstance(field.widget, forms.CheckboxInput)
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = (
                "form-check-input" if tick else "form-select" if select else "form-control"
            )

    def lines(self):
        """[(item, its three fields)]."""
        return [
            (one, *(self[f"{name}-{one.number}"] for name in ("take", "label", "fraud")))
            for one in self.items
        ]

    def rows(self, article, prefix):
        """[{key: value}] of the items that were taken, as the catalogue writes them."""
        given = self.cleaned_data
        for one in self.items:
            if not given[f"take-{one.number}"]:
                continue
            row = {
                "code": f"{prefix}-{article.number:02}-{one.number:02}",
                "article": article.number,
                "number": one.number,
                "against": given["against"],
                "label": given[f"label-{one.number}"] or short(one.text),
                "text": one.text,
            }
            more = {"fraud": given[f"fraud-{one.number}"], "arabic": one.label.endswith(".")}
            yield row | {key: True for key, value in more.items() if value}


def short(text):
    """A name for lists: the words of the item without its ending."""
    return _END.sub("", text)[:LONGEST_LABEL]


def with_items(source, rows):
    """The catalogue with these rows behind its own; a code that is taken gets a letter behind it."""
    for row in rows:
        while f'"{row["code"]}"' in source:
            row = row | {"code": f"{row['code']}x"}
        source = written(source, "breaches.toml", ("item", "code", row["code"]), row)
    return source


def prefix_of(facts):
    """How the codes of an edition's items begin: yunling-2026 → YUN."""
    return (facts or {}).get("code", "")[:3].strip("-.").upper() or "X"
