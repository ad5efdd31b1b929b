import pytest

from institutions.holidays import seed

from .case_desk import CaseDesk
from .office import Office


@pytest.fixture
def office(desk, agency):
    return Office(desk, agency)


@pytest.fixture
def people(desk):
    """Who handles breach cases, with the calendar of working days by which their clocks run."""
    seed()
    return CaseDesk(desk)
