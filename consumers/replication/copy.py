"""What the replicator keeps in memory of the copy: lanes, barriers, sequences; loaded from the store, never ahead of it."""

from collections.abc import Iterable, Mapping, Sequence

import structlog

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode_prefix
from ...schemas.wire.framing import FramingError
from ...topics.catalogue import names
from ...topics.transport.ports import BEGINNING, Subscriber, TopicPartition
from ..store.batch import StoreBatch
from ..store.layout import LanePartition, LaneState
from ..store.values import body_of_raw, opaque_of
from ..store.writer import ListStore
from .barriers import Barriers

_log = structlog.get_logger(__name__)
_HEADS_BACK = 200
"""A reader of heads that is further behind begins this far before the end: only the newest ones say anything."""


class Copy:
    """One node's copy as of the last commit."""

    def __init__(self, store: ListStore, jurisdictions: Sequence[str], suite: str) -> None:
        self._store, self._suite = store, suite
        self._jurisdictions = tuple(jurisdictions)
        self.heads_topics = {names.heads(one): one for one in jurisdictions}
        self.lanes: dict[tuple[str, int], LaneState] = {}
        self.highest: dict[int, bytes] = {}
        """Lane to the highest place it ever held."""
        self.barriers: dict[str, Barriers] = {}
        """By jurisdiction."""
        self.courts: dict[tuple[str, str], int] = {}
        self.topic_ids: dict[str, bytes] = {}
        """By logical topic the broker's id of the one this copy is read from."""
        self._heads_next: dict[TopicPartition, int] = {}
        """Where the reading of heads goes on; empty before the first start of a copy."""
        self._heads_ends: dict[TopicPartition, int] = {}
        self._heads_known: dict[TopicPartition, int] = {}
        """What stands below was read by an earlier start, or for an earlier copy."""
        self._resumed_from: dict[str, int] = {}
        """Jurisdiction to the moment up to which its copy was whole when reading began, ms UTC."""

    def load(self, subscriber: Subscriber, now: int) -> Mapping[TopicPartition, int]:
        """Read everything from the store, make lanes that are new, return where to read on: the heads first, as it is they who
        say which barriers of a backlog matter. Raises TransportError.
        """
        self.topic_ids = self._identify(subscriber)
        partitions = [
            LanePartition(topic, partition, jurisdiction, len(found))
            for jurisdiction in self._jurisdictions
            for topic in names.state_topics(jurisdiction)
            for found in (subscriber.partitions(topic),)
            for partition in found
        ]
        lanes = self._store.set_up(partitions, now, self._suite)
        self._begin(lanes, subscriber)
        self.lanes = {lane.name: lane for lane in lanes}
        self.highest = {lane.number: self._store.highest(lane.number) for lane in lanes}
        self.courts = self._store.courts()
        self.barriers = {one: Barriers(self.of(one, {})) for one in self._jurisdictions}
        jurisdiction_of = {lane.number: lane.jurisdiction for lane in lanes}
        for passed in self._store.marks():
            if passed.lane in jurisdiction_of:
                self.barriers[jurisdiction_of[passed.lane]].note(passed)
        self._resumed_from = {one: self._complete_until(one) for one in self._jurisdictions}
        heads = self._heads_positions(subscriber)
        if not self.knows_heads:
            return heads
        return heads | {TopicPartition(*lane.name): _start(lane) for lane in lanes}

    @property
    def knows_heads(self) -> bool:
        """Whether the heads were read to where they ended when reading began."""
        return all(self._heads_next.get(at, -1) >= end for at, end in self._heads_ends.items())

    def read_heads_later(self) -> None:
        """Do not wait for the heads any longer before the lanes are read."""
        self._heads_ends = {}

    def forget_heads(self) -> None:
        """Let the newest heads be read again, for a copy that was compared with none."""
        self._heads_next, self._heads_ends = {}, {}

    def is_known(self, at: TopicPartition, offset: int) -> bool:
        """Whether a head was read before."""
        return offset < self._heads_known.get(at, 0)

    def of(self, jurisdiction: str, changed: Mapping[int, LaneState]) -> dict[int, LaneState]:
        """Return the lanes of a jurisdiction by number; those in `changed` stand in place of the committed ones."""
        own = (lane for lane in self.lanes.values() if lane.jurisdiction == jurisdiction)
        return {lane.number: changed.get(lane.number, lane) for lane in own}

    def is_whole(self, lanes: Iterable[LaneState]) -> bool:
        """Return whether lanes were read to where the log ended when this copy was begun."""
        return all(lane.next_offset >= lane.rebuild_until for lane in lanes)

    def take_over(self, batch: StoreBatch) -> None:
        """Adopt what a committed batch made of lanes and courts, and how far it has read the heads."""
        for place, offset in batch.heads_read.items():
            topic, partition = place.rsplit("/", 1)
            self._heads_next[TopicPartition(topic, int(partition))] = offset
        for lane in batch.lanes.values():
            self.lanes[lane.name] = lane
        self.courts |= batch.courts

    def below_floor(self, jurisdiction: str, floor_at: int) -> bool:
        """Return whether records may be missing because the copy stood still until the list's history before `floor_at`
        was cut; asked once after every start, as the copy moves on from there.
        """
        return self._resumed_from.pop(jurisdiction, floor_at) < floor_at

    def _complete_until(self, jurisdiction: str) -> int:
        lanes = self.of(jurisdiction, {}).values()
        return min((max(lane.fresh_as_of, lane.begun_at) for lane in lanes), default=0)

    def _identify(self, subscriber: Subscriber) -> dict[str, bytes]:
        """Return the ids of the lists' topics. Where one is another than this copy was read from, a new copy is begun."""
        topics = [topic for jurisdiction in self._jurisdictions for topic in names.state_topics(jurisdiction)]
        ids, known = {topic: subscriber.topic_id(topic) for topic in topics}, self._store.topic_ids()
        others = [topic for topic in topics if known.get(topic, ids[topic]) != ids[topic]]
        if others:
            _log.warning("topics were made again, and the copy with them", topics=others)
            self._store.rebuild()
            self.forget_heads()
        return ids

    def _begin(self, lanes: Iterable[LaneState], subscriber: Subscriber) -> None:
        """Note of lanes that are new how far the log reaches, and from which topics they are read."""
        batch = StoreBatch()
        for lane in lanes:
            if lane.rebuild_until < 0:
                low, lane.rebuild_until = subscriber.watermarks(TopicPartition(*lane.name))
                if low == lane.rebuild_until and lane.next_offset < 0:
                    lane.next_offset = low
                batch.lanes[lane.number] = lane
        if self.topic_ids != self._store.topic_ids():
            batch.topic_ids = self.topic_ids
        if batch:
            self._store.commit(batch)

    def _heads_positions(self, subscriber: Subscriber) -> dict[TopicPartition, int]:
        """Return where to read the heads: on, or at the start of a copy from the newest ones, which it was not compared with."""
        read, positions, first = self._store.heads_read(), {}, not self._heads_next
        for topic in self.heads_topics:
            for partition in subscriber.partitions(topic):
                at = TopicPartition(topic, partition)
                low, high = subscriber.watermarks(at)
                earliest = max(low, high - _HEADS_BACK)
                offset = self._heads_next.get(at, earliest)
                positions[at] = offset if earliest <= offset <= high else earliest
                known = read.get(f"{topic}/{partition}", 0)
                self._heads_known[at] = known if known <= high else 0
                if first:
                    self._heads_ends[at] = high
        self._heads_next = dict(positions)
        return positions


def readable_now(stored: bytes) -> bool:
    """Return whether a record kept as unreadable can be read by this release."""
    opaque = opaque_of(stored)
    if opaque is None:
        return False
    try:
        return is_version_of(opaque.fingerprint, "list-record") and decode_prefix(body_of_raw(opaque))["version"] > 0
    except (FramingError, Undecodable):
        return False


def _start(lane: LaneState) -> int:
    return lane.next_offset if lane.next_offset >= 0 else BEGINNING
