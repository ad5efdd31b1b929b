"""What supplements change of an edition's numbers: a few lines of TOML laid over its terms.toml (第七十七条).

A change names a table and a key that the edition has, and gives another value of the same kind. The whole is read by
the same reader as the edition, so that nothing can be said here that an edition could not say.
"""

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

from .edition_desk.words import key_label, table_label
from .tables import BadTerms, keyed, parsed
from .terms import terms_from

NAME = "改动的参数"
FIXED = ("article", "defaults")  # where a number comes from is the edition's to say
OF_CLOCKS = ("length", "usual", "shortest", "reminders")


@dataclass(frozen=True)
class Change:
    """One number that is another: its table and key, the article it rests on, what it was and is."""

    table: str
    key: str
    article: str
    old: object
    new: object

    @property
    def label(self):
        """中止：最长（日）"""
        return f"{table_label(self.table)}：{key_label(self.key)}"


@lru_cache(maxsize=256)
def overlaid(source, overlays):
    """The Terms of an edition's `source` with these overlays, a tuple of TOML texts, one after another."""
    raw = parsed(source, "terms.toml")
    for overlay in overlays:
        lay(raw, overlay)
    return terms_from(raw)


def changes_of(source, before, overlay):
    """[Change] that an overlay makes to an edition on which the overlays `before` lie already. Raises BadTerms."""
    raw = parsed(source, "terms.toml")
    for earlier in before:
        lay(raw, earlier)
    found = lay(raw, overlay)
    terms_from(raw)  # the same reader as the edition's own
    return found


def lay(raw, overlay):
    """Write an overlay into the tables of an edition. Returns the Changes; BadTerms for what the edition has not."""
    change = deepcopy(parsed(overlay, NAME))
    clocks, found = change.pop("deadline", []), []
    for table, keys in change.items():
        found += _table(raw, table, keys)
    known = {row["id"]: row for row in raw.get("deadline", [])}
    for clock, keys in keyed(clocks, "id", "deadline").items():
        if clock not in known:
            raise BadTerms(f"[deadline] 没有编号为“{clock}”的时限")
        found += _clock(known[clock], keys)
    return found


def _table(raw, name, keys, path=""):
    path = f"{path}.{name}" if path else name
    if not isinstance(raw.get(name), dict) or not isinstance(keys, dict):
        raise BadTerms(f"协议文本没有 [{path}] 这张表")
    table, found = raw[name], []
    for key, value in keys.items():
        if isinstance(value, dict):
            found += _table(table, key, value, path)
            continue
        _fits(table, path, key, value)
        found.append(Change(path, key, table.get("article", ""), table[key], value))
        table[key] = value
    return found


def _fits(table, path, key, value):
    """BadTerms when the edition has no such key, or something of another kind under it."""
    if key in FIXED:
        raise BadTerms(f"[{path}] 的 {key} 不能用补充协议改动")
    if key not in table:
        raise BadTerms(f"[{path}] 没有 {key} 这一项")
    old = table[key]
    if isinstance(old, list) and any(isinstance(one, dict) for one in old):
        raise BadTerms(f"[{path}] 的 {key} 是成组的情形，不能用补充协议改动")
    if type(old) is not type(value):
        raise BadTerms(f"[{path}] 的 {key} 原为“{old}”，改成“{value}”，种类不同")
    if type(value) is int and value < 1:
        raise BadTerms(f"[{path}] 的 {key} 应大于0，现为“{value}”")


def _clock(row, keys):
    found = []
    for key, value in keys.items():
        if key == "id":
            continue
        if key not in OF_CLOCKS or key not in row:
            raise BadTerms(f"[deadline {row['id']}] 没有可以改动的 {key}")
        found.append(Change(f"deadline {row['id']}", key, "、".join(row["articles"]), row[key], value))
        row[key] = value
    return found
