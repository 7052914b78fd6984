"""Poison before commands and reliefs, and before what courts are told, on the broker in memory."""

from liandong.tests.suites.inbox_poison import InboxPoisonSuite
from liandong.tests.suites.poison import PoisonSuite


class TestPoisonInMemory(PoisonSuite):
    pass


class TestInboxPoisonInMemory(InboxPoisonSuite):
    pass
