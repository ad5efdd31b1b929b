"""A form for one table of an edition, made from the annotations of its dataclass."""

import re
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError

from ..edition_text import chinese_number, number_of
from ..term_tables import DeadlineTerm
from .about import HINTS
from .choosing import (
    SPARE,
    NumberOrNameField,
    SeveralField,
    articles_of,
    events,
    numbers_of,
    places_of,
    with_present,
)
from .entries import EntriesField, EntriesWidget, caption
from .forms import DraftForm
from .toml_writing import GONE
from .words import CODES, EVENTS, VALUES, key_label

REFERRING = ("length", "usual", "shortest", "reminders")  # of a clock: a number, or the name of one
LONG = ("text", "missed")
# Asked nowhere: the numbers of the rules are the portal's own, and caps and months stand in the terms, once.
UNASKED = ("rules", "damages_cap", "stop_min_months", "stop_max_months")
# What is chosen among the rows of the draft → its choices, and in which order they stand.
CHOSEN = {
    "articles": lambda draft, now: articles_of(draft.articles, now),
    "offset_order": lambda draft, now: list(VALUES["offset_order"].items()),
    "escalated_from": lambda draft, now: draft.measures(now),
    "overlaps": lambda draft, now: draft.items(now),
}
LISTED = re.compile(r"[\s、，,；;]+")


