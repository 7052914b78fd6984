"""Releases on the broker in memory."""

from collections.abc import Iterator

import pytest

from liandong.tests.suites.releases import ReleasesSuite
from liandong.tests.suites.wires import MemoryWire


@pytest.fixture
def wire() -> Iterator[MemoryWire]:
    made = MemoryWire()
    yield made
    made.close()


class TestReleasesInMemory(ReleasesSuite):
    pass
