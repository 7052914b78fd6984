"""A publisher keeps its lists, on the broker in memory."""

from liandong.tests.suites.upkeep import UpkeepSuite


class TestUpkeepInMemory(UpkeepSuite):
    pass
