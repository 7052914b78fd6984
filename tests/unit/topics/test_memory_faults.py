"""What can be done to the broker in memory, and what its clients make of it."""

from dataclasses import dataclass

import pytest

from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, record
from liandong.topics.catalogue import names
from liandong.topics.catalogue.access import CatalogueAccess, Principal
from liandong.topics.catalogue.families import TopicScope, load_catalogue
from liandong.topics.transport.errors import (
    AuthorizationFailed,
    BrokerUnreachable,
    CommitRefused,
    RecordPurged,
    TopicMissing,
    TransportFailed,
)
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.group import MAX_POLL_SECONDS, SESSION_SECONDS
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import BEGINNING, Delivered, OutgoingRecord, Subscriber, TopicPartition

AT = TopicPartition(TOPIC, 0)


@dataclass
class VirtualClock:
    """Time that stands still until it is moved."""

    wall: int = NOW
    seconds: float = 0.0

    def now(self) -> int:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def broker(clock: VirtualClock) -> MemoryBroker:
    made = MemoryBroker(partitions=1, topics=(), clock=clock)
    made.create(TOPIC)
    return made


def values(broker: MemoryBroker) -> list[bytes | None]:
    return [message.value() for message in broker.records(TOPIC)]


def read(subscriber: Subscriber) -> list[bytes | None]:
    return [message.value() for message in subscriber.poll(100, 0)]


def test_a_held_answer_comes_when_it_is_released_and_nothing_is_written_twice(broker: MemoryBroker) -> None:
    publisher, outcomes = broker.publisher("court"), Outcomes()
    broker.acknowledge("court", Acknowledgements.HELD)
    for value in (b"1", b"2"):
        publisher.send(record(b"k", value), outcomes.append)
    assert publisher.flush(0) == 2
    broker.cut("court")
    publisher.send(record(b"k", b"3"), outcomes.append)
    assert (values(broker), outcomes) == ([b"1", b"2"], [])
    broker.heal("court")
    broker.acknowledge("court", Acknowledgements.PROMPT)
    assert publisher.flush(0) == 0
    assert [one.offset for one in outcomes if isinstance(one, Delivered)] == [0, 1, 2]
    assert values(broker) == [b"1", b"2", b"3"]


def test_a_purge_does_not_know_what_the_log_has(broker: MemoryBroker) -> None:
    publisher, outcomes = broker.publisher("court"), Outcomes()
    broker.acknowledge("court", Acknowledgements.HELD)
    publisher.send(record(b"k", b"1"), outcomes.append)
    publisher.purge()
    assert [type(one) for one in outcomes] == [RecordPurged]
    assert values(broker) == [b"1"]


def test_a_lost_answer_is_a_failure_though_the_record_stands(broker: MemoryBroker) -> None:
    publisher, outcomes = broker.publisher("court"), Outcomes()
    broker.acknowledge("court", Acknowledgements.LOST)
    publisher.send(record(b"k", b"1"), outcomes.append)
    broker.acknowledge("court", Acknowledgements.PROMPT)
    publisher.send(record(b"k", b"2"), outcomes.append)
    publisher.poll()
    assert [type(one) for one in outcomes] == [BrokerUnreachable, Delivered]
    assert values(broker) == [b"1", b"2"]


def test_records_queued_for_a_topic_that_is_deleted_fail(broker: MemoryBroker) -> None:
    publisher, outcomes = broker.publisher("court"), Outcomes()
    broker.cut("court")
    publisher.send(record(b"k", b"1"), outcomes.append)
    first = broker.topic_id(TOPIC)
    broker.delete(TOPIC)
    broker.heal("court")
    publisher.flush(0)
    assert [type(one) for one in outcomes] == [TopicMissing]
    broker.create(TOPIC)
    assert broker.topic_id(TOPIC) != first


def test_a_deleted_topic_does_not_come_back_by_being_named(clock: VirtualClock) -> None:
    broker = MemoryBroker(partitions=1, clock=clock)
    broker.subscriber().partitions(TOPIC)
    broker.delete(TOPIC)
    with pytest.raises(TopicMissing):
        broker.subscriber().partitions(TOPIC)
    assert broker.subscriber().partitions("test.other.v1") == [0]


