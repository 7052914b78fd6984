"""The notary on the broker in memory."""

import pytest

from liandong.tests.suites.notary import NotarySuite
from liandong.tests.worlds.wires import MemoryWire


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire()


class TestNotaryInMemory(NotarySuite):
    pass
