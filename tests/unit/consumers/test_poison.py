"""Poison before commands and reliefs, on the broker in memory."""

from liandong.tests.suites.poison import PoisonSuite


class TestPoisonInMemory(PoisonSuite):
    pass
