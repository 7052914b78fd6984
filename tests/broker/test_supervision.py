"""Acts of supervisors on a real Kafka."""

from liandong.tests.suites.supervision import SupervisionSuite


class TestSupervisionOnKafka(SupervisionSuite):
    pass
