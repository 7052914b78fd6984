"""How often a caller may ask, and the alarm for callers who seem to try out numbers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...schemas.people.certificates import IDENTITY_TYPES, Certificate
from ..gate.subjects import Subject

Seconds = Callable[[], float]
"""A monotonic clock."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` checks a second, `burst` at once."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, amount: int, now: float) -> float:
        """Return the seconds to wait until `amount` may be taken; 0 = taken.
        More than the burst is taken from a full bucket.
        """
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        needed = min(float(amount), self.burst)
        if self.level >= needed:
            self.level -= amount
            return 0.0
        return (needed - self.level) / self.rate


class RateLimiter:
    """One bucket per caller; a batch costs as many checks as it has. Used from one thread."""

    def __init__(self, rate: float, burst: float, seconds: Seconds) -> None:
        self._rate = rate
        self._burst = burst
        self._seconds = seconds
        self._buckets: dict[str, Bucket] = {}

    def take(self, caller: str, amount: int, own_rate: float | None = None) -> float:
        """Return the seconds the caller has to wait, 0 = go on."""
        now = self._seconds()
        bucket = self._buckets.get(caller)
        rate = own_rate or self._rate
        if bucket is None or bucket.rate != rate:
            burst = max(self._burst, 2 * rate)
            bucket = self._buckets[caller] = Bucket(rate, burst, burst, now)
        return bucket.take(amount, now)


WINDOW_SECONDS = 600.0
LIKE_NUMBERS = 30
"""Distinct numbers of one pattern without a match, within the window, that ring the alarm."""
_MOST_PATTERNS = 50_000


@dataclass(slots=True)
class _Window:
    since: float
    patterns: dict[int, int | set[int]] = field(default_factory=dict)
    """What was seen of each pattern: one number, as of most, or several."""

    def crosses_line(self, pattern: int, number: int) -> bool:
        """Note another number of a pattern; return whether this one was as many as ring the alarm."""
        numbers = self.patterns[pattern]
        if isinstance(numbers, int):
            self.patterns[pattern] = {numbers, number}
            return False
        if number in numbers or len(numbers) >= LIKE_NUMBERS:
            return False
        numbers.add(number)
        return len(numbers) == LIKE_NUMBERS


class EnumerationWatch:
    """Notices callers who try out numbers: many distinct misses that share a pattern.

    The public list shows identity numbers without month and day (`1101051949****002X`): whoever completes such a number
    asks for all days of a year; others count up sequences. Patterns are kept hashed, in memory, for ten minutes. Used
    from one thread.
    """

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._windows: dict[str, _Window] = {}

    def missed(self, caller: str, subjects: Iterable[Subject]) -> bool:
        """Note checks without a match; return True when a pattern of this caller crosses the line (once a window)."""
        now = self._seconds()
        window = self._windows.get(caller)
        if window is None or now - window.since > WINDOW_SECONDS or len(window.patterns) > _MOST_PATTERNS:
            window = self._windows[caller] = _Window(now)
        alarm, number_noted = False, window.patterns.setdefault
        for subject in subjects:
            for certificate in subject.certificates:
                number = hash(certificate.number)
                for pattern in _patterns(certificate):
                    if number_noted(pattern, number) != number:
                        alarm |= window.crosses_line(pattern, number)
        return alarm


def _patterns(certificate: Certificate) -> tuple[int, ...]:
    """Return hashes of what alike numbers share: any day of a year and any sequence of a day, or any ending."""
    number = certificate.number
    if certificate.type in IDENTITY_TYPES and len(number) == 18:
        return hash(number[:10] + number[14:17]), hash(number[:14])
    return (hash(f"{certificate.type.name} {number[:-3]}"),)
