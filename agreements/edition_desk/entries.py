"""A list of small tables as rows of a form: one row an entry, changed in place, added below, taken away by a tick."""

import re
from dataclasses import MISSING, fields

from django import forms
from django.core.exceptions import ValidationError

from .choosing import SPARE
from .words import CODES, key_label

GONE_MARK, MOST = "gone", 200


class EntriesWidget(forms.Widget):
    """The rows. `cells`: {name: form field} of one entry."""

    template_name = "agreements/widgets/entries.html"
    use_fieldset = True

    def __init__(self, cells):
        self.cells = cells
        super().__init__()

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        entries = [*(value or []), *({} for _ in range(SPARE))]
        context["rows"] = [
            (place, [self._cell(name, place, key, cell, entry) for key, cell in self.cells.items()], entry)
            for place, entry in enumerate(entries)
        ]
        context["count"] = len(entries)
        return context

    def _cell(self, name, place, key, cell, entry):
        address = f"{name}-{place}-{key}"
        value = cell.prepare_value(entry.get(key))
        hidden = cell.widget.is_hidden
        many = isinstance(cell.widget, forms.CheckboxSelectMultiple)
        shown = cell.widget.render(address, value, {"id": f"id_{address}"})
        chosen = [label for one, label in cell.widget.choices if one in (value or [])] if many else []
        return {"label": cell.label, "id": f"id_{address}", "shown": shown, "hidden": hidden, "many": many,
                "chosen": "、".join(map(str, chosen)), "tick": isinstance(cell.widget, forms.CheckboxInput)}  # fmt: skip

    def value_from_datadict(self, data, files, name):
        found = []
        for place in range(min(_count(data, name), MOST)):
            given = {
                key: cell.widget.value_from_datadict(data, files, f"{name}-{place}-{key}")
                for key, cell in self.cells.items()
            }
            if f"{name}-{place}-{GONE_MARK}" not in data and any(
                value for key, value in given.items() if not self.cells[key].widget.is_hidden
            ):
                found.append(given)
        return found

    def value_omitted_from_data(self, data, files, name):
        return f"{name}-rows" not in data


def _count(data, name):
    given = str(data.get(f"{name}-rows", "0"))
    return int(given) if given.isdecimal() else 0


class EntriesField(forms.Field):
    """[{key: value}] of a list of tables. `cells`: {name: form field}, in the order in which they are filled in."""

    def __init__(self, *, kind, cells, **kwargs):
        self.kind, self.cells = kind, cells
        super().__init__(widget=EntriesWidget(cells), **kwargs)

    def to_python(self, value):
        return list(value or [])

    def clean(self, value):
        wrong, entries = [], []
        for place, given in enumerate(super().clean(value), start=1):
            entry = {}
            for key, cell in self.cells.items():
                try:
                    entry[key] = cell.clean(given[key])
                except ValidationError as why:
                    wrong += [f"第{place}行“{cell.label}”：{sentence}" for sentence in why.messages]
            entries.append(entry)
        if wrong:
            raise ValidationError(wrong)
        return [self._as_written(entry, entries) for entry in _with_codes(entries)]

    def _as_written(self, entry, entries):
        """Without what the file may be silent about."""
        optional = {field.name for field in fields(self.kind) if field.default is not MISSING}
        defaults = {field.name: field.default for field in fields(self.kind)}
        return {
            key: value for key, value in entry.items()
            if not (key in optional and (value in ("", None, []) or value == defaults[key]))
        }  # fmt: skip


def _with_codes(entries):
    """A sign of its own for each entry that has none yet."""
    for entry in entries:
        for key in CODES:
            if key in entry and not entry[key]:
                entry[key] = _free({one[key] for one in entries}, entry)
    return entries


def _free(taken, entry):
    """a, b, c… where the entries are counted so, else a number."""
    letters = [sign for sign in "abcdefgh" if sign not in taken]
    if set(entry) == {"code", "label"} and letters:
        return letters[0]
    numbers = [int(one) for one in taken if re.fullmatch(r"\d+", str(one or ""))]
    return str(max(numbers, default=0) + 1)


def caption(kind, name):
    """What a column of an entry is called."""
    return {("Ground", "label"): "情形", ("ChangeGroup", "label"): "事项"}.get(
        (kind.__name__, name), key_label(name)
    )
