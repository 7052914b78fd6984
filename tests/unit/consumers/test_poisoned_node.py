"""A node and an inbox while poison is poured into what they read, on the broker in memory."""

from liandong.tests.suites.poisoned_node import PoisonedNodeSuite


class TestPoisonedNodeInMemory(PoisonedNodeSuite):
    pass
