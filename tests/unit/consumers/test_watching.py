"""Watches, commands, events and inboxes on the broker in memory."""

from collections.abc import Iterator

import pytest

from liandong.tests.suites.watching import WatchingSuite, railway
from liandong.tests.worlds.wires import MemoryWire

__all__ = ["railway"]


@pytest.fixture
def wire() -> Iterator[MemoryWire]:
    made = MemoryWire()
    yield made
    made.close()


class TestWatchingInMemory(WatchingSuite):
    pass
