"""Changes to the TOML files of an edition, written where they belong: order, comments and all else stay as they are."""

import tomlkit

from ..tables import parsed


def with_facts(manifest, facts):
    """An edition.toml with some of its keys written anew. Raises BadTerms where it is no TOML."""
    parsed(manifest, "edition.toml")
    document = tomlkit.parse(manifest)
    _write(document, facts)
    return tomlkit.dumps(document)


def _write(table, values):
    """Only what differs is touched, so that its comment stays where it was written."""
    for key, value in values.items():
        if key not in table or tomlkit.item(table[key]).unwrap() != value:
            table[key] = value
