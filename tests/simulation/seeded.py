"""Chance from a seed."""

import random
import uuid


class SeededChance:
    """`workers.chance.Chance` that repeats itself."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def raw(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def ordered_id(self) -> bytes:
        return self.random_id()

    def random_id(self) -> bytes:
        return uuid.UUID(bytes=self._random.randbytes(16), version=4).bytes
