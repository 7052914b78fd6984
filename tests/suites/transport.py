"""What every transport does, written once: run on the broker in memory and on a real Kafka."""

import time
from collections.abc import Callable, Iterable

import pytest

from liandong.tests.worlds.wires import Wire
from liandong.topics.transport.errors import (
    CommitRefused,
    OffsetOutOfRange,
    RecordPurged,
    TopicMissing,
    TransportError,
)
from liandong.topics.transport.ports import (
    BEGINNING,
    END,
    Delivered,
    Message,
    OutgoingRecord,
    Publisher,
    Subscriber,
    TopicPartition,
)

TOPIC = "test.records.v1"
PATIENCE = 30.0
Outcomes = list[Delivered | Exception]


def record(key: bytes | None, value: bytes, partition: int | None = None) -> OutgoingRecord:
    return OutgoingRecord(TOPIC, key, value, partition=partition)


def publish(publisher: Publisher, records: Iterable[OutgoingRecord]) -> list[Delivered]:
    outcomes: list[Delivered | Exception] = []
    for one in records:
        publisher.send(one, outcomes.append)
    assert publisher.flush(PATIENCE) == 0
    return [outcome for outcome in outcomes if isinstance(outcome, Delivered)]


def read(subscriber: Subscriber, count: int) -> list[Message]:
    """Polls until `count` records are there."""
    found: list[Message] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        found += subscriber.poll(1000, 0.2)
    assert len(found) == count
    return found


