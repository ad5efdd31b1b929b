import pytest

from ..known_days import know_the_days_around_today
from .case_desk import CaseDesk
from .office import Office


@pytest.fixture
def office(desk, agency):
    return Office(desk, agency)


@pytest.fixture
def people(desk):
    """Who handles breach cases, with the calendar of working days by which their clocks run."""
    know_the_days_around_today()
    return CaseDesk(desk)
