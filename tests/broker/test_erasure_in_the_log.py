"""Erasure of what stands in the log, on a real Kafka."""

from liandong.tests.suites.erasure import ErasureSuite


class TestErasureOnKafka(ErasureSuite):
    pass
