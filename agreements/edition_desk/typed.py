"""A form for one table of an edition, made from the annotations of its dataclass."""

import re
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError

from ..edition_text import chinese_number, number_of
from ..tables import BadTerms
from .forms import DraftForm
from .toml_writing import GONE, as_written, read_value
from .words import VALUES, key_label

REFERRING = ("length", "usual", "shortest", "reminders")  # of a clock: a number, or the name of one
LONG = ("text", "missed")
LISTED = re.compile(r"[\s、，,；;]+")


class ArticleField(forms.ChoiceField):
    """An article of the draft's own text: 第七十九条, or its number where the file keeps numbers."""

    def __init__(self, *, articles, now, as_number, **kwargs):
        shown = [(one.label, f"{one.label}　{one.paragraphs[0].shown[:18]}") for one in articles]
        if now and now not in dict(shown):
            shown.insert(0, (now, f"{now}（文本里没有）"))
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


class ReferringField(forms.CharField):
    """A whole number, or the name of a number of the terms; for reminders several, or one name."""

    def __init__(self, *, several, **kwargs):
        self.several = several
        super().__init__(help_text="数，或者参数里的一项，例如 payment.working_days", **kwargs)

    def prepare_value(self, value):
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        value = super().clean(value)
        if re.fullmatch(r"[a-z_]+(\.\w+)+", value) or not value:
            return value or None
        return [_whole(word) for word in LISTED.split(value) if word] if self.several else _whole(value)


class TomlField(forms.CharField):
    """A list of small tables, as it stands in the file."""

    def __init__(self, **kwargs):
        attrs = {"rows": 8, "spellcheck": "false", "class": "code"}
        super().__init__(widget=forms.Textarea(attrs=attrs), help_text="TOML 的写法", **kwargs)

    def clean(self, value):
        value = super().clean(value)
        try:
            return read_value(value.replace("\r\n", "\n")) if value else None
        except BadTerms as wrong:
            raise ValidationError(str(wrong)) from wrong


def _whole(word):
    try:
        return int(word)
    except ValueError as wrong:
        raise ValidationError(f"“{word[:20]}”不是整数") from wrong


class TableForm(DraftForm):
    """One table. `kind`: its dataclass; `table`: what stands in the file, None for a new one; `articles`: of the text."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, kind, table, articles, **kwargs):
        self.kind, now = kind, table or {}
        initial = {name: _shown(kind, name, now[name]) for name in _names(kind) if name in now}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        hints = get_type_hints(kind)
        for field in fields(kind):
            self.fields[field.name] = _field(field, hints[field.name], articles, initial, kind)
        self._style()

    def _style(self):
        for field in self.fields.values():
            many = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
            css = "form-check-input" if many else "form-select" if isinstance(field.widget, forms.Select) else "form-control"  # fmt: skip
            field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {css}".strip()

    def values(self):
        """{key: value for the file}: what the file may be silent about stays unsaid, GONE."""
        return {field.name: self._value(field) for field in fields(self.kind)}

    def _value(self, field):
        value = self.cleaned_data[field.name]
        optional = field.default is not MISSING
        unsaid = value in ("", None, []) or (field.default is False and value is False)
        return GONE if optional and unsaid else value


def _names(kind):
    return [field.name for field in fields(kind)]


def _shown(kind, name, value):
    hint = get_type_hints(kind)[name]
    if get_origin(hint) is tuple and is_dataclass(get_args(hint)[0]):
        return as_written(value).strip()
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    if name == "article" and isinstance(plain, int):
        return f"第{chinese_number(plain)}条"
    return plain


def _field(field, hint, articles, initial, kind):
    """The form field for one annotation."""
    name, more = field.name, {"label": key_label(field.name), "required": field.default is MISSING}
    if name == "article":
        as_number = hint is int
        return ArticleField(articles=articles, now=initial.get(name), as_number=as_number, **more)
    if name == "defaults":
        others = [(one, key_label(one)) for one in _names(kind) if one not in ("article", "defaults")]
        return forms.MultipleChoiceField(choices=others, widget=forms.CheckboxSelectMultiple, **more)
    if "start_event" in _names(kind) and name in REFERRING:
        return ReferringField(several=name == "reminders", **more)
    return _plain_field(name, hint, more)


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
    if is_dataclass(inner):
        return TomlField(**more)
    if get_origin(inner) is Literal:
        return forms.MultipleChoiceField(
            choices=_choices(name, get_args(inner)), widget=forms.CheckboxSelectMultiple, **more
        )
    return ListField(numbers=inner is int, **more)


def _choices(name, values):
    return [(value, VALUES.get(name, {}).get(value, value)) for value in values]
