"""Form fields that let a person choose among what the draft has, instead of writing its name."""

from dataclasses import fields

from django import forms
from django.core.exceptions import ValidationError

from ..edition_text import chinese_number
from .rows import rows_in
from .words import EVENTS, key_label

SPARE = 2  # empty lines below those that are there


class SeveralWidget(forms.MultiWidget):
    """One select a line; the empty ones count for nothing."""

    template_name = "agreements/widgets/several.html"
    is_hidden = False  # its lines are made when it is drawn, and nothing without lines would be seen

    def __init__(self, choices, spare, attrs=None):
        self.choices, self.spare = choices, spare
        super().__init__([], attrs)

    def _lines(self, count):
        self.widgets = [
            forms.Select({"class": "form-select", "aria-label": f"第{place + 1}个"}, self.choices)
            for place in range(count)
        ]
        self.widgets_names = [f"_{place}" for place in range(count)]

    def decompress(self, value):
        return list(value or [])

    def use_required_attribute(self, initial):
        return False  # the browser would ask for the spare lines too

    def get_context(self, name, value, attrs):
        value = value if isinstance(value, list) else self.decompress(value)
        self._lines(len(value) + self.spare)
        return super().get_context(name, value + [""] * self.spare, attrs)

    def value_from_datadict(self, data, files, name):
        found = [data[key] for key in _numbered(data, name)]
        return [one for one in found if one]

    def value_omitted_from_data(self, data, files, name):
        return not any(True for _ in _numbered(data, name))


def _numbered(data, name):
    """name_0, name_1 … as far as they were sent."""
    place = 0
    while (key := f"{name}_{place}") in data:
        yield key
        place += 1


class SeveralField(forms.Field):
    """Several of these choices, in the order in which they stand."""

    def __init__(self, *, choices, as_number=False, spare=SPARE, none="没有", **kwargs):
        self.choices, self.as_number = choices, as_number
        super().__init__(widget=SeveralWidget([("", none), *choices], spare), **kwargs)

    def to_python(self, value):
        return list(value or [])

    def validate(self, value):
        super().validate(value)
        known = {str(key) for key, _ in _flat(self.choices)}
        if strange := [one for one in value if one not in known]:
            raise ValidationError(f"“{strange[0][:20]}”不在可选的之列，重新选")
        if len(set(value)) < len(value):
            raise ValidationError("同一个选了两次，只选一次")

    def clean(self, value):
        value = super().clean(value)
        return [int(one) for one in value] if self.as_number else value


def _flat(choices):
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


class NumberOrNameWidget(forms.MultiWidget):
    """A number of the terms, or one of its own."""

    template_name = "agreements/widgets/number_or_name.html"

    def __init__(self, choices, attrs=None):
        super().__init__(
            {
                "name": forms.Select({"class": "form-select", "aria-label": "参数里的数"}, choices),
                "number": forms.TextInput(
                    {"class": "form-control", "placeholder": "另写", "aria-label": "另写的数"}
                ),
            },
            attrs,
        )

    def decompress(self, value):
        words = "" if value is None else str(value)
        return [words, ""] if "." in words else ["", words]


class NumberOrNameField(forms.MultiValueField):
    """A whole number, or the name of a number of the terms; for reminders several, or one name. None: neither."""

    def __init__(self, *, choices, several, whole, **kwargs):
        self.several, self.whole = several, whole
        own = [("", "另写，或者没有"), *choices]
        super().__init__(
            [forms.ChoiceField(choices=own, required=False), forms.CharField(required=False)],
            widget=NumberOrNameWidget(own), require_all_fields=False, **kwargs,
        )  # fmt: skip

    def compress(self, given):
        name, words = given or ("", "")
        if name and words:
            raise ValidationError("选了参数里的数，就不要另写；另写的，前面选“另写，或者没有”")
        if not words:
            return name or None
        return self.whole(words, self.several)


def numbers_of(raw, *, several=False):
    """[(name, label)] of the whole numbers that the terms have, for a clock to lean on; `several`: of the lists of them."""
    found = []
    for row in rows_in(raw):
        table = row.table(raw)
        for field in fields(row.kind):
            value = table.get(field.name)
            fits = isinstance(value, list) and "reminder" in field.name if several else type(value) is int
            if fits and value != []:
                shown = "、".join(map(str, value)) if several else value
                found.append(
                    (f"{row.key}.{field.name}", f"{row.label}：{key_label(field.name)}，现为{shown}")
                )
    return found


def with_present(choices, now):
    """The choices, with what stands in the file now where it is none of them."""
    if now in ("", None) or not isinstance(now, str) or now in {key for key, _ in _flat(choices)}:
        return choices
    return [(now, f"{now}（没有这一项，重新选）"), *choices]


def articles_of(form_articles, now=()):
    """[(label, words)] of the articles of a text, and of what is named now and is not among them."""
    shown = [(one.label, f"{one.label}　{one.paragraphs[0].shown[:18]}") for one in form_articles]
    return [(one, f"{one}（文本里没有）") for one in now if one and one not in dict(shown)] + shown


def places_of(form_articles):
    """[(label, words)] of the articles and of their items: 第六十四条, 第六十四条（三）."""
    found = []
    for one in form_articles:
        found.append((one.label, f"{one.label}　{one.paragraphs[0].shown[:18]}"))
        for item in one.items:
            place = f"{one.label}（{chinese_number(item.number)}）"
            found.append((place, f"{place}　{item.shown[:16]}"))
    return found


def events(now):
    """The events from which clocks run, those that the portal starts by itself first."""
    groups = [
        ("门户自动起算", [(key, label) for key, (label, starts) in EVENTS.items() if starts]),
        ("门户不起算，只列在参数里", [(key, label) for key, (label, starts) in EVENTS.items() if not starts]),
    ]
    return with_present(groups, now)
