"""What was copied and nobody has looked at yet: a number of another text must not slip into this one."""

from functools import lru_cache

from ..edition_text import NoSuchArticle, chinese_number, reference_of
from ..tables import BadTerms, parsed
from .compare import compared, parts_of
from .rows import ARRAYS, Row, row_of, rows_in
from .sources import NAMES, Reading

CITES = "terms/cites"
LOOKED_AT = {"terms_source": ("terms", "deadlines"), "breaches_source": ("measures",)}  # column → parts


def key_of(row):
    """What a row is called in the list: "terms/payment"."""
    return f"{row.part}/{row.key}"


def to_look_at(sources):
    """The keys of all that a copy of these sources has taken over unseen."""
    return [*(CITES,), *(key for column in LOOKED_AT for key in _tables(column, sources[column]))]


def changed_by(before, after):
    """The keys of the tables that a save has changed: who changes a table has looked at it."""
    found = set()
    for column in set(LOOKED_AT) & set(after):
        old, new = _tables(column, before[column]), _tables(column, after[column])
        found |= {key for key, table in new.items() if old.get(key) != table}
        if column == "terms_source" and _cites(before[column]) != _cites(after[column]):
            found.add(CITES)
    return found


def unseen(keys, base, sources):
    """[(key, Row)] of those of the keys that are still in the draft and rest on words that the base does not have so.

    `base`: the sources that were copied. An article with the same number and the same words asks for nothing.
    """
    same = _unchanged(base["text"], sources["text"])
    if same is None:
        return []
    tables = {key: table for column in LOOKED_AT for key, table in _tables(column, sources[column]).items()}
    found = [
        (key, row_of(*key.split("/")))
        for key, table in tables.items()
        if key in keys and not (_articles(table) and _articles(table) <= same)
    ]
    if CITES in keys and _moved(base["text"], sources["text"]):
        found.insert(0, (CITES, Row("terms", "cites", dict, ("cites",))))
    return found


def _articles(table):
    """The articles that a table names."""
    named = table.get("articles", [table.get("article", "")])
    return {
        f"第{chinese_number(one)}条" if isinstance(one, int) else reference_of(str(one))[0] for one in named
    }


def _tables(column, source):
    """{key: table} of a file; {} of one that cannot be read."""
    try:
        raw = parsed(source, NAMES[column])
    except BadTerms:
        return {}
    found = {}
    for part in LOOKED_AT[column]:
        if part == "terms":
            rows = ((row, _at(raw, row.path)) for row in rows_in(raw))
        else:
            _, array, name, *_ = ARRAYS[part]
            tables = [one for one in raw.get(array, []) if isinstance(one, dict) and name in one]
            rows = ((row_of(part, str(one[name])), one) for one in tables)
        found |= {key_of(row): table for row, table in rows if table}  # an empty one is still to be filled in
    return found


def _at(raw, path):
    for step in path:
        raw = raw[step]
    return raw if isinstance(raw, dict) else {}


def _cites(source):
    try:
        return parsed(source, "terms.toml").get("cites")
    except BadTerms:
        return None


def _form(text):
    return Reading({"text": text}).form


@lru_cache(maxsize=16)
def _unchanged(base, text):
    """The labels of the articles that both have in the same words; None while one of the texts cannot be read."""
    forms = _form(base), _form(text)
    if None in forms:
        return None
    return {
        one.label for one in forms[1].articles if _words(forms[0], one.label) == _words(forms[1], one.label)
    }


def _words(form, label):
    try:
        return [(one.label, one.text) for one in form.article(label).paragraphs]
    except NoSuchArticle:
        return None


@lru_cache(maxsize=16)
def _moved(base, text):
    """Whether an article of the base stands under another number, or nowhere any more."""
    pairs = compared(*(parts_of(_form(one)) for one in (base, text)))
    return any(pair.left and pair.left.number and (pair.renumbered or not pair.right) for pair in pairs)
