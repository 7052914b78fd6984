"""Addresses at which nobody listens are known at once; whatever else is wrong is left to the client library to say."""

import socket

from liandong.topics.embedded.ports import some_free
from liandong.topics.transport.kafka.location import refuses


def test_only_addresses_that_all_refuse_are_refusing() -> None:
    free = some_free(1)[0]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        heard = f"127.0.0.1:{listening.getsockname()[1]}"
        assert not refuses(heard)
        assert not refuses(f"127.0.0.1:{free},{heard}")
    assert refuses(f"127.0.0.1:{free}, localhost:{free}")
    assert refuses(f"[::1]:{free}") or not socket.has_ipv6
    assert not refuses("no address")
