"""Where an inbox reads on: positions of its store, in topics that are the ones they are meant in, and what was lost between."""

from collections.abc import Mapping

import structlog

from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.ports import BEGINNING, Subscriber, TopicPartition, Watermarks
from ...topics.workers.clock import Clock
from .store import MADE_AGAIN, InboxStore, Loss

_log = structlog.get_logger(__name__)


class InboxPlaces:
    """The positions of one inbox."""

    def __init__(self, store: InboxStore, subscriber: Subscriber, clock: Clock) -> None:
        """Ask nothing yet."""
        self._store, self._subscriber, self._clock = store, subscriber, clock
        self._ids = KnownTopics(clock)

    def starts(self, ends: Mapping[TopicPartition, Watermarks], told: frozenset[str]) -> dict[TopicPartition, int]:
        """Return where to read on; what the log no longer has of the topics in `told` is noted as lost, once.

        That counts from a partition's first record: an inbox made anew, or reached late, has missed what left before too.
        A topic that was made again is read from its beginning. Raises TransportError.
        """
        present = {topic: self._subscriber.topic_id(topic) for topic in sorted({at.topic for at in ends})}
        self._ids.note(present)
        known, stored, now = self._store.topic_ids(), self._store.positions(), self._clock.now()
        made_again = {topic for topic, id_ in present.items() if known.get(topic, id_) != id_}
        gone = []
        for at, end in ends.items():
            if at.topic in made_again:
                gone.append(Loss(at, stored.get(at, 0), MADE_AGAIN, now))
            elif stored.get(at, 0) < end.low:
                gone.append(Loss(at, stored.get(at, 0), end.low, now))
        with self._store.engine.begin() as connection:
            for loss in gone:
                if loss.at.topic in told:
                    self._store.lose(connection, loss)
                else:
                    self._store.save(connection, loss.at, max(0, loss.next_offset))
            for topic, id_ in present.items():
                if known.get(topic) != id_:
                    self._store.save_topic(connection, topic, id_)
        for loss in gone:
            _log.error("records left the log before the inbox read them", topic=loss.at.topic, records=loss.records)
        stored = self._store.positions() if gone else stored
        return {at: self._start(stored.get(at), end) for at, end in ends.items()}

    def moved(self) -> bool:
        """Return whether a topic is another one than the one that is read, asking now and then. Raises TransportError."""
        return bool(self._ids.others(self._subscriber))

    @staticmethod
    def _start(stored: int | None, end: Watermarks) -> int:
        return stored if stored is not None and end.low <= stored <= end.high else BEGINNING
