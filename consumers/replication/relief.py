"""The relief lane, read by its own consumer: whoever is freed is freed at once, whatever the state lanes' backlog.

Every record is verified before it takes effect. The overlay's row goes when the list has the same version or a higher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import NamedTuple

import msgspec

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ...topics.transport.received import unwrap
from ...topics.workers.clock import Clock
from ..store.layout import Incident
from ..store.reader import ListReader, ListSnapshot
from ..store.relief import ReliefBatch, ReliefLane, ReliefReader, ReliefRecord, ReliefStore
from ..store.values import stored, version_of
from .following import LaneReader

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
        self._lanes = {}
        for jurisdiction in self._jurisdictions:
            topic = names.relief(jurisdiction)
            for number in subscriber.partitions(topic):
                at = TopicPartition(topic, number)
                self._lanes[at] = lanes.get(at) or ReliefLane(topic, number, jurisdiction, BEGINNING)
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
            return self._stores.overlay.settle(waiting, partial(_caught_up, lists))

    def _take(self, messages: Sequence[Message]) -> None:
        now, batch = self._clock.now(), ReliefBatch()
        by_lane = partial(_partition_of, self._subscriber)
        with self._stores.lists.snapshot() as lists:
            for at, lane_messages in groupby(sorted(messages, key=by_lane), key=by_lane):
                lane = msgspec.structs.replace(self._lanes[at])
                lane_run = _ReliefLaneRun(lane, batch, self._verifier, lists, self._overlay, now)
                for message in lane_messages:
                    lane_run.take(message)
                lane_run.pass_barriers()
                batch.lanes.append(lane)
        self._stores.overlay.commit(batch)
        self._lanes |= {TopicPartition(lane.topic, lane.partition): lane for lane in batch.lanes}


class _BarrierMessage(NamedTuple):
    """A barrier in a relief lane, not verified yet."""

    message: Message
    fingerprint: bytes
    body: bytes


@dataclass(slots=True)
class _ReliefLaneRun:
    """One relief lane's part of a batch."""

    lane: ReliefLane
    batch: ReliefBatch
    verifier: Verifier
    lists: ListSnapshot
    overlay: ReliefReader
    now: int
    barriers: dict[bytes | None, _BarrierMessage] = field(default_factory=dict)
    """By key, which names the notary: only the newest of a batch counts, so that a backlog of them costs nothing."""

    def take(self, message: Message) -> None:
        """Take one message; what cannot be trusted is kept as an incident and has no effect."""
        self.lane.next_offset = message.offset() + 1
        value = message.value()
        if value is None:
            return
        try:
            fingerprint, body = unwrap(message)
            if is_version_of(fingerprint, "barrier"):
                self.barriers[message.key()] = _BarrierMessage(message, fingerprint, body)
            else:
                self._record(message, fingerprint, body)
        except SignatureInvalid as refused:
            self.lane.refused += 1
            self._note("wrong-signature", message, refused.message)
        except (Undecodable, FramingError) as unknown:
            self._note("undecodable", message, unknown.message)

    def pass_barriers(self) -> None:
        """Count the barriers of this batch that hold; their records stand in the same commit."""
        for message, fingerprint, body in self.barriers.values():
            try:
                self._barrier(fingerprint, body)
            except (SignatureInvalid, Undecodable) as refused:
                self._note("barrier", message, refused.message)

    def _record(self, message: Message, fingerprint: bytes, body: bytes) -> None:
        if not is_version_of(fingerprint, "list-record"):
            raise Undecodable(f"schema {fingerprint.hex()} is not a list record's that this release knows")
        prefix = decode_prefix(body)
        entry_id = prefix["entry_id"]
        if entry_id != message.key():
            raise Undecodable("the record names another entry than its key")
        if prefix["version"] <= self._known_version(entry_id):
            self.lane.stale += 1
            return
        self.verifier.record(fingerprint, body, prefix, self.lane.jurisdiction)
        self.batch.records[entry_id] = ReliefRecord(self.lane.jurisdiction, stored(fingerprint, body))
        self.lane.applied += 1

    def _known_version(self, entry_id: bytes) -> int:
        """Return the highest version of an entry this node has, whichever way it came; 0 = none."""
        listed = self.lists.find(entry_id)
        state_version = 0 if listed is None else version_of(bytes(listed.value))
        record = self.batch.records.get(entry_id)
        if record is None:
            with self.overlay.snapshot() as overlay:
                record = overlay.record(entry_id)
        return max(state_version, 0 if record is None else version_of(record.value))

    def _barrier(self, fingerprint: bytes, body: bytes) -> None:
        barrier, lane = decode(fingerprint, body), self.lane
        notary, number, issued_at = barrier["notary"], barrier["number"], barrier["issued_at"]
        self.verifier.barrier(body, barrier, TopicPartition(lane.topic, lane.partition), lane.jurisdiction)
        if number > lane.newest.get(notary, -1):
            lane.newest = lane.newest | {notary: number}
            lane.fresh_as_of = max(lane.fresh_as_of, min(issued_at, self.now))

    def _note(self, kind: str, message: Message, detail: str) -> None:
        place = (self.now, self.lane.topic, self.lane.partition, message.offset())
        self.batch.incidents.append(Incident(kind, *place, detail, message.key() or b"", message.value() or b""))


def _partition_of(subscriber: Subscriber, message: Message) -> TopicPartition:
    return TopicPartition(subscriber.topic_of(message), message.partition())


def _caught_up(lists: ListSnapshot, entry_id: bytes, record: ReliefRecord) -> bool:
    listed = lists.find(entry_id)
    return listed is not None and version_of(bytes(listed.value)) >= version_of(record.value)
