"""The two years' lists as the State Council's office announced them, and the working days counted from them.

Written from the notices (国办发明电〔2024〕12号, 国办发明电〔2025〕7号), not from the portal or its packages: an oracle.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

OFF = [
    ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7),
]  # fmt: skip
WORKED = [
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip


def _working_days():
    every = [date(2025, 1, 1) + timedelta(n) for n in range(730)]
    off = {date.fromisoformat(first) + timedelta(n) for first, length in OFF for n in range(length)}
    worked = {date.fromisoformat(day) for day in WORKED}
    return [day for day in every if day in worked or (day.isoweekday() <= 5 and day not in off)]


WORKING_DAYS = _working_days()  # 2025 and 2026, in order


def nth_after(start, n):
    """The n-th working day after `start`."""
    return WORKING_DAYS[bisect_right(WORKING_DAYS, start) + n - 1]


def on_or_after(day):
    return WORKING_DAYS[bisect_left(WORKING_DAYS, day)]