class ArticleField(forms.ChoiceField):
    """An article of the draft's own text: 第七十九条, or its number where the file keeps numbers."""

    def __init__(self, *, articles, now, as_number, **kwargs):
        shown = [(one.label, f"{one.label}　{one.paragraphs[0].shown[:18]}") for one in articles]
        if now not in dict(shown):
            shown.insert(0, (now, f"{now}（文本里没有）") if now else ("", "选条款"))
        self.as_number = as_number
        super().__init__(choices=shown, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        return number_of(value[1:-1]) if self.as_number else value


class NumberField(forms.CharField):
    """A rate or an amount, kept as it is written: "0.05"."""

    def clean(self, value):
        value = super().clean(value)
        try:
            if value and not Decimal(value).is_finite():
                raise InvalidOperation
        except InvalidOperation as wrong:
            raise ValidationError("写成小数，例如 0.05") from wrong
        return value


class ListField(forms.CharField):
    """Several words, one a line; or several whole numbers in a row."""

    def __init__(self, *, numbers=False, **kwargs):
        self.numbers = numbers
        widget = forms.TextInput() if numbers else forms.Textarea(attrs={"rows": 3})
        super().__init__(widget=widget, help_text="用顿号隔开" if numbers else "一行一个", **kwargs)

    def prepare_value(self, value):
        return ("、" if self.numbers else "\n").join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        value = super().clean(value)
        if not self.numbers:
            return [line.strip() for line in value.split("\n") if line.strip()]
        return [_whole(word) for word in LISTED.split(value) if word]


def _numbers(words, several):
    """What a person has written for a number, or for several."""
    return [_whole(one) for one in LISTED.split(words) if one] if several else _whole(words)


def _whole(word):
    try:
        return int(word)
    except ValueError as wrong:
        raise ValidationError(f"“{word[:20]}”不是整数") from wrong


class TableForm(DraftForm):
    """One table. `kind`: its dataclass; `table`: what stands in the file, None for a new one; `draft`: what is to choose from."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, kind, table, draft, **kwargs):
        self.kind, self.draft, now = kind, draft, table or {}
        initial = {name: shown(name, now[name]) for name in _names(kind) if name in now}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        hints = get_type_hints(kind)
        for field in self._asked():
            self.fields[field.name] = _field(field, hints[field.name], draft, initial, kind)
            if field.name not in initial:
                _ask(self.fields[field.name])
            self.fields[field.name].help_text = " ".join(
                filter(None, [str(self.fields[field.name].help_text), HINTS.get(field.name)])
            )
        self._style()

    def _asked(self):
        return [field for field in fields(self.kind) if field.name not in UNASKED]

    def _style(self):
        for field in self.fields.values():
            if isinstance(field.widget, forms.MultiWidget | EntriesWidget):
                continue  # styled by themselves
            _dress(field)

    def values(self):
        """{key: value for the file}: what the file may be silent about stays unsaid, GONE."""
        found = {field.name: self._value(field) for field in self._asked()}
        if self.kind is DeadlineTerm and not found["start_label"]:
            found["start_label"] = EVENTS.get(found["start_event"], ("",))[0]
        return found

    def _value(self, field):
        value = self.cleaned_data[field.name]
        optional = field.default is not MISSING
        unsaid = value in ("", None, []) or (field.default is False and value is False)
        return GONE if optional and unsaid else value


def _ask(field):
    """Nothing is chosen before somebody chooses it."""
    one_of = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField)
    if one_of and "" not in dict(field.choices):
        field.choices = [("", "选一项"), *field.choices]


def _names(kind):
    return [field.name for field in fields(kind)]


def shown(name, value):
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    if name == "article" and isinstance(plain, int):
        return f"第{chinese_number(plain)}条"
    return "、".join(map(str, plain)) if name == "reminders" and isinstance(plain, list) else plain


def _field(field, hint, draft, initial, kind):
    """The form field for one annotation."""
    name, more = field.name, {"label": key_label(field.name), "required": field.default is MISSING}
    now = initial.get(name)
    if name == "article":
        return ArticleField(articles=draft.articles, now=now, as_number=hint is int, **more)
    if name == "defaults":
        others = [(one, key_label(one)) for one in _names(kind) if one not in ("article", "defaults")]
        return forms.MultipleChoiceField(choices=others, widget=forms.CheckboxSelectMultiple, **more)
    if name in CHOSEN:
        choices = CHOSEN[name](draft, now or ())
        spare = len(choices) - len(now or ()) if name == "offset_order" else SPARE
        return SeveralField(choices=choices, as_number=name == "escalated_from", spare=spare, **more)
    if kind is DeadlineTerm and name in REFERRING:
        several = name == "reminders"
        named = now if "." in str(now) else ""
        choices = with_present(numbers_of(draft.raw, several=several), named)
        return NumberOrNameField(choices=choices, several=several, whole=_numbers, **more)
    if name == "start_event":
        return forms.ChoiceField(choices=events(now), **more)
    if name == "start_label":
        return forms.CharField(help_text="空着的，照“起算事项”写", **more | {"required": False})
    if name == "expiry_ground":
        return forms.ChoiceField(choices=with_present(places_of(draft.articles), now), **more)
    if entries := _entry_of(hint):
        return EntriesField(
            kind=entries, cells=cells_of(entries, draft, now or ()), **more | {"required": False}
        )
    return _plain_field(name, hint, more)


def _entry_of(hint):
    """The dataclass of which a table keeps a list; None for all else."""
    inner = get_args(hint)
    return inner[0] if get_origin(hint) is tuple and is_dataclass(inner[0]) else None


def cells_of(kind, draft, now):
    """{name: form field} of one entry of a list of tables."""
    hints, found = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name in CODES:
            cell = forms.CharField(required=False, widget=forms.HiddenInput)
        elif field.name == "article_label":
            named = [one.get("article_label") for one in now]
            places = places_of(draft.articles)
            gone = [(one, f"{one}（文本里没有）") for one in named if one and one not in dict(places)]
            cell = forms.ChoiceField(choices=[("", "选条款"), *gone, *places])
        elif field.name == "fields":
            archive = list(VALUES["fields"].items())
            cell = forms.MultipleChoiceField(choices=archive, widget=forms.CheckboxSelectMultiple)
        else:
            cell = _plain_field(field.name, hints[field.name], {"required": field.default is MISSING})
        cell.label = caption(kind, field.name)
        _dress(cell)
        found[field.name] = cell
    return found


def _dress(field):
    """Bootstrap's classes on a field whose widget was chosen here."""
    many = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
    select = isinstance(field.widget, forms.Select)
    css = "form-check-input" if many else "form-select" if select else "form-control"
    field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {css}".strip()


def _plain_field(name, hint, more):
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _plain_field(
            name, next(one for one in inner if one is not NoneType), more | {"required": False}
        )
    if origin is Literal:
        return forms.ChoiceField(choices=_choices(name, inner), **more)
    if origin is tuple:
        return _list_field(name, inner[0], more | {"required": False})
    if hint is bool:
        return forms.BooleanField(**more | {"required": False})
    if hint is int:
        return forms.IntegerField(**more)
    if hint is Decimal:
        return NumberField(**more)
    widget = forms.Textarea(attrs={"rows": 4}) if name in LONG else forms.TextInput
    return forms.CharField(widget=widget, **more)


def _list_field(name, inner, more):
    if name in VALUES and get_origin(inner) is not Literal:
        return forms.MultipleChoiceField(
            choices=list(VALUES[name].items()), widget=forms.CheckboxSelectMultiple, **more
        )
    if get_origin(inner) is Literal:
        return forms.MultipleChoiceField(
            choices=_choices(name, get_args(inner)), widget=forms.CheckboxSelectMultiple, **more
        )
    return ListField(numbers=inner is int, **more)


def _choices(name, values):
    return [(value, VALUES.get(name, {}).get(value, value)) for value in values]
