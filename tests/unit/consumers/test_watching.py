"""Watches, commands, events and inboxes on the broker in memory."""

from liandong.tests.suites.watch_authority import WatchAuthoritySuite
from liandong.tests.suites.watch_clocks import WatchClocksSuite
from liandong.tests.suites.watch_failures import WatchFailuresSuite
from liandong.tests.suites.watch_privacy import WatchPrivacySuite
from liandong.tests.suites.watching import WatchingSuite


class TestWatchingInMemory(WatchingSuite, WatchAuthoritySuite, WatchClocksSuite, WatchFailuresSuite, WatchPrivacySuite):
    pass
