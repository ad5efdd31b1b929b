"""The tables of an edition as rows that are edited one by one: where each stands, of which kind it is."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from itertools import count
from types import NoneType
from typing import get_args, get_origin, get_type_hints

from ..breaches import BreachItem, Measure
from ..edition_text import number_of
from ..tables import BadTerms, parsed
from ..term_tables import DeadlineTerm
from ..terms import Terms
from .about import about
from .sources import NAMES
from .toml_writing import find
from .words import TABLES, table_label

NEW = "new"
# part → (column, [[array]], the key that tells its rows apart, kind, what a row is called)
ARRAYS = {
    "deadlines": ("terms_source", "deadline", "id", DeadlineTerm, "时限"),
    "items": ("breaches_source", "item", "code", BreachItem, "违约情形"),
    "measures": ("breaches_source", "measure", "article", Measure, "处理措施"),
}
COLUMNS = {"terms": "terms_source"} | {part: array[0] for part, array in ARRAYS.items()}


class NoSuchRow(LookupError):
    pass


@dataclass(frozen=True)
class Row:
    """One table of a file: `path` for the writer, None for `key` NEW, whose path its own values give."""

    part: str
    key: str
    kind: type
    path: tuple[str, ...] | None
    required: bool = False  # whether the edition can be without it

    @property
    def column(self):
        return COLUMNS[self.part]

    @property
    def label(self):
        if self.part == "terms":
            return TABLES[self.key.partition(".")[0]] if self.path is None else table_label(self.key)
        name = ARRAYS[self.part][4]
        if self.key == NEW:
            return f"新增{name}"
        return f"第{self.key}条的{name}" if self.part == "measures" else f"{name} {self.key}"

    def table(self, document):
        """The table of the file, None where there is none yet."""
        return find(document, self.path) if self.path else None

    def path_for(self, values):
        """Where it is written: its own place, or the one that its values say."""
        if self.path:
            return self.path
        if self.part == "terms":
            return self.key.partition(".")[0], str(number_of(values["article"][1:-1]))
        _, array, key, *_ = ARRAYS[self.part]
        return array, key, str(values[key])


@dataclass(frozen=True)
class Draft:
    """What the forms of a draft let a person choose from: the articles of its text, the rows of its files."""

    articles: tuple = ()
    raw: dict = field(default_factory=dict)  # its terms
    catalogue: dict = field(default_factory=dict)

    @classmethod
    def of(cls, sources, form):
        """As far as the files can be read."""
        files = (_raw(sources[one], NAMES[one]) for one in ("terms_source", "breaches_source"))
        return cls(form.articles if form else (), *files)

    def free_number(self, beside=()):
        """T-03 is taken, T-04 is free: the number of a new clock, none of those `beside`."""
        taken = {str(one["id"]) for one in _tables(self.raw, "deadline", "id")} | set(beside)
        return next(one for one in (f"T-{number:02}" for number in count(1)) if one not in taken)

    def measures(self, now):
        """[(article, label)] of the articles that have measures, and of those that are named now."""
        known = {
            str(one["article"]): one.get("label", "") for one in _tables(self.catalogue, "measure", "article")
        }
        return _all_of({key: f"第{key}条　{label}" for key, label in known.items()}, now)

    def items(self, now):
        """[(code, label)] of the breaches of the catalogue, and of those that are named now."""
        known = {str(one["code"]): one.get("label", "") for one in _tables(self.catalogue, "item", "code")}
        return _all_of({key: f"{key}　{label}"[:40] for key, label in known.items()}, now)


def _raw(source, name):
    try:
        return parsed(source, name)
    except BadTerms:
        return {}


def _tables(raw, array, key):
    rows = raw.get(array, [])
    return [one for one in rows if isinstance(one, dict) and key in one] if isinstance(rows, list) else []


def _all_of(known, now):
    missing = {str(one): f"{one}（目录里没有）" for one in now if str(one) not in known}
    return list((missing | known).items())


def row_of(part, key):
    """The Row of an address. Raises NoSuchRow for what no edition has."""
    if part in ARRAYS:
        _, array, name, kind, _ = ARRAYS[part]
        return Row(part, key, kind, None if key == NEW else (array, name, key))
    name, _, number = key.partition(".")
    kind, many, required = KINDS.get(name, (None, False, False))
    if kind is None or many != bool(number) or (number and number != NEW and not number.isdecimal()):
        raise NoSuchRow(key)
    path = None if number == NEW else tuple(key.split("."))
    return Row(part, key, kind, path, required)


def _kinds():
    """{table: (its dataclass, whether there is one for each article, whether every edition has it)}."""
    hints = get_type_hints(Terms)
    for one in fields(Terms):
        hint = hints[one.name]
        many = get_origin(hint) is Mapping
        kind = (
            get_args(hint)[1]
            if many
            else next((kind for kind in get_args(hint) if kind is not NoneType), hint)
        )
        if one.name != "deadlines" and is_dataclass(kind):
            yield one.name, (kind, many, one.default is MISSING is one.default_factory)


KINDS = dict(_kinds())


def rows_in(raw):
    """[Row] of the tables of the terms that this parsed file has, in its own order."""
    for name, value in raw.items():
        kind, many, required = KINDS.get(name, (None, False, False))
        if kind is None or not isinstance(value, dict):
            continue
        if many:
            yield from (row_of("terms", f"{name}.{number}") for number in value if str(number).isdecimal())
        else:
            yield Row("terms", name, kind, (name,), required)


def absent_from(raw):
    """[(key, label, what it is about)] of the tables that the text might have and the file does not; those for each
    article always."""
    return [
        (f"{name}.{NEW}" if many else name, TABLES[name], about(name))
        for name, (_, many, _) in KINDS.items()
        if many or name not in raw
    ]
