"""Poison before commands and reliefs, on a real Kafka."""

from liandong.tests.suites.poison import PoisonSuite


class TestPoisonOnKafka(PoisonSuite):
    pass
