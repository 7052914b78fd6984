"""The notary on the broker in memory."""

from liandong.tests.suites.notary import NotarySuite


class TestNotaryInMemory(NotarySuite):
    pass
