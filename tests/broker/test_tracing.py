"""Tracing an entry on a real Kafka."""

from liandong.tests.suites.tracing import TracingSuite


class TestTracingOnKafka(TracingSuite):
    pass
