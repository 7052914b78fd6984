"""Releases on a real Kafka."""

from liandong.tests.suites.releases import ReleasesSuite


class TestReleasesOnKafka(ReleasesSuite):
    pass
