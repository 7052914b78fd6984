"""Stores that can die, and a machine to lose power."""

from collections.abc import Iterator

import pytest

from liandong.tests.simulation.disks import Disk
from liandong.tests.simulation.mortal_stores import mortal_stores


@pytest.fixture(autouse=True)
def mortal() -> Iterator[None]:
    with mortal_stores():
        yield


@pytest.fixture
def disk() -> Disk:
    return Disk()
