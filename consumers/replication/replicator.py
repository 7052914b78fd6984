"""The replicator: keeps one node's copy of the lists its agency obeys.

Partitions are assigned by hand from the offsets in the store; one poll is one commit of records, index, digests,
offsets, barriers and what follows from them. Small commits when live, tens of thousands of records when behind.
"""

import gc
import math
from collections.abc import Mapping, Sequence

import msgspec
import structlog

from ...schemas.errors import Unavailable
from ...schemas.wire.suites import suite_of
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..store.batch import StoreBatch
from ..store.layout import LaneState, StoredPosition
from ..store.writer import ListStore
from .apply.applying import LaneRun, by_partition
from .apply.lane_work import ApplyContext, LaneWork
from .checking import CopyChecks
from .copy import Copy, readable_now
from .disk import CopyOnDisk
from .floors import ComparedCopy
from .following import RETRY_SECONDS, LaneReader
from .position import position
from .proof import HeadMessage, Proof, VerifiedHead
from .receipts import JurisdictionCopy, Receipts, Reporter
from .replicator_config import ReplicatorConfig

_log = structlog.get_logger(__name__)
_RECEIPT_SECONDS = 1.0
_HEADS_SECONDS = 2.0
"""How long the lanes wait for the newest heads at a start."""


class Replicator:
    """Copies the lists into the store, as a `Worker`; nothing else writes the store."""

    def __init__(
        self,
        config: ReplicatorConfig,
        subscriber: Subscriber,
        store: ListStore,
        keyring: RefreshingKeyring,
        clock: Clock,
        reporter: Reporter | None = None,
    ) -> None:
        """Begin from the store. `subscriber` has the group `<agency>.<node>.list`, unless offsets are not to be
        committed. Raises SuiteUnknown.
        """
        self.limit = config.batch
        self._config = config
        self._subscriber = subscriber
        self._store = store
        self._clock = clock
        self._verifier = Verifier(keyring)
        self._proof = Proof(self._verifier, suite_of(config.suite).name)
        self._checks = CopyChecks(store, self._verifier)
        self._receipts = Receipts(reporter, *store.receipts()) if reporter else None
        self._copy = Copy(store, config.jurisdictions, config.suite)
        self._disk = CopyOnDisk(store, self._copy, clock, config.commit_seconds)
        self._lanes = LaneReader(self, subscriber, clock)
        self._outbox_pause = Pause(clock, RETRY_SECONDS)
        self._receipts_at = clock.monotonic() + _RECEIPT_SECONDS
        self._serving: Mapping[str, StoredPosition] = {}
        """During a rebuild: what is known of the copy that serves."""
        self._heads_until = math.inf
        """How long the lanes wait for the heads, monotonic."""
        self._unsettled = self._begun = self._is_live = False
        self._signing = reporter.signing if reporter else None

    def step(self) -> float:
        """Copy what has come, and do what is due. Raises StoreError when the store cannot be written."""
        if not self._begun:
            self._begun = True
            if any(map(readable_now, self._store.opaque())):
                self.rebuild("this release reads records the one before could not")
            elif self._store.suites() - {self._config.suite}:
                self.rebuild("its digests are of another suite than the one that is set")
        return self._lanes.step()

    @property
    def failure(self) -> Exception | None:
        """Why nothing can be read now."""
        return self._lanes.failure

    @property
    def topic_ids(self) -> Mapping[str, bytes]:
        """The ids of the lists' topics this copy is read from."""
        return self._copy.topic_ids

    def wait(self, seconds: float) -> bool:
        """Wait for messages; return whether there are any."""
        return self._lanes.wait(seconds)

    def close(self) -> None:
        """Sync, commit the offsets, and let go of the subscriber."""
        try:
            self._disk.sync()
            self._disk.commit_offsets(self._subscriber)
        finally:
            self._lanes.close()

    def positions(self, subscriber: Subscriber) -> Mapping[TopicPartition, int]:
        """Return where every partition was left; what is kept in memory is loaded anew from the store."""
        positions = self._copy.load(subscriber, self._clock.now())
        self._proof.load(self._store.heads(), self._store.floors())
        self._serving, self._is_live = self._store.serving(), False
        self._checks.load(self._serving, made_again=any(map(self._made_again, self._copy.barriers)))
        self._heads_until = math.inf if self._copy.knows_heads else self._clock.monotonic() + _HEADS_SECONDS
        self._unsettled = True
        return positions

    def begin_batch(self) -> None:
        """Note that what `work` is given next was polled just now."""
        self._verifier.begin_batch()

    def work(self, messages: Sequence[Message]) -> float:
        """Take one poll into the store; without messages do only what has become due. Return when something will be."""
        now, batch, floor_missed = self._clock.now(), StoreBatch(), False
        if messages:
            gc.disable()  # a batch makes tens of thousands of objects and no cycle
            try:
                floor_missed = self._plan(messages, batch, now)
            finally:
                gc.enable()
        self._unsettled |= self._check(batch, now)
        if self._unsettled and not messages:
            floor_missed, self._unsettled = self._settle(batch, (), now), False
        if self._receipts:
            self._receipts.settle(batch)
            # each wants all before it synced: while a backlog is worked off one a second is enough
            running = self._clock.monotonic()
            if len(messages) < self.limit or running >= self._receipts_at:
                self._receipts_at = running + _RECEIPT_SECONDS
                self._add_receipts(self._receipts, batch, now)
        if batch:
            self._keep(batch)
        self._hear_barriers(batch)
        self._is_live = not messages
        if self._receipts and self._receipts.has_waiting and not self._outbox_pause.left():
            self._hand_on(self._receipts)
        if floor_missed:
            self.rebuild("the copy stood still for longer than the list keeps the ends of its entries")
            self._lanes.assign_again()
            return AT_ONCE
        if self._heads_until < math.inf and self._lanes_may_begin():
            return AT_ONCE
        if self._checks.urgent and self._is_whole():
            return AT_ONCE
        return min(self._config.wait_seconds, self._disk.when_due(self._subscriber))

    def out_of_range(self, at: TopicPartition) -> None:
        """Make the copy again beside the old one: the log was trimmed below our position, so records are missing."""
        if at.topic not in self._copy.heads_topics:
            self.rebuild(f"{at.topic} [{at.partition}] no longer holds the position")

    def rebuild(self, reason: str) -> None:
        """Begin a new copy beside the old one, which serves until the new one is whole."""
        _log.warning("the copy of the list is made again", reason=reason)
        self._store.rebuild()
        self._copy.forget_heads()

    def _lanes_may_begin(self) -> bool:
        """Assign the lanes, too, once the newest heads were read, or have let wait for themselves."""
        if not self._copy.knows_heads:
            if self._clock.monotonic() < self._heads_until:
                return False
            self._copy.read_heads_later()
        self._heads_until = math.inf
        self._lanes.assign_again()
        return True

    def _is_whole(self) -> bool:
        return self._copy.is_whole(self._copy.lanes.values())

    def _check(self, batch: StoreBatch, now: int) -> bool:
        """Look at a slice of what is proven beside the reading; return whether that changes what is known of the copy."""
        return self._is_whole() and self._checks.step(batch, now)

    def _made_again(self, jurisdiction: str) -> bool:
        return bool(self._proof.made_again(jurisdiction, self._copy.topic_ids))

    def _plan(self, messages: Sequence[Message], batch: StoreBatch, now: int) -> bool:
        """Fill a batch, and return whether the floor was missed;
        whatever can fail comes before anything in memory moves.
        """
        heads: list[HeadMessage] = []
        heads_topics = self._copy.heads_topics
        with self._store.planning() as stored:
            context = ApplyContext(stored, self._verifier, now, self._copy.courts, self._proof.markers_wanted)
            for partition_messages in by_partition(messages):
                topic, partition = self._subscriber.topic_of(partition_messages[0]), partition_messages[0].partition()
                if topic in heads_topics:
                    at, is_known = TopicPartition(topic, partition), self._copy.is_known
                    heads += [
                        HeadMessage(message, heads_topics[topic], is_known(at, message.offset()))
                        for message in partition_messages
                    ]
                    batch.heads_read[f"{topic}/{partition}"] = partition_messages[-1].offset() + 1
                else:
                    self._plan_lane(self._copy.lanes[topic, partition], partition_messages, batch, context)
        return self._settle(batch, self._proof.verify_all(heads, batch, now), now)

    def _plan_lane(
        self, lane: LaneState, messages: Sequence[Message], batch: StoreBatch, context: ApplyContext
    ) -> None:
        lane = msgspec.structs.replace(lane)
        work = LaneWork(lane, self._copy.highest[lane.number], batch, context)
        lane_run = LaneRun(work)
        lane_run.run(messages)
        batch.passed += lane_run.edge_cases.pass_barriers(self._copy.barriers[lane.jurisdiction].newest_in(lane.number))
        batch.lanes[lane.number] = lane
        self._copy.highest[lane.number] = work.highest

    def _settle(self, batch: StoreBatch, heads: Sequence[VerifiedHead], now: int) -> bool:
        """Put what follows from a batch into its commit: barriers, proof and position.
        Return whether the floor was missed.
        """
        copy, floor_missed = self._copy, False
        jurisdictions = {lane.number: lane.jurisdiction for lane in copy.lanes.values()}
        for passed in batch.passed:
            copy.barriers[jurisdictions[passed.lane]].note(passed)
        for head in heads:
            self._proof.take(head, batch, now)
        for jurisdiction in copy.barriers:
            compared = self._compared(jurisdiction, batch)
            for head in self._proof.compare(compared, batch, now):
                floor_missed |= copy.below_floor(jurisdiction, head.record["floor_at"])
            made_again = self._proof.made_again(jurisdiction, copy.topic_ids)
            batch.positions[jurisdiction] = position(compared, self._proof.trusted(jurisdiction), made_again)
        if self._store.rebuilding:
            self._replace(batch)
        return floor_missed

    def _compared(self, jurisdiction: str, batch: StoreBatch) -> ComparedCopy:
        copy, checks = self._copy, self._checks
        lanes = copy.of(jurisdiction, batch.lanes)
        return ComparedCopy(
            jurisdiction,
            copy.courts | batch.courts,
            copy.topic_ids,
            checks.holds_last,
            barriers=copy.barriers[jurisdiction],
            lanes=lanes,
            complete=checks.index_proven and copy.is_whole(lanes.values()),
            undecided=checks.undecided,
        )

    def _replace(self, batch: StoreBatch) -> None:
        """Let the new copy serve once it is proven, or is whole and the one before was never proven; until then say of the one
        that serves what is known of the list.
        """
        lanes = [batch.lanes.get(lane.number, lane) for lane in self._copy.lanes.values()]
        serving = {one: self._serving.get(one, StoredPosition()) for one in batch.positions}
        batch.activate = self._copy.is_whole(lanes) and all(
            new.proven or not (new.finding or serving[one].proven or serving[one].finding)
            for one, new in batch.positions.items()
        )
        for one, new in batch.positions.items():
            if new.finding and new.finding != serving[one].finding:
                batch.serving[one] = msgspec.structs.replace(serving[one], proven=False, finding=new.finding)

    def _add_receipts(self, receipts: Receipts, batch: StoreBatch, now: int) -> None:
        """Add the receipts that are due; none while a new copy is made, as that one does not serve yet."""
        if self._store.rebuilding and not batch.activate:
            return
        for jurisdiction, barriers in self._copy.barriers.items():
            heads = {head.notary: head for head in self._proof.trusted(jurisdiction)}
            lanes = self._copy.of(jurisdiction, batch.lanes)
            receipts.add(JurisdictionCopy(jurisdiction, barriers, lanes, heads, now), batch)

    def _keep(self, batch: StoreBatch) -> None:
        self._store.commit(batch)
        self._copy.take_over(batch)
        if batch.serving:
            self._serving = {**self._serving, **batch.serving}
        if batch.activate:
            self._checks.load(batch.positions, made_again=any(map(self._made_again, self._copy.barriers)))
            _log.info("the new copy of the list is whole and serves")
        if self._receipts:
            self._receipts.note_visible(batch.stamps, self._clock.now())
            self._receipts.keep(batch.receipts)

    def _hear_barriers(self, batch: StoreBatch) -> None:
        """Let the clock be held against the barriers that came; one that waited in the log says little about it."""
        if self._signing is None:
            return
        for passed in batch.passed:
            self._signing.hear(passed.notary, passed.mark.issued_at, is_live=self._is_live)

    def _hand_on(self, receipts: Receipts) -> None:
        """Hand on what was committed once it is on the disk; an outbox that does not answer is tried again later."""
        self._disk.sync()
        try:
            receipts.hand_on()
        except Unavailable as away:
            _log.warning("receipts wait, their outbox does not answer", code=away.code, reason=away.message)
            self._outbox_pause.begin()