def test_a_partition_that_is_held_shows_later_and_in_order(broker: MemoryBroker, clock: VirtualClock) -> None:
    publisher, subscriber = broker.publisher(), broker.subscriber()
    from_start(subscriber)
    publisher.send(record(b"k", b"1"))
    broker.hold(AT)
    publisher.send(record(b"k", b"2"))
    assert (read(subscriber), read(subscriber)) == ([b"1"], [])
    assert not subscriber.wait(0)
    assert subscriber.watermarks(AT).high == 2
    broker.release(AT)
    assert subscriber.wait(0)
    assert read(subscriber) == [b"2"]
    publisher.send(record(b"k", b"3"))
    broker.hold(AT, until=clock.seconds + 5)
    publisher.send(record(b"k", b"4"))
    assert read(subscriber) == [b"3"]
    clock.seconds += 5
    publisher.send(record(b"k", b"5"))
    assert read(subscriber) == [b"4", b"5"]


def test_a_client_cut_off_waits_and_the_others_go_on(broker: MemoryBroker) -> None:
    far, near = broker.publisher("far"), broker.publisher("near")
    reader, other = broker.subscriber(None, "far"), broker.subscriber(None, "near")
    for subscriber in (reader, other):
        from_start(subscriber)
    broker.cut("far")
    far.send(record(b"k", b"far"))
    near.send(record(b"k", b"near"))
    assert (far.flush(0), near.flush(0)) == (1, 0)
    assert (read(reader), read(other)) == ([], [b"near"])
    with pytest.raises(BrokerUnreachable):
        reader.partitions(TOPIC)
    broker.heal("far")
    assert far.flush(0) == 0
    assert (read(reader), read(other)) == ([b"near", b"far"], [b"far"])


def test_a_member_cut_off_for_a_session_loses_its_partitions_and_returns(
    broker: MemoryBroker, clock: VirtualClock
) -> None:
    mine: set[TopicPartition] = set()
    far, heir = broker.subscriber("g", "far"), broker.subscriber("g", "near")
    far.subscribe([TOPIC], mine.update, mine.difference_update)
    far.poll(1, 0)
    heir.subscribe([TOPIC])
    broker.cut("far")
    clock.seconds += SESSION_SECONDS - 1
    broker.publisher().send(record(b"k", b"1"))
    assert (read(heir), mine) == ([], {AT})
    clock.seconds += 1
    assert read(heir) == [b"1"]
    assert mine == {AT}
    far.poll(1, 0)
    assert mine == set()
    heir.close()
    broker.heal("far")
    assert read(far) == [b"1"]


def test_a_killed_member_keeps_its_partitions_for_a_session(broker: MemoryBroker, clock: VirtualClock) -> None:
    dead, heir = broker.subscriber("g", "node"), broker.subscriber("g", "node")
    dead.subscribe([TOPIC])
    dead.poll(1, 0)
    broker.vanish("node")
    heir.subscribe([TOPIC])  # the same node, started again
    broker.publisher().send(record(b"k", b"1"))
    assert read(heir) == []
    clock.seconds += SESSION_SECONDS
    assert read(heir) == [b"1"]


def test_a_member_that_does_not_poll_is_put_out_in_the_end(broker: MemoryBroker, clock: VirtualClock) -> None:
    idle, heir = broker.subscriber("g", "idle"), broker.subscriber("g", "heir")
    idle.subscribe([TOPIC])
    idle.poll(1, 0)
    heir.subscribe([TOPIC])
    clock.seconds += MAX_POLL_SECONDS - 1
    heir.poll(1, 0)
    broker.publisher().send(record(b"k", b"1"))
    assert read(heir) == []
    clock.seconds += 1
    assert read(heir) == [b"1"]
    with pytest.raises(CommitRefused):
        idle.commit({AT: 1})


def test_who_leaves_unheard_is_a_member_until_the_session_ends(broker: MemoryBroker, clock: VirtualClock) -> None:
    leaver, heir = broker.subscriber("g", "leaver"), broker.subscriber("g", "heir")
    leaver.subscribe([TOPIC])
    leaver.poll(1, 0)
    heir.subscribe([TOPIC])
    broker.publisher().send(record(b"k", b"1"))
    broker.cut("leaver")
    leaver.close()
    broker.heal("leaver")
    assert read(heir) == []
    clock.seconds += SESSION_SECONDS
    assert read(heir) == [b"1"]


