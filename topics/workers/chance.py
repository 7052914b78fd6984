"""Chance as a port: ids and secrets come from an injected source, so that a simulated system repeats itself."""

import os
import secrets
import uuid
from collections.abc import Iterable
from random import Random
from typing import Protocol, TypeVar

import uuid_utils

T = TypeVar("T")


class Chance(Protocol):
    """Where everything comes from that nobody may guess and that must not come twice."""

    def raw(self, count: int) -> bytes:
        """Return so many random bytes, fit for keys."""

    def below(self, limit: int) -> int:
        """Return a number from 0 up to `limit`, exclusive."""

    def ordered_id(self) -> bytes:
        """Return the 16 bytes of a new UUIDv7 (RFC 9562): ids that grow with time, so that a store appends."""

    def random_id(self) -> bytes:
        """Return the 16 bytes of a new UUIDv4 (RFC 9562), from which nothing can be read."""


class SystemChance:
    """The machine's source of randomness."""

    def raw(self, count: int) -> bytes:
        """Return so many bytes of the operating system's."""
        return os.urandom(count)

    def below(self, limit: int) -> int:
        """Return a number from 0 up to `limit`, exclusive."""
        return secrets.randbelow(limit)

    def ordered_id(self) -> bytes:
        """Return a UUIDv7; those of one process grow also within a millisecond."""
        return uuid_utils.uuid7().bytes

    def random_id(self) -> bytes:
        """Return a UUIDv4."""
        return uuid.uuid4().bytes


def shuffled(things: Iterable[T], chance: Chance) -> list[T]:
    """Return things in an order drawn at random, each as likely as any other (Fisher and Yates)."""
    drawn = list(things)
    for last in range(len(drawn) - 1, 0, -1):
        other = chance.below(last + 1)
        drawn[last], drawn[other] = drawn[other], drawn[last]
    return drawn


class SeededRandom(Random):
    """Invention that comes the same again for the same seed: fictitious people and cases. Nothing that must not be guessed."""
