"""Whatever is done to the broker in memory: offsets grow, what it acknowledged stays, and readers get all of it in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from liandong.topics.transport.errors import BrokerUnreachable, CommitRefused, OffsetOutOfRange
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import (
    BEGINNING,
    Delivered,
    Message,
    OutgoingRecord,
    Publisher,
    Subscriber,
    TopicPartition,
)

KEPT, DELETED, COMPACTED = "kept", "deleted", "compacted"
CONFIGURATIONS: Mapping[str, Mapping[str, str] | None] = {
    KEPT: None,
    DELETED: {"retention.ms": "2000"},
    COMPACTED: {"cleanup.policy": "compact", "min.compaction.lag.ms": "500", "delete.retention.ms": "1000"},
}
PARTITIONS = [TopicPartition(topic, 0) for topic in CONFIGURATIONS]
CLIENTS = ("one", "two")
clients, places = st.sampled_from(CLIENTS), st.sampled_from(PARTITIONS)


class Fault(Enum):
    CUT = auto()
    OUTAGE = auto()
    HOLD = auto()
    UNHEARD = auto()
    LOST = auto()
    PUT_OUT = auto()


@dataclass
class Time:
    seconds: float = 0.0

    def now(self) -> int:
        return 1_000_000 + int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Hand:
    """A reader assigned by hand, and what it has been given."""

    subscriber: Subscriber
    positions: dict[TopicPartition, int] = field(default_factory=dict)


class Broker(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.time = Time()
        self.broker = MemoryBroker(topics=(), clock=self.time)
        for topic, configuration in CONFIGURATIONS.items():
            self.broker.create(topic, 1, configuration)
        self.sent = 0
        self.written: dict[TopicPartition, dict[int, bytes | None]] = {at: {} for at in PARTITIONS}
        self.publishers: dict[str, Publisher] = {name: self.broker.publisher(name) for name in CLIENTS}
        self.order: dict[tuple[str, TopicPartition], dict[int, int]] = {}
        """By client and partition, where which of its records stands."""
        self.members = {name: self.broker.subscriber("g", name) for name in CLIENTS}
        self.owned: dict[str, set[TopicPartition]] = {name: set() for name in CLIENTS}
        for name, member in self.members.items():
            member.subscribe(list(CONFIGURATIONS), self.owned[name].update, self.owned[name].difference_update)
        self.hands = {name: Hand(self.broker.subscriber(None, name)) for name in CLIENTS}
        for hand in self.hands.values():
            self._assign(hand)

    @rule(client=clients, at=places, key=st.sampled_from([b"a", b"b"]), null=st.booleans())
    def send(self, client: str, at: TopicPartition, key: bytes, null: bool) -> None:
        self.sent += 1
        number = self.sent
        value = None if null else b"%d" % number

        def done(outcome: Delivered | Exception) -> None:
            if isinstance(outcome, Delivered):
                place = TopicPartition(outcome.topic, outcome.partition)
                assert place == at
                assert outcome.offset not in self.written[at]
                self.written[at][outcome.offset] = value
                self.order.setdefault((client, at), {})[outcome.offset] = number
            else:
                assert isinstance(outcome, BrokerUnreachable)  # its acknowledgement was lost

        self.publishers[client].send(OutgoingRecord(at.topic, key, value, partition=at.partition), done)

    @rule(client=clients)
    def turn_publisher(self, client: str) -> None:
        self.publishers[client].poll()

    @rule(client=clients, at=places, fault=st.sampled_from([*Fault]))
    def go_wrong(self, client: str, at: TopicPartition, fault: Fault) -> None:
        broker = self.broker
        match fault:
            case Fault.CUT:
                broker.cut(client)
            case Fault.OUTAGE:
                broker.stop()
            case Fault.HOLD:
                broker.hold(at, self.time.seconds + 3)
            case Fault.UNHEARD:
                broker.acknowledge(client, Acknowledgements.HELD)
            case Fault.LOST:
                broker.acknowledge(client, Acknowledgements.LOST)
            case Fault.PUT_OUT:
                broker.expire(client)

    @rule(client=clients, at=places)
    def come_right(self, client: str, at: TopicPartition) -> None:
        self.broker.start()
        self.broker.heal(client)
        self.broker.acknowledge(client, Acknowledgements.PROMPT)
        self.broker.release(at)

    @rule(seconds=st.sampled_from([0.1, 1.0, 6.0]), clean=st.booleans())
    def pass_time(self, seconds: float, clean: bool) -> None:
        self.time.seconds += seconds
        if clean:
            self.broker.clean()

    @rule(client=clients, limit=st.integers(1, 5))
    def read(self, client: str, limit: int) -> None:
        hand = self.hands[client]
        try:
            messages = hand.subscriber.poll(limit, 0)
        except OffsetOutOfRange as gone:
            _expect_retention(gone)
            self._assign(hand)
            return
        self._received(hand, messages)

    @rule(client=clients, commit=st.booleans())
    def work(self, client: str, commit: bool) -> None:
        try:
            messages = self.members[client].poll(3, 0)
        except OffsetOutOfRange as gone:
            _expect_retention(gone)
            return
        positions = {TopicPartition(one.topic(), one.partition()): one.offset() + 1 for one in messages}
        assert positions.keys() <= self.owned[client]
        if commit and positions:
            self.members[client].commit(positions)

    @rule(client=clients)
    def commit_late(self, client: str) -> None:
        """Whoever was put out and does not know it yet commits nothing."""
        group = self.broker.group("g")
        for at in self.owned[client]:
            owner = group.owners.get(at)
            if owner is None or owner.client != client:
                before = dict(group.offsets)
                try:
                    self.members[client].commit({at: 0})
                except (CommitRefused, BrokerUnreachable):
                    assert group.offsets == before
                else:
                    raise AssertionError(at)

    @invariant()
    def offsets_grow_and_what_was_acknowledged_stands(self) -> None:
        for at in PARTITIONS:
            log = self.broker.topics.log(at)
            offsets = [message.position for message in log.records]
            assert offsets == sorted(set(offsets))
            assert all(log.low <= offset < log.high for offset in offsets)
            standing = {message.position: message for message in log.records}
            for offset, value in self.written[at].items():
                if offset in standing:
                    assert standing[offset].value() == value
                else:
                    self._may_be_gone(at, offset, standing)
            assert at.topic != COMPACTED or not log.high or offsets[-1] == log.high - 1
        for numbers in self.order.values():
            in_the_log = [numbers[offset] for offset in sorted(numbers)]
            assert in_the_log == sorted(in_the_log)

    @invariant()
    def a_partition_has_one_owner_who_is_a_member(self) -> None:
        group = self.broker.group("g")
        assert set(group.owners.values()) <= set(group.members)
        for member in group.members:
            assert set(group.owned(member)) == member.held

    def teardown(self) -> None:
        """When faults stop, everybody reads what is there."""
        if not hasattr(self, "broker"):
            return
        self.broker.start()
        for name in CLIENTS:
            self.broker.heal(name)
            self.broker.acknowledge(name, Acknowledgements.PROMPT)
            assert self.publishers[name].flush(0) == 0
        for at in PARTITIONS:
            self.broker.release(at)
        for hand in self.hands.values():
            self._read_to_the_end(hand)
        self.offsets_grow_and_what_was_acknowledged_stands()

    def _read_to_the_end(self, hand: Hand) -> None:
        self._assign(hand)
        found: dict[TopicPartition, list[int]] = {at: [] for at in PARTITIONS}
        while messages := hand.subscriber.poll(3, 0):
            for one in messages:
                found[TopicPartition(one.topic(), one.partition())].append(one.offset())
        for at in PARTITIONS:
            assert found[at] == [message.position for message in self.broker.topics.log(at).records]

    def _assign(self, hand: Hand) -> None:
        hand.positions = dict.fromkeys(PARTITIONS, BEGINNING)
        hand.subscriber.assign(hand.positions)

    def _received(self, hand: Hand, messages: list[Message]) -> None:
        for one in messages:
            at = TopicPartition(one.topic(), one.partition())
            assert one.offset() >= hand.positions[at]
            between = range(max(hand.positions[at], self.broker.topics.log(at).low), one.offset())
            skipped = [message for message in self.broker.topics.log(at).records if message.position in between]
            assert skipped == []
            hand.positions[at] = one.offset() + 1

    def _may_be_gone(self, at: TopicPartition, offset: int, standing: Mapping[int, MemoryMessage]) -> None:
        if at.topic == DELETED:
            assert offset < self.broker.topics.log(at).low
        else:
            assert at.topic == COMPACTED
            assert offset != self.broker.topics.log(at).high - 1
            if self.written[at][offset] is not None:  # replaced by a newer one; nulls go by time
                assert any(position > offset for position in standing)


def _expect_retention(error: OffsetOutOfRange) -> None:
    assert error.at.topic == DELETED  # nothing else loses its front


TestBroker = Broker.TestCase
TestBroker.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
