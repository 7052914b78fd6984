"""What every transport does, on a Kafka started by testcontainers."""

import pytest

from liandong.tests.suites.transport import TransportSuite

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


class TestTransportInAContainer(TransportSuite):
    pass
