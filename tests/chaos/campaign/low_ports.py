"""Ports below those that the system gives to outgoing connections: a broker that was killed finds its own still free."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest import mock

from liandong.topics.embedded import ports

_LOWEST, _HIGHEST = 15_000, 30_000


def low_ports(count: int) -> list[int]:
    """Return so many free ports in a row."""
    drawn = Random()
    while True:
        first = drawn.randrange(_LOWEST, _HIGHEST)
        if all(ports.is_free(first + each) for each in range(count)):
            return [first + each for each in range(count)]


@contextmanager
def with_low_ports() -> Iterator[None]:
    """Give embedded clusters such ports for a while."""
    with mock.patch.object(ports, "some_free", low_ports):
        yield
