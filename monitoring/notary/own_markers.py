"""Which barriers in the log are this notary's own: those it sent, byte for byte, each once in its lane.

A notary cuts at its own markers alone. One of them again is a replay and means nothing. One in its name, under its key, that it
never sent was made by another process of this name or by whoever has its key: that ends nobody, and is told.
"""

from collections import deque
from enum import Enum
from typing import NamedTuple

from ...schemas.fingerprints import fingerprint
from ...topics.transport.ports import TopicPartition

_KEPT = 600
"""Markers of a lane that are remembered: ten minutes, at one a second."""


class MarkerKind(Enum):
    """What a barrier in this notary's name is."""

    OWN = "own"
    """It was sent here and has not been read before: all lanes wait for each other at it."""
    OLD = "old"
    """From before this start, or one that was read before: a replay."""
    FOREIGN = "foreign"
    """It was not sent here."""


class _SentMarker(NamedTuple):
    number: int
    hash: bytes


class OwnMarkers:
    """What one process of a notary has sent, lane by lane."""

    def __init__(self) -> None:
        self._sent: dict[TopicPartition, deque[_SentMarker]] = {}
        self._read: dict[TopicPartition, int] = {}
        """The newest own marker that was read."""
        self.first = 0
        """The first number this process may use; lower ones were used before it started."""

    def note_sent(self, lane: TopicPartition, number: int, body: bytes) -> None:
        """Remember a marker that may be in the log from now on."""
        self._sent.setdefault(lane, deque(maxlen=_KEPT)).append(_SentMarker(number, fingerprint(body)))

    def judge(self, lane: TopicPartition, number: int, body: bytes) -> MarkerKind:
        """Say what a barrier in this notary's name is that was read in a lane, its signature checked."""
        sent = self._sent.get(lane) or deque()
        if any(one.number == number and one.hash == fingerprint(body) for one in reversed(sent)):
            if number <= self._read.get(lane, 0):
                return MarkerKind.OLD
            self._read[lane] = number
            return MarkerKind.OWN
        if number < (sent[0].number if sent else self.first):
            return MarkerKind.OLD
        return MarkerKind.FOREIGN
