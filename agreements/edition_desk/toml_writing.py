"""Changes to the TOML files of an edition, written where they belong: order, comments and all else stay as they are."""

import re

import tomlkit
from tomlkit.items import AoT

from ..tables import parsed

GONE = None  # the value of a key that is taken away


def with_facts(manifest, facts):
    """An edition.toml with some of its keys written anew. Raises BadTerms where it is no TOML."""
    document = opened(manifest, "edition.toml")
    _write(document, facts)
    return tomlkit.dumps(document)


def opened(source, name):
    """A document to be changed. Raises BadTerms where it is no TOML."""
    parsed(source, name)
    return tomlkit.parse(source)


def find(document, path):
    """The table at ("suspension",), ("person_stop", "65") or ("item", "code", "QH-62-01"); None when there is none."""
    if len(path) == 3:
        array, key, wanted = path
        rows = document.get(array, [])
        return next((row for row in rows if str(row.get(key)) == wanted), None)
    found = document
    for step in path:
        found = found.get(step) if hasattr(found, "get") else None
    return found


def written(source, name, path, values):
    """The source with these values in the table at this path, made when it is not there; GONE takes a key away."""
    document = opened(source, name)
    table = find(document, path)
    made = table is None
    _write(_made(document, path) if made else table, values)
    text = tomlkit.dumps(document)
    return _apart(text, f"[[{path[0]}]]" if len(path) == 3 else f"[{'.'.join(path)}]") if made else text


def without(source, name, path):
    """The source without the table at this path."""
    document = opened(source, name)
    remove(document, path)
    return tomlkit.dumps(document)


def _apart(text, header):
    """A blank line before and after a table that was just made."""
    before, header, after = text.rpartition(f"{header}\n")
    after = re.sub(r"(?<!\n)\n\[", "\n\n[", after, count=1)
    return f"{before.rstrip(chr(10))}\n\n{header}{after}".lstrip("\n")


def remove(document, path):
    """Take the table at this path away."""
    if len(path) == 3:
        rows = document[path[0]]
        rows.remove(find(document, path))
        if not rows:
            del document[path[0]]
    elif len(path) == 2:
        del document[path[0]][path[1]]
        if not document[path[0]]:
            del document[path[0]]
    else:
        del document[path[0]]


def _made(document, path):
    """A new empty table at this path, after what is there already."""
    if len(path) == 3:
        if not isinstance(document.get(path[0]), AoT):  # an empty list of a file written by hand is none yet
            document[path[0]] = AoT([])
        document[path[0]].append(tomlkit.table())
        return document[path[0]][-1]
    if len(path) == 2 and path[0] not in document:
        document[path[0]] = tomlkit.table(is_super_table=True)
    above = document[path[0]] if len(path) == 2 else document
    above[path[-1]] = tomlkit.table()
    return above[path[-1]]


def _write(table, values):
    """Only what differs is touched, so that its comment stays where it was written."""
    for key, value in values.items():
        if value is GONE:
            table.pop(key, None)
        elif key not in table or _plain(table[key]) != _plain(value):
            table[key] = _rows(value, table.get(key)) if _is_rows(value) else value


def _is_rows(value):
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _rows(entries, old):
    """A list of tables, one a line; the remark behind an entry stays with it as long as the entry does."""
    remarks = _remarks(as_written(old)) if old is not None else {}
    lines = ["[" + remarks.get("", "")]
    for entry in entries:
        inline = ", ".join(f"{key} = {tomlkit.item(value).as_string()}" for key, value in entry.items())
        lines.append(f"    {{ {inline} }},{remarks.get(repr(sorted(entry.items())), '')}")
    return read_value("\n".join([*lines, "]"]))


def _remarks(written):
    """{entry as a key: "  # remark"} of a list as it stands; "" is the remark behind its bracket."""
    found = {}
    for line in written.split("\n"):
        if remark := re.fullmatch(r"\s*(\[|\{.*\},?)(\s*#.*)", line):
            entry = remark[1].rstrip(",")
            table = {} if entry == "[" else parsed(f"x = {entry}", "")["x"]
            found["" if entry == "[" else repr(sorted(table.items()))] = remark[2]
    return found


def _plain(value):
    return value.unwrap() if hasattr(value, "unwrap") else value


def as_written(value):
    """The TOML of one value, as it stands in its file."""
    return value.as_string() if hasattr(value, "as_string") else tomlkit.item(value).as_string()


def read_value(words):
    """The item of a TOML value, with the comments in it. Raises BadTerms."""
    return opened(f"value = {words}", "这一项")["value"]
