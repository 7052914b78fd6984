"""Which topics are read, by their ids: one that is deleted and made again may grow past where a reader stands, and the client
reads on in it without a word.
"""

from collections.abc import Iterator, Mapping

from ..workers.clock import Clock
from .errors import TopicMissing
from .ports import Subscriber

_LOOK_SECONDS = 5.0


class KnownTopics:
    """The ids of the topics a reader reads, held now and then against those the broker has."""

    def __init__(self, clock: Clock) -> None:
        """Know of no topic yet."""
        self._clock = clock
        self._known: dict[str, bytes] = {}
        self._look_at = clock.monotonic()

    def note(self, ids: Mapping[str, bytes]) -> None:
        """Take down what is read from now on; the first look comes later."""
        self._known = dict(ids)
        self._look_at = self._clock.monotonic() + _LOOK_SECONDS

    def others(self, subscriber: Subscriber) -> frozenset[str]:
        """Return the topics that are others than those noted, when a look is due. Raises TransportError.

        One that is missing is none: it is being made again, or whoever reads it says so.
        """
        if self._clock.monotonic() < self._look_at:
            return frozenset()
        self._look_at = self._clock.monotonic() + _LOOK_SECONDS
        return frozenset(self._look(subscriber))

    def _look(self, subscriber: Subscriber) -> Iterator[str]:
        for topic, known in sorted(self._known.items()):
            try:
                present = subscriber.topic_id(topic)
            except TopicMissing:
                continue
            if present != known:
                yield topic
