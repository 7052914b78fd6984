"""The notary on the broker in memory."""

import pytest

from liandong.tests.suites.notary import NotarySuite
from liandong.topics.transport.memory import MemoryBroker


@pytest.fixture
def wire() -> MemoryBroker:
    return MemoryBroker(partitions=3, topics=())


class TestNotaryInMemory(NotarySuite):
    pass
