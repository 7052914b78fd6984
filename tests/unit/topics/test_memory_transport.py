"""The broker in memory behaves as Kafka does, and models what goes wrong."""

import threading

import pytest

from liandong.tests.suites.transport_groups import GroupSuite
from liandong.tests.suites.transport_outages import OutageSuite
from liandong.tests.suites.transport_reading import ReadingSuite
from liandong.tests.suites.transport_sending import SendingSuite
from liandong.tests.suites.transport_topics import TopicsSuite
from liandong.tests.worlds.traffic import TOPIC, from_start, publish, read, record
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.partitioner import murmur2
from liandong.topics.transport.ports import BEGINNING, OutgoingRecord, TopicPartition


class TestMemoryTransport(SendingSuite, ReadingSuite, GroupSuite, TopicsSuite, OutageSuite):
    @pytest.fixture
    def mortal(self, wire: MemoryWire) -> MemoryWire:
        return wire


def test_the_hash_is_the_java_clients() -> None:
    # expectations of org.apache.kafka.common.utils.UtilsTest.testMurmur2
    java = {
        b"21": -973932308,
        b"foobar": -790332482,
        b"a-little-bit-long-string": -985981536,
        b"a-little-bit-longer-string": -1486304829,
        b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
        b"abc": 479470107,
    }
    assert {key: murmur2(key) for key in java} == {key: digest % 2**32 for key, digest in java.items()}


def test_topics_come_into_being_unless_they_are_named() -> None:
    broker = MemoryBroker(partitions=5)
    assert broker.subscriber().partitions("any.topic.v1") == [0, 1, 2, 3, 4]


def test_an_outage_holds_records_back_and_loses_none() -> None:
    broker = MemoryBroker()
    publisher, subscriber = broker.publisher(), broker.subscriber()
    from_start(subscriber)
    broker.stop()
    publisher.send(record(b"k", b"1"))
    assert publisher.flush(0) == 1
    assert subscriber.poll(10, 0) == []
    with pytest.raises(BrokerUnreachable):
        subscriber.partitions(TOPIC)
    broker.start()
    assert publisher.flush(5) == 0
    assert [m.value() for m in read(subscriber, 1)] == [b"1"]


def test_a_flush_waits_for_the_outage_to_end() -> None:
    broker = MemoryBroker()
    publisher = broker.publisher()
    broker.stop()
    publisher.send(record(b"k", b"1"))
    threading.Timer(0.05, broker.start).start()
    assert publisher.flush(10) == 0
    assert len(broker.records(TOPIC)) == 1


def test_a_poll_wakes_up_for_a_record_of_another_thread() -> None:
    broker = MemoryBroker()
    subscriber = broker.subscriber()
    from_start(subscriber)
    threading.Timer(0.05, lambda: publish(broker.publisher(), [record(b"k", b"late")])).start()
    assert [m.value() for m in subscriber.poll(10, 20)] == [b"late"]


def test_compaction_keeps_the_newest_record_of_a_key_where_it_stands() -> None:
    broker = MemoryBroker(partitions=1)
    publish(broker.publisher(), [record(key, value) for key, value in [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]])
    broker.compact(TOPIC)
    subscriber = broker.subscriber()
    subscriber.assign({TopicPartition(TOPIC, 0): BEGINNING})
    assert [(m.offset(), m.value()) for m in read(subscriber, 2)] == [(1, b"2"), (2, b"3")]
    assert subscriber.watermarks(TopicPartition(TOPIC, 0)) == (0, 3)


def test_partitions_take_turns() -> None:
    broker = MemoryBroker(partitions=2)
    publish(broker.publisher(), [OutgoingRecord(TOPIC, None, b"x", partition=n % 2) for n in range(8)])
    subscriber = broker.subscriber()
    from_start(subscriber)
    assert [subscriber.poll(2, 0)[0].partition() for _ in range(4)] == [0, 1, 0, 1]
