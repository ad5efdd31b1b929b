"""Random samples that anybody can compute again. Pure functions: cases, rate and seed in, the chosen cases out.

Each case is given the SHA-256 of "seed:case"; the smallest come into the sample. So the sample depends neither on the
order in which the cases were listed nor on the random numbers of one programming language.
"""

import hashlib
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Draw:
    """What a draw gave: the fingerprint of its population, how many, and which."""

    population_sha256: str
    size: int
    chosen: tuple[str, ...]


def sample_size(population, rate, minimum):
    """第三十七条：the share of the population, rounded up; at least `minimum`, and never more than there are."""
    return min(population, max(minimum, ceil(population * rate)))


def draw(cases, rate, minimum, seed):
    """The sample of these cases as a Draw. A case that is listed twice counts once."""
    cases = sorted(set(cases))
    size = sample_size(len(cases), rate, minimum)
    by_lot = sorted(cases, key=lambda case: (hashlib.sha256(f"{seed}:{case}".encode()).digest(), case))
    return Draw(fingerprint(cases), size, tuple(sorted(by_lot[:size], key=_as_counted)))


def numbered_cases(count):
    """The cases 1 to `count`, for a population of which only the number is known."""
    return [str(number) for number in range(1, count + 1)]


def fingerprint(cases):
    """The SHA-256 of a population, whatever its order."""
    return hashlib.sha256("\n".join(sorted(set(cases))).encode()).hexdigest()


def _as_counted(case):
    return (0, int(case), case) if case.isascii() and case.isdigit() else (1, 0, case)
