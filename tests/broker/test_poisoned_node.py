"""A node and an inbox while poison is poured into what they read, on a real Kafka."""

import pytest

from liandong.tests.suites.poisoned_node import PoisonedNodeSuite

pytestmark = pytest.mark.timeout(300)


class TestPoisonedNodeOnKafka(PoisonedNodeSuite):
    pass
