"""A publisher keeps its lists on a real Kafka."""

from liandong.tests.suites.upkeep import UpkeepSuite


class TestUpkeepOnKafka(UpkeepSuite):
    pass
