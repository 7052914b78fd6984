"""The notary on a real Kafka."""

from liandong.tests.suites.notary import NotarySuite


class TestNotaryOnKafka(NotarySuite):
    pass
