"""Reading the partitions of a publisher's own lists from where it stopped, and noticing what of them is gone."""

from collections.abc import Mapping

from ...topics.catalogue import names
from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import topic_lanes
from ...topics.workers.clock import Clock
from .book import LaneMark

_BATCH = 2_000


class OwnLists:
    """The lists of a jurisdiction, read on and on from kept marks. `marks` are the next offsets, topic by topic."""

    def __init__(self, subscriber: Subscriber, jurisdiction: str, clock: Clock) -> None:
        """Take a subscriber of its own, which it closes."""
        self._subscriber, self._topics = subscriber, names.state_topics(jurisdiction)
        self._ids = KnownTopics(clock)
        self.marks: dict[TopicPartition, LaneMark] = {}
        self.partitions: dict[str, int] = {}
        self._unread: dict[TopicPartition, int] = {}

    @property
    def compared(self) -> bool:
        """Whether everything was read that stood in the lists when the reading began."""
        return bool(self.marks) and not self._unread

    def begin(self, kept: Mapping[TopicPartition, LaneMark], sent_through: int) -> list[TopicPartition]:
        """Begin where the marks say; return the partitions that hold less than they did. Raises TransportError."""
        lanes = topic_lanes(self._subscriber, *self._topics)
        topic_ids = {topic: self._subscriber.topic_id(topic) for topic in self._topics}
        marks: dict[TopicPartition, LaneMark] = {}
        unread: dict[TopicPartition, int] = {}
        starts: dict[TopicPartition, int] = {}
        shrunk = []
        for lane in lanes:
            low, high = self._subscriber.watermarks(lane)
            mark = kept.get(lane, LaneMark(topic_ids[lane.topic], 0))
            is_new = bool(mark.topic_id) and mark.topic_id != topic_ids[lane.topic]
            if is_new or mark.next_offset > high:
                shrunk.append(lane)
                mark = LaneMark(b"", 0 if is_new else high, sent_through)
            mark = LaneMark(topic_ids[lane.topic], max(low, mark.next_offset), mark.void_through)
            marks[lane] = mark
            starts[lane] = mark.next_offset
            if mark.next_offset < high:
                unread[lane] = high
        self._subscriber.assign(starts)
        self._ids.note(topic_ids)
        self.marks, self._unread = marks, unread
        self.partitions = {topic: sum(lane.topic == topic for lane in lanes) for topic in self._topics}
        return shrunk

    def read(self) -> list[tuple[TopicPartition, Message]]:
        """Return what there is now, with its place. Raises TransportError."""
        messages = []
        for message in self._subscriber.poll(_BATCH, 0.0):
            lane = TopicPartition(self._subscriber.topic_of(message), message.partition())
            behind = message.offset() + 1
            self.marks[lane] = self.marks[lane]._replace(next_offset=behind)
            if behind >= self._unread.get(lane, behind + 1):
                del self._unread[lane]
            messages.append((lane, message))
        return messages

    def are_others(self) -> bool:
        """Return, now and then, whether a list was deleted and made again since the reading began. Raises TransportError."""
        return bool(self._ids.others(self._subscriber))

    def wait(self, seconds: float) -> bool:
        """Wait for a record; return whether there is one."""
        return self._subscriber.wait(seconds)

    def close(self) -> None:
        """Let go of the subscriber."""
        self._subscriber.close()
