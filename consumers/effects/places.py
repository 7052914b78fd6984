"""Where the effects read on: where the acts store says they stopped, in topics that are the ones it means."""

from collections.abc import Callable, Iterable

import structlog
from sqlalchemy import Engine

from ...topics.transport.errors import OffsetOutOfRange, TopicMissing, TransportError
from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ...topics.workers.pause import Pause
from ..acts_db.positions import HandledPosition, begin_at, handled

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0


class Places:
    """The partitions the group gave to this node, and which of them are read from where the store says."""

    def __init__(self, engine: Engine, clock: Clock, lost: Callable[[], None]) -> None:
        """`lost` hears that messages may have left the log before they were read here."""
        self._engine, self._clock, self._lost = engine, clock, lost
        self._placed: dict[TopicPartition, bytes] = {}
        """By partition the id of its topic."""
        self._ids = KnownTopics(clock)
        self._unplaced: set[TopicPartition] = set()
        self._pause = Pause(clock, _RETRY_SECONDS)
        self.failure: Exception | None = None
        """Why partitions cannot be read on yet."""

    def gain(self, partitions: Iterable[TopicPartition]) -> None:
        """Hear that the group gave partitions; what comes of them is not for us until they are placed."""
        self._unplaced.update(partitions)

    def lose(self, partitions: Iterable[TopicPartition]) -> None:
        """Hear that they went to another node."""
        for at in partitions:
            self._placed.pop(at, None)
            self._unplaced.discard(at)

    def poll(self, subscriber: Subscriber, limit: int) -> list[Message]:
        """Return what has come of partitions that are placed."""
        try:
            messages = subscriber.poll(limit, 0)
        except OffsetOutOfRange as gone:
            _log.warning("the log does not hold the position", topic=gone.at.topic, partition=gone.at.partition)
            self._unplaced.add(gone.at)
            return []
        if not self._unplaced:
            return messages
        places = ((TopicPartition(subscriber.topic_of(each), each.partition()), each) for each in messages)
        return [each for at, each in places if at not in self._unplaced]

    def settle(self, subscriber: Subscriber) -> frozenset[TopicPartition]:
        """Place what is not placed, and what stands in a topic that was made again; return these partitions.

        A broker that does not tell is asked again later. Raises DatabaseFault.
        """
        if self._pause.left():
            return frozenset()
        try:
            others = self._ids.others(subscriber)
            self._unplaced.update(at for at in self._placed if at.topic in others)
            placed = self._place_all(subscriber) if self._unplaced else frozenset()
        except TransportError as away:
            _log.warning("effects cannot read on yet", code=away.code, reason=away.message)
            self._pause.begin()
            self.failure = away
            return frozenset()
        self.failure = None
        return placed

    def _place_all(self, subscriber: Subscriber) -> frozenset[TopicPartition]:
        stored = handled(self._engine)
        placed = {}
        for at in sorted(self._unplaced):
            try:
                placed[at] = self._place(subscriber, at, stored.get(at))
            except TopicMissing:  # it is being made again, or never will be: others go on
                continue
        with self._engine.begin() as connection:
            for at, position in placed.items():
                begin_at(connection, at, position, stored.get(at))
        subscriber.move({at: position.next_offset for at, position in placed.items()})
        self._placed |= {at: position.topic_id for at, position in placed.items()}
        self._ids.note({at.topic: topic_id for at, topic_id in self._placed.items()})
        self._unplaced -= placed.keys()
        return frozenset(placed)

    def _place(self, subscriber: Subscriber, at: TopicPartition, stored: HandledPosition | None) -> HandledPosition:
        topic_id, ends = subscriber.topic_id(at.topic), subscriber.watermarks(at)
        if stored is None:
            return HandledPosition(topic_id, ends.low)
        if stored.topic_id == topic_id and ends.low <= stored.next_offset <= ends.high:
            return stored
        _log.warning("messages are gone from the log", topic=at.topic, partition=at.partition)
        self._lost()
        return HandledPosition(topic_id, ends.low)
