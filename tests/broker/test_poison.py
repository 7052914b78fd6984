"""Poison before commands and reliefs, and before what courts are told, on a real Kafka."""

from liandong.tests.suites.inbox_poison import InboxPoisonSuite
from liandong.tests.suites.poison import PoisonSuite


class TestPoisonOnKafka(PoisonSuite):
    pass


class TestInboxPoisonOnKafka(InboxPoisonSuite):
    pass
