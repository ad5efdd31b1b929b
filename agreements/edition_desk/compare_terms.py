"""The terms of two editions as one table: concept, value here, value there, the article of each."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from ..term_tables import DeadlineTerm
from .term_faults import rows_of
from .words import VALUES, key_label, value_label

NOT_COMPARED = ("article", "articles", "defaults", "id", "title", "rules")


@dataclass(frozen=True)
class TermRow:
    concept: str
    key: str
    left: str  # "" where this side has no such thing
    right: str
    left_article: str
    right_article: str

    @property
    def differs(self):
        return self.left != self.right


def compared_terms(left, right):
    """[TermRow] of two Terms, those that differ first, else in the order of the tables."""
    one, two = _flat(left), _flat(right)
    rows = [
        TermRow(*name, *(side.get(name, ("", ""))[0] for side in (one, two)),
                *(side.get(name, ("", ""))[1] for side in (one, two)))
        for name in dict.fromkeys([*one, *two])
    ]  # fmt: skip
    return sorted(rows, key=lambda row: not row.differs)


def _flat(terms):
    """{(concept, key): (value in words, article)}."""
    found = {}
    for _, _, concept, table in rows_of(terms):
        if isinstance(table, DeadlineTerm):
            found[concept, "期限"] = _clock(table), "、".join(table.articles)
            continue
        names = [field.name for field in fields(table) if field.name not in NOT_COMPARED]
        for name in names or ["article"]:
            value = getattr(table, name) if names else True
            if not isinstance(value, Mapping):
                found[concept, key_label(name) if names else "有这一项"] = (
                    value_label(name, value),
                    table.article,
                )
    return found


def _clock(term):
    """20 工作日，提前 5、0 日提醒"""
    unit = VALUES["unit"][term.unit]
    length = "由通知写明" if term.length is None else f"{term.length}{unit}"
    usual = "" if term.usual is None else f"，没有写明时{term.usual}{unit}"
    return f"{'、'.join(term.bound)}：{length}{usual}{'，循环' if term.recurring else ''}"
