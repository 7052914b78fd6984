"""What effects read, and in which order it is handled: a member of the agency's group over commands and relief lanes.

What came stays in memory in its order until it is handled.
"""

from collections import deque
from collections.abc import Callable, Iterable

import structlog

from ...topics.catalogue import names
from ...topics.transport.errors import CommitRefused
from ...topics.transport.ports import Subscriber, TopicPartition
from ...topics.transport.received import headers_of
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Origin, Received
from .places import Places

_log = structlog.get_logger(__name__)

_BATCH = 200


def group_of(agency: str) -> str:
    """Return the consumer group of an agency's effects."""
    return f"{agency}.effects"


def topics_of(context: AgencyContext) -> list[str]:
    """Return what effects read: the agency's commands and the relief lanes of those it obeys."""
    return [
        names.commands(context.agency),
        *(names.relief(jurisdiction) for jurisdiction in sorted(context.jurisdictions)),
    ]


class EffectsIntake:
    """What came and is not handled yet, and how far the group is."""

    def __init__(self, topics: list[str], join: Callable[[], Subscriber], places: Places) -> None:
        """Take what makes a subscriber of the group, and where its partitions are read on."""
        self._topics, self._join = topics, join
        self.places = places
        self._subscriber: Subscriber | None = None
        self.kept: deque[Received] = deque()
        """What came and is not handled yet, in its order."""
        self._handled: dict[TopicPartition, int] = {}
        """Next offsets that are not committed yet."""

    @property
    def joined(self) -> bool:
        """Whether the group was joined."""
        return self._subscriber is not None

    @property
    def news(self) -> Callable[[float], bool] | None:
        """What waits for messages; None before the group was joined."""
        return None if self._subscriber is None else self._subscriber.wait

    def take_in(self) -> None:
        """Keep what has come, as far as there is room: a member that does not poll is put out of its group."""
        subscriber = self._joined()
        self._take(subscriber)
        if moved := self.places.settle(subscriber):
            self._forget(moved)
            self._take(subscriber)

    def note_handled(self) -> None:
        """Note that the first of what is kept was handled."""
        origin = self.kept.popleft().origin
        self._handled[origin.at] = origin.offset + 1

    def commit(self) -> None:
        """Commit how far everything is handled, for lag tools: the acts store knows it."""
        if self._subscriber is None or not self._handled:
            return
        try:
            self._subscriber.commit(self._handled)
        except CommitRefused as moved:
            _log.info("partitions moved, another node sees these messages again", error=moved.message)
        self._handled = {}

    def leave(self) -> None:
        """Leave the group to the node that has taken this one's place."""
        subscriber, self._subscriber = self._subscriber, None
        self.kept.clear()
        self._handled.clear()
        if subscriber is not None:
            subscriber.close()

    def close(self) -> None:
        """Leave the group; what is kept is delivered again."""
        if self._subscriber is not None:
            self._subscriber.close()

    def _take(self, subscriber: Subscriber) -> None:
        room = _BATCH - len(self.kept)
        for message in self.places.poll(subscriber, room) if room > 0 else ():
            origin = Origin(subscriber.topic_of(message), message.partition(), message.offset())
            self.kept.append(Received(origin, message.key(), message.value(), headers_of(message)))

    def _joined(self) -> Subscriber:
        """Return the subscriber, a member of the group."""
        if self._subscriber is None:
            subscriber = self._join()
            try:
                subscriber.subscribe(self._topics, self.places.gain, self._lose)
            except BaseException:
                subscriber.close()
                raise
            self._subscriber = subscriber
        return self._subscriber

    def _lose(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget what came of partitions that went to another node, which is given it again."""
        self.places.lose(partitions)
        self._forget(frozenset(partitions))

    def _forget(self, partitions: frozenset[TopicPartition]) -> None:
        self.kept = deque(each for each in self.kept if each.origin.at not in partitions)
        self._handled = {at: offset for at, offset in self._handled.items() if at not in partitions}
