"""Interceptions read live on a real Kafka."""

from liandong.tests.suites.interception_privacy import InterceptionPrivacySuite


class TestInterceptionPrivacyOnKafka(InterceptionPrivacySuite):
    pass
