"""The demo's own data, kept apart from the code that builds with it: names and addresses in data/."""

import csv
from pathlib import Path
from types import SimpleNamespace

DATA = Path(__file__).parent / "data"

# One for everybody, so that a visitor can step from desk to desk. A production configuration never sees it.
PASSWORD = "xieyi-yanshi"


def rows(name, folder=DATA):
    """The lines of <name>.csv as objects with one attribute a column, all of them str."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [SimpleNamespace(**line) for line in csv.DictReader(file)]


def text(name):
    return (DATA / name).read_text(encoding="utf-8")
