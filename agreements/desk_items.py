from dataclasses import dataclass
from datetime import date

MOST = 100


@dataclass(frozen=True)
class Item:
    """One thing to do: what, with whom, why, where."""

    subject: str
    agreement: object
    note: str
    url: str
    verb: str
    until: date | None = None
