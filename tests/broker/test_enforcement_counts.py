"""Counting enforcement on a real Kafka."""

from liandong.tests.suites.enforcement import EnforcementSuite


class TestEnforcementOnKafka(EnforcementSuite):
    pass
