"""Whether the clock of who writes records is off the broker's, by when they say they made them and when the broker took them.

A record from later than the broker took it shows a clock that is fast. One from earlier shows one that is slow, or was sent late: after
an outage a whole backlog is. So who seems slow is so only if two records that were made some seconds apart came as far apart.
"""

import msgspec

from ...topics.keys.clock_check import TOLERANCE_MS

_APART_MS = 5_000
"""So far apart two records must have been made to say something together, ms."""
_UNEVEN = 5
"""What was sent late and is worked off goes by at more than this part more than the pace at which it was made."""


class WriterClock(msgspec.Struct, array_like=True):
    """What the records of one writer have shown so far; times in ms UTC."""

    off: int = 0
    """By how many ms it is ahead (below 0: slow), 0 within the tolerance."""
    made_at: int = 0
    """When the record was made with which later ones are compared, 0 = there is none."""
    taken_at: int = 0
    """When the broker took that."""

    def hear(self, made_at: int, taken_at: int) -> None:
        """Take note of a new record, made by the clock in question and taken by the broker."""
        ahead = made_at - taken_at
        if ahead >= -TOLERANCE_MS:
            self.off, self.made_at = ahead if ahead > TOLERANCE_MS else 0, 0
        elif not self.made_at or made_at < self.made_at:
            self.made_at, self.taken_at = made_at, taken_at
        elif (made_apart := made_at - self.made_at) >= _APART_MS:
            if abs(taken_at - self.taken_at - made_apart) <= made_apart // _UNEVEN:
                self.off = ahead
            self.made_at, self.taken_at = made_at, taken_at
