"""How the agreements of the demo are kept, each matter brought to where it stands by the acts of the right people."""

from .cases import build_cases
from .inspections import build_inspections
from .people import Crew
from .records import build_records


def build(desk, known, pool):
    """`desk`: the demo's people; `known`: agreements by their key; `pool`: printers, or None."""
    crew = Crew(desk, known, pool)
    inspections = build_inspections(crew)
    cases = build_cases(crew, inspections)
    build_records(crew, cases)