def until(condition: Callable[[], bool], *turning: Subscriber) -> None:
    """Polls the subscribers, which must have nothing to read, until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        for subscriber in turning:
            assert subscriber.poll(10, 0.05) == []


def from_start(subscriber: Subscriber) -> None:
    subscriber.assign({TopicPartition(TOPIC, number): BEGINNING for number in subscriber.partitions(TOPIC)})


class TransportSuite:
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

    def test_poll_drains_without_waiting_to_fill(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(3)])
        subscriber = wire.subscriber()
        from_start(subscriber)
        began = time.monotonic()
        found: list[Message] = []
        while len(found) < 3:
            found += subscriber.poll(1000, PATIENCE)
        # each call returned with what was there: none of them waited its time out to fill up to its limit
        assert time.monotonic() - began < PATIENCE

    def test_poll_gives_no_more_than_its_limit(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(10)])
        subscriber = wire.subscriber()
        from_start(subscriber)
        found: list[Message] = []
        while len(found) < 10:
            batch = subscriber.poll(4, PATIENCE)
            assert 1 <= len(batch) <= 4
            found += batch
        assert [m.offset() for m in found] == list(range(10))

    def test_poll_comes_back_empty_when_nothing_comes(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber = wire.subscriber()
        from_start(subscriber)
        assert subscriber.poll(10, 0.05) == []

    def test_assigning_starts_at_the_offset_given(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publisher = wire.publisher()
        publish(publisher, [record(b"k", b"%d" % n) for n in range(10)])
        at, subscriber = TopicPartition(TOPIC, 0), wire.subscriber()
        subscriber.assign({at: 7})
        assert [m.offset() for m in read(subscriber, 3)] == [7, 8, 9]
        subscriber.assign({at: BEGINNING})
        assert [m.offset() for m in read(subscriber, 10)] == list(range(10))
        subscriber.assign({at: END})
        publish(publisher, [record(b"k", b"new")])
        assert [m.offset() for m in read(subscriber, 1)] == [10]

    def test_an_offset_that_is_gone_is_an_error_and_stays_one(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(10)])
        at, subscriber = TopicPartition(TOPIC, 0), wire.subscriber()
        wire.truncate(at, 5)
        assert subscriber.watermarks(at) == (5, 10)
        subscriber.assign({at: 2})
        error = out_of_range(subscriber)
        assert error.at == at
        assert out_of_range(subscriber).at == at
        subscriber.assign({at: BEGINNING})
        assert [m.offset() for m in read(subscriber, 5)] == [5, 6, 7, 8, 9]

    def test_an_offset_that_is_not_there_yet_is_an_error(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"x")])
        subscriber = wire.subscriber()
        subscriber.assign({TopicPartition(TOPIC, 0): 99})
        assert "rebuild" in out_of_range(subscriber).remedy

    def test_asking_for_a_missing_topic_is_an_error(self, wire: Wire) -> None:
        subscriber = wire.subscriber("g-missing")
        with pytest.raises(TopicMissing):
            subscriber.partitions("test.absent.v1")
        with pytest.raises(TopicMissing):
            subscriber.subscribe(["test.absent.v1"])

    def test_watermarks_follow_the_log(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        subscriber = wire.subscriber()
        assert subscriber.watermarks(TopicPartition(TOPIC, 1)) == (0, 0)
        publish(wire.publisher(), [record(b"k", b"x", partition=1)] * 4)
        assert subscriber.watermarks(TopicPartition(TOPIC, 1)) == (0, 4)
        assert subscriber.watermarks(TopicPartition(TOPIC, 0)) == (0, 0)
        with pytest.raises(TransportError):
            subscriber.watermarks(TopicPartition(TOPIC, 9))

    def test_a_new_group_starts_at_the_beginning_and_resumes_where_it_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(10)])
        first = wire.subscriber("g-resume")
        first.subscribe([TOPIC])
        assert [m.offset() for m in read(first, 10)] == list(range(10))
        first.commit({TopicPartition(TOPIC, 0): 6})
        first.close()
        second = wire.subscriber("g-resume")
        second.subscribe([TOPIC])
        assert [m.offset() for m in read(second, 4)] == [6, 7, 8, 9]
        second.close()

    def test_commits_of_a_hand_assigned_reader_reach_its_group(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(5)])
        by_hand = wire.subscriber("g-hand")
        by_hand.assign({TopicPartition(TOPIC, 0): BEGINNING})
        read(by_hand, 5)
        by_hand.commit({TopicPartition(TOPIC, 0): 3})
        by_hand.close()
        member = wire.subscriber("g-hand")
        member.subscribe([TOPIC])
        assert [m.offset() for m in read(member, 2)] == [3, 4]
        member.close()

    def test_two_members_share_the_partitions_and_one_inherits(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=4)
        everything = {TopicPartition(TOPIC, number) for number in range(4)}
        mine: set[TopicPartition] = set()
        yours: set[TopicPartition] = set()
        one, two = wire.subscriber("g-share"), wire.subscriber("g-share")
        one.subscribe([TOPIC], mine.update, mine.difference_update)
        until(lambda: mine == everything, one)
        two.subscribe([TOPIC], yours.update, yours.difference_update)
        until(lambda: len(mine) == 2 and mine | yours == everything, one, two)
        assert not mine & yours
        publish(wire.publisher(), [record(b"%d" % n, b"x", partition=n % 4) for n in range(40)])
        found = read(one, 20) + read(two, 20)
        assert len({(m.partition(), m.offset()) for m in found}) == 40
        one.commit(dict.fromkeys(mine, 10))
        two.close()
        assert yours == set()
        until_all_mine = read(one, 20)
        assert mine == everything
        assert {m.partition() for m in until_all_mine} == {m.partition() for m in found[20:]}
        one.close()
        assert mine == set()

    def test_a_partition_that_moved_away_cannot_be_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        member = wire.subscriber("g-foreign")
        mine: set[TopicPartition] = set()
        member.subscribe([TOPIC], mine.update)
        until(lambda: bool(mine), member)
        stranger = wire.subscriber("g-foreign")
        with pytest.raises(CommitRefused):
            stranger.commit({TopicPartition(TOPIC, 0): 1})
        member.close()

    def test_a_listener_that_fails_is_heard(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        member = wire.subscriber("g-listener")

        def fails(_: Iterable[TopicPartition]) -> None:
            raise KeyError("the listener's mistake")

        member.subscribe([TOPIC], fails)
        with pytest.raises(KeyError, match="the listener's mistake"):
            until(lambda: False, member)
        member.close()

    def test_groups_do_not_disturb_each_other(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"x")])
        for group in ("g-left", "g-right"):
            member = wire.subscriber(group)
            member.subscribe([TOPIC])
            read(member, 1)
            member.commit({TopicPartition(TOPIC, 0): 1})
            member.close()

    def test_what_needs_a_group_says_so(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber = wire.subscriber()
        with pytest.raises(ValueError, match="group"):
            subscriber.subscribe([TOPIC])
        with pytest.raises(ValueError, match="group"):
            subscriber.commit({TopicPartition(TOPIC, 0): 1})


def out_of_range(subscriber: Subscriber) -> OffsetOutOfRange:
    with pytest.raises(OffsetOutOfRange) as caught:
        until(lambda: False, subscriber)
    return caught.value


def read_key(subscriber: Subscriber, key: bytes) -> list[Message]:
    from_start(subscriber)
    return [message for message in read(subscriber, 500) if message.key() == key]
