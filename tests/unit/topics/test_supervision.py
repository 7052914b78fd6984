"""Acts of supervisors over the broker in memory."""

import pytest

from liandong.tests.suites.supervision import SupervisionSuite
from liandong.tests.worlds.wires import MemoryWire, Wire


class TestSupervisionInMemory(SupervisionSuite):
    @pytest.fixture
    def wire(self) -> Wire:
        return MemoryWire()
