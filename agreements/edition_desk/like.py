"""A table that is still empty, filled in as the edition has it that was copied; the articles are chosen anew."""

import re

from ..tables import parsed
from .choosing import numbers_of
from .rows import ARRAYS
from .sources import NAMES
from .toml_writing import find
from .typed import REFERRING, shown

OF_ITS_OWN_TEXT = ("article", "articles", "expiry_ground")
# What a clock says in the base's own words, and whether the base's text is silent.
OF_THE_BASE = ("missed", "default")
_OF_AN_ARTICLE = re.compile(r"（第[^）]*条[^）]*）")


def like_the_base(base, row, key, draft):
    """{field: value} of the base's table; {} where it has none. A number that this draft has not is left open."""
    path = ("deadline", "id", key) if row.part == "deadlines" else row.path
    if base is None or row.part not in ("terms", "deadlines") or path is None:
        return {}
    table = find(parsed(base.sources[row.column], NAMES[row.column]), path) or {}
    values = {name: shown(name, value) for name, value in table.items() if name not in OF_ITS_OWN_TEXT}
    if row.part != "deadlines":
        return values
    lost = {*_unknown(values, draft), *OF_THE_BASE}
    values["title"] = _OF_AN_ARTICLE.sub("", values.get("title", ""))
    return {name: value for name, value in values.items() if name not in lost}


def _unknown(values, draft):
    """The keys of a clock that name a number which the draft has not."""
    for key in REFERRING:
        known = {name for name, _ in numbers_of(draft.raw, several=key == "reminders")}
        if "." in str(values.get(key, "")) and values[key] not in known:
            yield key


def clocks_of_the_base(base, raw):
    """[(id, title)] of the clocks that the base has and these terms have not."""
    if base is None:
        return []
    _, array, name, *_ = ARRAYS["deadlines"]
    here = {one.get(name) for one in raw.get(array, []) if isinstance(one, dict)}
    there = parsed(base.sources["terms_source"], NAMES["terms_source"]).get(array, [])
    return [(one[name], _OF_AN_ARTICLE.sub("", one["title"])) for one in there if one[name] not in here]
