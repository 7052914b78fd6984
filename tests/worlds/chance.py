"""Chance for the tests: the machine's, and one that comes the same again."""

from random import Random

from liandong.topics.workers.chance import SystemChance
from liandong.topics.workers.clock import Clock

CHANCE = SystemChance()
"""For everything that does not ask for the same again."""
_COUNTER_BITS = 12


class SeededChance:
    """Chance out of one seeded source: the same seed and the same clock give the same ids and keys, in the same order."""

    def __init__(self, random: Random, clock: Clock) -> None:
        self._random, self._clock = random, clock
        self._last = 0

    def raw(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def ordered_id(self) -> bytes:
        """A UUIDv7; a counter behind the time (RFC 9562, 6.2, method 1) keeps those of one millisecond in order.

        When the counter is full or the clock was set back, the time runs ahead of the clock: the order holds.
        """
        self._last = max(self._last + 1, self._clock.now() << _COUNTER_BITS)
        time_ms, count = divmod(self._last, 1 << _COUNTER_BITS)
        value = (time_ms << 80) | (7 << 76) | (count << 64) | (0b10 << 62) | self._random.getrandbits(62)
        return value.to_bytes(16, "big")

    def random_id(self) -> bytes:
        """A UUIDv4."""
        value = self._random.getrandbits(128) & ~(0xF << 76 | 0b11 << 62)
        return (value | 4 << 76 | 0b10 << 62).to_bytes(16, "big")
