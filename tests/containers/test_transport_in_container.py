"""What every transport does, on a Kafka started by testcontainers."""

import pytest

from liandong.tests.suites.transport_groups import GroupSuite
from liandong.tests.suites.transport_reading import ReadingSuite
from liandong.tests.suites.transport_sending import SendingSuite

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


class TestTransportInAContainer(SendingSuite, ReadingSuite, GroupSuite):
    pass
