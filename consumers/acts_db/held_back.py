"""What an agency could not carry out: how much waits, and how much was put aside, as its receipts and its status say it."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ...topics.workers.clock import Clock
from .tables import commands_parked, dead_letters

_KNOWN_SECONDS = 10.0
"""For so long what was counted is told; who counts once a second and was silent that long does not get to its store."""


class HeldBack(NamedTuple):
    """What waits at an agency and what it has put aside, in the words of the schema `receipt`."""

    parked: int = -1
    """Messages that wait because something they need is missing; -1 = not known."""
    parked_since: int = 0
    """Since when the oldest waits, ms UTC; 0 if nothing waits."""
    dead_letters: int = -1
    """Messages of the log that were put aside since the store was made, dropped ones included; -1 = not known."""


class EffectsPaused(NamedTuple):
    """What keeps an agency's effects from going on at a node, in the words of the schema `receipt`."""

    paused: str = ""
    """Its code, empty if they go on."""
    paused_since: int = 0
    """ms UTC, 0 if they go on."""


def count_held_back(connection: Connection) -> HeldBack:
    """Count what an acts store holds back."""
    parked, since = connection.execute(select(func.count(), func.min(commands_parked.c.since))).one()
    letters = connection.scalar(select(func.count()).select_from(dead_letters))
    return HeldBack(parked, since or 0, letters or 0)


class HeldBackNote:
    """What was counted last, for who must not wait for the store; may be asked from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted: tuple[float, HeldBack] | None = None

    def hear(self, counted: HeldBack) -> None:
        """Keep what was counted just now."""
        self._noted = self._clock.monotonic(), counted

    def current(self) -> HeldBack:
        """Return what was counted within the last seconds; what is older is not known any more."""
        if self._noted is None or self._clock.monotonic() - self._noted[0] > _KNOWN_SECONDS:
            return HeldBack()
        return self._noted[1]
