"""What every publisher does, written once: run on the broker in memory and on a real Kafka."""

import time
from typing import Any

import pytest

from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, publish, read, record
from liandong.tests.worlds.waiting import PATIENCE
from liandong.tests.worlds.wires import Wire
from liandong.topics.transport.errors import RecordPurged, TopicMissing
from liandong.topics.transport.ports import Delivered, Message, OutgoingRecord, Subscriber, TopicPartition


class SendingSuite:
    """Inherit, and give a fixture `wire`."""

    def test_records_of_a_key_keep_their_order(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=3)
        keys = [b"a", b"b", b"c", b"d", b"e"]
        publish(wire.publisher(), [record(keys[n % 5], b"%d" % n) for n in range(500)])
        subscriber = wire.subscriber()
        from_start(subscriber)
        for key in keys:
            assert [m.value() for m in read_key(subscriber, key)] == [
                b"%d" % n for n in range(500) if keys[n % 5] == key
            ]

    def test_a_key_lives_where_java_clients_put_it(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=12)
        # toPositive(hash) % 12 of the hashes in Kafka's own UtilsTest.testMurmur2
        placed = {b"21": 0, b"abc": 3, b"foobar": 6, b"a-little-bit-long-string": 8, b"a-little-bit-longer-string": 11}
        publish(wire.publisher(), [record(key, b"x") for key in placed])
        subscriber = wire.subscriber()
        from_start(subscriber)
        assert {m.key(): m.partition() for m in read(subscriber, len(placed))} == placed

    def test_a_named_partition_wins_over_the_key(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=3)
        delivered = publish(wire.publisher(), [record(b"a", b"x", partition=number) for number in (2, 0, 1)])
        assert sorted(at.partition for at in delivered) == [0, 1, 2]

    def test_records_without_a_key_are_spread(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        publisher = wire.publisher()
        used = set()
        for _ in range(60):
            used |= {at.partition for at in publish(publisher, [record(None, b"x")])}
        assert used == {0, 1}

    def test_a_record_over_the_limit_is_refused_and_the_next_one_goes(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher, outcomes = wire.publisher(), Outcomes()
        publisher.send(OutgoingRecord(TOPIC, b"k", bytes(2_000_000)), outcomes.append)
        publisher.send(OutgoingRecord(TOPIC, b"k", bytes(999_000), [("more", bytes(2_000))]), outcomes.append)
        publisher.send(OutgoingRecord(TOPIC, b"k", bytes(999_000)), outcomes.append)
        publisher.flush(20)
        assert sorted(type(one).__name__ for one in outcomes) == ["Delivered", "RecordTooLarge", "RecordTooLarge"]

    def test_a_header_without_a_value_arrives_without_one(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        nothing: Any = None
        publish(wire.publisher(), [OutgoingRecord(TOPIC, b"k", b"v", [("empty", b""), ("nothing", nothing)])])
        subscriber = wire.subscriber()
        from_start(subscriber)
        (message,) = read(subscriber, 1)
        assert message.headers() == [("empty", b""), ("nothing", None)]

    def test_headers_key_and_value_arrive_as_sent(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        headers = [("ce_id", b"1"), ("ce_id", b"2"), ("bytes", bytes(range(256))), ("empty", b"")]
        before = time.time() * 1000
        publish(
            wire.publisher(), [OutgoingRecord(TOPIC, b"\x00k", b"\xffv", headers), OutgoingRecord(TOPIC, b"k", None)]
        )
        subscriber = wire.subscriber()
        from_start(subscriber)
        full, tombstone = read(subscriber, 2)
        assert (full.key(), full.value(), full.headers()) == (b"\x00k", b"\xffv", headers)
        assert (tombstone.value(), tombstone.headers()) == (None, None)
        assert (subscriber.topic_of(full), full.partition(), full.offset()) == (TOPIC, 0, 0)
        assert before - 5000 < full.timestamp()[1] < time.time() * 1000 + 5000

    def test_the_callback_says_where_the_record_stands(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        delivered = publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(3)])
        assert [(at.topic, at.partition, at.offset) for at in delivered] == [(TOPIC, 0, n) for n in range(3)]
        subscriber = wire.subscriber()
        from_start(subscriber)
        assert [m.timestamp()[1] for m in read(subscriber, 3)] == [at.timestamp for at in delivered]

    def test_a_callback_that_fails_is_heard_and_stops_no_other(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher, seen = wire.publisher(), []

        def fails(_: Delivered | Exception) -> None:
            seen.append("failed")
            raise KeyError("the caller's mistake")

        publisher.send(record(b"k", b"1"), fails)
        publisher.send(record(b"k", b"2"), lambda _: seen.append("ran"))
        with pytest.raises(KeyError, match="the caller's mistake"):
            publisher.flush(PATIENCE)
        assert publisher.flush(PATIENCE) == 0
        assert seen == ["failed", "ran"]

    def test_sending_to_a_missing_topic_reaches_the_callback(self, wire: Wire) -> None:
        publisher, outcomes = wire.publisher(), Outcomes()
        publisher.send(OutgoingRecord("test.absent.v1", b"k", b"v"), outcomes.append)
        publisher.flush(PATIENCE)
        (outcome,) = outcomes
        assert isinstance(outcome, TopicMissing)
        assert "liandong topics apply" in outcome.remedy

    def test_a_failure_nobody_listens_to_is_raised(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher = wire.publisher()
        publisher.send(record(b"k", b"v", partition=9))
        publisher.send(record(b"k", b"v", partition=0))
        with pytest.raises(TopicMissing):
            publisher.flush(PATIENCE)
        assert publisher.flush(PATIENCE) == 0
        assert wire.subscriber().watermarks(TopicPartition(TOPIC, 0)) == (0, 1)

    def test_purge_drops_what_was_not_delivered(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher, outcomes = wire.stalled_publisher(), Outcomes()
        for number in range(5):
            publisher.send(record(b"k", b"%d" % number), outcomes.append)
        publisher.poll()
        publisher.purge()
        assert [type(outcome) for outcome in outcomes] == [RecordPurged] * 5
        assert publisher.flush(0) == 0

    def test_a_purged_publisher_can_be_used_again(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher = wire.publisher()
        publish(publisher, [record(b"k", b"before")])
        publisher.purge()
        publish(publisher, [record(b"k", b"after")])
        subscriber = wire.subscriber()
        from_start(subscriber)
        assert [m.value() for m in read(subscriber, 2)] == [b"before", b"after"]

    def test_close_delivers_what_is_queued(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher, outcomes = wire.publisher(), Outcomes()
        for number in range(100):
            publisher.send(record(b"k", b"%d" % number), outcomes.append)
        publisher.close()
        assert [outcome.offset for outcome in outcomes if isinstance(outcome, Delivered)] == list(range(100))


def read_key(subscriber: Subscriber, key: bytes) -> list[Message]:
    from_start(subscriber)
    return [message for message in read(subscriber, 500) if message.key() == key]
