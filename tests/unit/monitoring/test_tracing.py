"""Tracing an entry on the broker in memory."""

from liandong.tests.suites.tracing import TracingSuite


class TestTracingInMemory(TracingSuite):
    pass
