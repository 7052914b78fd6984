"""Erasure of what stands in the log, over the broker in memory."""

from liandong.tests.suites.erasure import ErasureSuite


class TestErasureInMemory(ErasureSuite):
    pass
