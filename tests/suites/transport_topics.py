"""What deleting topics and making them again does to clients, on whichever transport."""

import pytest

from liandong.tests.suites.transport_reading import out_of_range
from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, publish, read, record, turn
from liandong.tests.worlds.waiting import eventually
from liandong.tests.worlds.wires import Wire
from liandong.topics.transport.errors import TopicMissing, TransportFailed
from liandong.topics.transport.ports import BEGINNING, Delivered, Subscriber, TopicPartition

AT = TopicPartition(TOPIC, 0)


def is_missing(reader: Subscriber) -> bool:
    """Whether a reader hears that there is no such topic."""
    try:
        reader.topic_id(TOPIC)
    except TopicMissing:
        return True
    return False


class TopicsSuite:
    """Inherit, and give a fixture `wire`."""

    def test_a_reader_of_a_deleted_topic_waits_and_whoever_asks_for_it_hears(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"x")])
        reader = wire.subscriber("g-deleted")
        from_start(reader)
        read(reader, 1)
        wire.delete(TOPIC)
        assert reader.poll(10, 0.5) == []
        with pytest.raises(TopicMissing):
            reader.partitions(TOPIC)
        with pytest.raises(TopicMissing):
            reader.watermarks(AT)
        with pytest.raises(TopicMissing):
            reader.commit({AT: 1})

    def test_a_topic_made_again_is_shorter_than_the_reader_remembers(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"old")] * 5)
        reader = wire.subscriber()
        from_start(reader)
        read(reader, 5)
        wire.delete(TOPIC)
        wire.create(TOPIC, partitions=1)
        assert out_of_range(reader).at == AT
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(7)])
        assert out_of_range(reader).at == AT  # also when the log has grown over the position
        reader.assign({AT: BEGINNING})
        assert [m.value() for m in read(reader, 7)] == [b"%d" % n for n in range(7)]

    def test_a_topic_made_again_has_another_id(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        reader = wire.subscriber()
        before = reader.topic_id(TOPIC)
        assert len(before) == 16
        assert reader.topic_id(TOPIC) == wire.subscriber().topic_id(TOPIC) == before != bytes(16)
        wire.delete(TOPIC)
        assert eventually(lambda: is_missing(reader)), "brokers may tell of it for a moment"
        wire.create(TOPIC, partitions=1)
        assert reader.topic_id(TOPIC) != before

    def test_a_reader_may_wait_for_a_topic_that_is_not_there_yet(self, wire: Wire) -> None:
        reader = wire.subscriber()
        reader.assign({AT: BEGINNING})
        assert reader.poll(10, 0.2) == []
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"first")])
        assert [m.value() for m in read(reader, 1)] == [b"first"]

    def test_what_a_group_committed_goes_with_the_topic(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"old")] * 5)
        member = wire.subscriber("g-again")
        member.subscribe([TOPIC])
        read(member, 5)
        member.commit({AT: 5})
        member.close()
        wire.delete(TOPIC)
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(2)])
        successor = wire.subscriber("g-again")
        successor.subscribe([TOPIC])
        assert [m.value() for m in read(successor, 2)] == [b"0", b"1"]

    def test_a_member_that_lives_on_reads_the_new_topic_from_its_beginning(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"old")] * 5)
        member = wire.subscriber("g-lives")
        member.subscribe([TOPIC])
        read(member, 5)
        member.commit({AT: 5})
        wire.delete(TOPIC)
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(2)])
        assert [m.value() for m in read(member, 2)] == [b"0", b"1"]

    def test_a_publisher_hears_of_a_deleted_topic_and_writes_to_the_new_one(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher, outcomes = wire.publisher(), Outcomes()
        publish(publisher, [record(b"k", b"x")] * 3)
        wire.delete(TOPIC)

        def hears() -> bool:
            """While a broker is deleting, it may refuse with an error of any name."""
            publisher.send(record(b"k", b"late"), outcomes.append)
            assert publisher.flush(60) == 0
            return isinstance(outcomes[-1], TopicMissing)

        turn(hears)
        assert not any(isinstance(one, Delivered) for one in outcomes), outcomes
        wire.create(TOPIC, partitions=1)
        turn(lambda: any(isinstance(one, Delivered) for one in publish(publisher, [record(b"k", b"new")])))
        assert wire.subscriber().watermarks(AT).low == 0

    def test_a_compacted_topic_refuses_what_has_no_key(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1, configuration={"cleanup.policy": "compact"})
        publisher, outcomes = wire.publisher(), Outcomes()
        for key in (None, b"k"):
            publisher.send(record(key, b"v"), outcomes.append)
            assert publisher.flush(60) == 0
        assert [type(one) for one in outcomes] == [TransportFailed, Delivered]
