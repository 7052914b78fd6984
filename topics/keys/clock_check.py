"""Whether this machine's clock agrees with those of the notaries, by the barriers they write into the lists."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

TOLERANCE_MS = 120_000
_BARRIERS = 5
"""So many of a notary are looked at, and as many as `_ENOUGH` say something."""
_ENOUGH = 2


@dataclass(slots=True)
class ClockCheck:
    """Compares barriers with the clock as they arrive. One notary that agrees is enough: then the others are off."""

    _offsets: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=_BARRIERS)))

    def hear(self, notary: str, issued_at: int, now: int) -> None:
        """Hear a barrier that has just been written; times in ms UTC."""
        self._offsets[notary].append(now - issued_at)

    @property
    def off_ms(self) -> int:
        """By how much the clock is ahead (below 0: slow) of every notary that is heard, 0 within the tolerance."""
        nearest = [min(heard, key=abs) for heard in self._offsets.values() if len(heard) >= _ENOUGH]
        off = min(nearest, key=abs, default=0)
        return off if abs(off) > TOLERANCE_MS else 0
