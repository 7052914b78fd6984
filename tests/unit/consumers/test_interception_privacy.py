"""Interceptions read live on the transport in memory."""

from liandong.tests.suites.interception_privacy import InterceptionPrivacySuite


class TestInterceptionPrivacyInMemory(InterceptionPrivacySuite):
    pass
