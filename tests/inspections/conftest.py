import pytest

from .office import Office


@pytest.fixture
def office(desk, agency):
    return Office(desk, agency)
