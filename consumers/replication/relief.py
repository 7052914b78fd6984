"""The relief lane, read by its own consumer: whoever is freed is freed at once, whatever the state lanes' backlog.

Every record is verified before it takes effect. The overlay's row goes when the list has the same version or a higher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import msgspec

from ...topics.catalogue import names
from ...topics.keys.entitlement import ListPlace
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ..store.reader import ListReader
from ..store.relief import ReliefBatch, ReliefLane, ReliefReader, ReliefStore
from .following import LaneReader
from .relief_lane import ListedBasis, ReliefLaneRun

_LIMIT = 20_000
_WAIT_SECONDS = 0.1
_SWEEP_SECONDS = 1.0
_SWEEP_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class ReliefStores:
    """The overlay and the list it lies over."""

    overlay: ReliefStore
    lists: ListReader


class ReliefFollower:
    """Keeps the overlay of one node, as a `Worker` with a subscriber of its own."""

    def __init__(
        self,
        jurisdictions: Sequence[str],
        subscriber: Subscriber,
        stores: ReliefStores,
        keyring: RefreshingKeyring,
        clock: Clock,
    ) -> None:
        self.limit = _LIMIT
        self._jurisdictions = tuple(jurisdictions)
        self._subscriber = subscriber
        self._reader = LaneReader(self, subscriber, clock)
        self._stores = stores
        self._overlay: ReliefReader = stores.overlay.reader()
        self._verifier = Verifier(keyring)
        self._clock = clock
        self._lanes: dict[TopicPartition, ReliefLane] = {}
        self._partitions: dict[str, int] = {}
        self.topic_ids: Mapping[str, bytes] = {}
        """The ids of the topics the positions meant."""
        self._sweep_at = clock.monotonic()
        self._swept_to = b""

    def step(self) -> float:
        """Free whom the lanes free now, sweep when that is due. Raises StoreError when the overlay cannot be written."""
        return self._reader.step()

    @property
    def failure(self) -> Exception | None:
        """Why nothing can be read now."""
        return self._reader.failure

    def wait(self, seconds: float) -> bool:
        """Wait for messages; return whether there are any."""
        return self._reader.wait(seconds)

    def close(self) -> None:
        """Let go of the subscriber."""
        self._reader.close()

    def positions(self, subscriber: Subscriber) -> Mapping[TopicPartition, int]:
        """Return where each partition was left, the beginning of what is retained for new ones."""
        lanes = {TopicPartition(lane.topic, lane.partition): lane for lane in self._overlay.lanes()}
        self._lanes, topics = {}, {names.relief(each): each for each in self._jurisdictions}
        self.topic_ids = {topic: subscriber.topic_id(topic) for topic in topics}
        for topic, jurisdiction in topics.items():
            numbers = subscriber.partitions(topic)
            self._partitions[topic] = len(numbers)
            for number in numbers:
                at = TopicPartition(topic, number)
                lane = lanes.get(at) or ReliefLane(topic, number, jurisdiction, BEGINNING)
                self._lanes[at] = _in_topic(lane, self.topic_ids[topic])
        return {at: lane.next_offset for at, lane in self._lanes.items()}

    def out_of_range(self, at: TopicPartition) -> None:
        """Read a partition from its start again: what retention dropped is older than anything the state lanes lack."""
        lane = msgspec.structs.replace(self._lanes[at], next_offset=BEGINNING)
        self._stores.overlay.commit(ReliefBatch(lanes=[lane]))

    def begin_batch(self) -> None:
        """Note that what `work` is given next was polled just now."""
        self._verifier.begin_batch()

    def work(self, messages: Sequence[Message]) -> float:
        """Take one batch into the overlay: what is newer than list and overlay, positions, barriers, in one commit.

        Return when to look again: at the next sweep at the latest.
        """
        if messages:
            self._take(messages)
        running = self._clock.monotonic()
        if running >= self._sweep_at:
            self._sweep_at = running + _SWEEP_SECONDS
            self.sweep()
        return min(_WAIT_SECONDS, self._sweep_at - running)

    def sweep(self) -> int:
        """Drop overlay rows the list has caught up with, some thousands at a time, and return how many those were."""
        with self._overlay.snapshot() as overlay:
            waiting = overlay.waiting(self._swept_to, _SWEEP_ROWS)
        self._swept_to = waiting[-1][0] if len(waiting) == _SWEEP_ROWS else b""
        if not waiting:
            return 0
        with self._stores.lists.snapshot() as lists:
            basis = ListedBasis(lists, self._verifier)
            return self._stores.overlay.settle(waiting, basis.has_caught_up)

    def _take(self, messages: Sequence[Message]) -> None:
        now, batch = self._clock.now(), ReliefBatch()
        by_lane = partial(_partition_of, self._subscriber)
        with self._stores.lists.snapshot() as lists:
            basis = ListedBasis(lists, self._verifier)
            for at, lane_messages in groupby(sorted(messages, key=by_lane), key=by_lane):
                lane = msgspec.structs.replace(self._lanes[at])
                place = ListPlace(at.topic, at.partition, self._partitions[at.topic], lane.jurisdiction)
                lane_run = ReliefLaneRun(lane, place, batch, basis, self._overlay, now)
                for message in lane_messages:
                    lane_run.take(message)
                lane_run.pass_barriers()
                batch.lanes.append(lane)
        self._stores.overlay.commit(batch)
        self._lanes |= {TopicPartition(lane.topic, lane.partition): lane for lane in batch.lanes}


def _in_topic(lane: ReliefLane, topic_id: bytes) -> ReliefLane:
    """Return where to read a lane: a topic that was made again from its beginning."""
    is_other = lane.topic_id not in {b"", topic_id}
    next_offset = BEGINNING if is_other else lane.next_offset
    return msgspec.structs.replace(lane, next_offset=next_offset, topic_id=topic_id)


def _partition_of(subscriber: Subscriber, message: Message) -> TopicPartition:
    return TopicPartition(subscriber.topic_of(message), message.partition())