def test_a_clock_too_far_ahead_is_refused_where_the_sender_stamps(broker: MemoryBroker, clock: VirtualClock) -> None:
    broker.create("test.stamped.v1", 1, {"message.timestamp.type": "LogAppendTime"})
    publisher, outcomes = broker.publisher("court", clock=HandClock(NOW + 3_600_001)), Outcomes()
    for topic in (TOPIC, "test.stamped.v1"):
        publisher.send(OutgoingRecord(topic, b"k", b"v"), outcomes.append)
    publisher.poll()
    refused, stamped = outcomes
    assert isinstance(refused, TransportFailed)
    assert isinstance(stamped, Delivered)
    assert stamped.timestamp == clock.wall
    assert broker.records("test.stamped.v1")[0].timestamp() == (2, clock.wall)


class TestRights:
    """The catalogue says who writes and who reads."""

    LIST, COMMANDS = "court.debtor-list.js.v1", "control.commands.railway.v1"

    @pytest.fixture
    def guarded(self, clock: VirtualClock) -> MemoryBroker:
        scope = TopicScope(frozenset({"js"}), frozenset({"railway"}))
        access = CatalogueAccess(
            load_catalogue(),
            {
                "publisher-js": Principal(frozenset({"publisher"}), scope, ("publisher-js",)),
                "railway": Principal(frozenset({"agency"}), scope, ("railway",)),
            },
        )
        return MemoryBroker(topics=(self.LIST, self.COMMANDS, "court.debtor-list.zj.v1"), clock=clock, access=access)

    def test_who_may_write_does_and_others_hear_it(self, guarded: MemoryBroker) -> None:
        for principal, topic, result in (
            ("publisher-js", self.LIST, Delivered),
            ("railway", self.LIST, AuthorizationFailed),
            ("publisher-js", "court.debtor-list.zj.v1", AuthorizationFailed),
            ("stranger", "test.absent.v1", AuthorizationFailed),
        ):
            publisher, outcomes = guarded.publisher(principal), Outcomes()
            publisher.send(OutgoingRecord(topic, b"k", b"v"), outcomes.append)
            publisher.poll()
            assert [type(one) for one in outcomes] == [result]

    def test_who_may_read_does_and_others_hear_it(self, guarded: MemoryBroker) -> None:
        guarded.publisher("publisher-js").send(OutgoingRecord(self.LIST, b"k", b"v", partition=0))
        at = TopicPartition(self.LIST, 0)
        agency = guarded.subscriber(None, "railway.node.relief", principal="railway")
        agency.assign({at: BEGINNING})
        assert read(agency) == [b"v"]
        guarded.create(names.RECEIPTS, 1)
        told = TopicPartition(names.RECEIPTS, 0)
        assert agency.watermarks(told).high == 0  # writing lets one ask
        agency.assign({told: BEGINNING})
        with pytest.raises(AuthorizationFailed):
            agency.poll(1, 0)

    def test_what_comes_beside_a_forbidden_topic_is_read_before_that_is_told(
        self, guarded: MemoryBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guarded.access, "may_write", lambda *_: True)
        court, agency = (
            guarded.publisher("publisher-js"),
            guarded.subscriber(None, "railway.node.list", principal="railway"),
        )
        for topic in (self.LIST, self.COMMANDS):
            court.send(OutgoingRecord(topic, b"k", topic.encode(), partition=0))
        court.flush()
        agency.assign({TopicPartition(topic, 0): BEGINNING for topic in (self.COMMANDS, self.LIST)})
        monkeypatch.setattr(guarded.access, "may_read", lambda _, topic: topic != self.LIST)
        assert [message.value() for message in agency.poll(10, 0)] == [self.COMMANDS.encode()]
        with pytest.raises(AuthorizationFailed):
            agency.poll(10, 0)

    def test_a_stranger_is_told_nothing(self, guarded: MemoryBroker) -> None:
        stranger = guarded.subscriber("g", "stranger")
        with pytest.raises(AuthorizationFailed):
            stranger.partitions("test.absent.v1")
        with pytest.raises(AuthorizationFailed):
            stranger.watermarks(TopicPartition(self.LIST, 0))
        with pytest.raises(AuthorizationFailed):
            stranger.subscribe([self.LIST])

    def test_a_group_of_somebody_else_is_closed(self, guarded: MemoryBroker) -> None:
        member = guarded.subscriber("police.list", "railway")
        member.subscribe([self.LIST])
        with pytest.raises(AuthorizationFailed):
            member.poll(1, 0)
        with pytest.raises(BrokerUnreachable):
            member.commit({TopicPartition(self.LIST, 0): 0})
