"""Counting enforcement over the broker in memory."""

from liandong.tests.suites.enforcement import EnforcementSuite


class TestEnforcementInMemory(EnforcementSuite):
    pass
