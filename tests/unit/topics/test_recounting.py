"""Counting enforcement again, over the broker in memory."""

from liandong.tests.suites.recount import RecountSuite


class TestRecountInMemory(RecountSuite):
    pass
