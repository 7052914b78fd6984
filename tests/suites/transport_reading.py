"""What every subscriber does that reads by hand, on whichever transport."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from liandong.tests.worlds.traffic import TOPIC, from_start, publish, read, record, turn
from liandong.tests.worlds.waiting import PATIENCE
from liandong.tests.worlds.wires import Wire
from liandong.topics.transport.errors import OffsetOutOfRange, TopicMissing, TransportError
from liandong.topics.transport.ports import BEGINNING, END, Message, OutgoingRecord, Subscriber, TopicPartition


class ReadingSuite:
    """Inherit, and give a fixture `wire`."""

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

    def test_waiting_ends_with_the_first_record_which_the_next_poll_gives(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber = wire.subscriber()
        from_start(subscriber)
        assert not subscriber.wait(0.05)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(3)])
        assert subscriber.wait(PATIENCE)
        assert subscriber.wait(0)  # it waits for nobody a second time
        assert [m.value() for m in read(subscriber, 3)] == [b"0", b"1", b"2"]

    def test_a_record_without_a_value_that_was_waited_for_is_not_lost(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber = wire.subscriber()
        from_start(subscriber)
        publish(wire.publisher(), [OutgoingRecord(TOPIC, b"k", None), OutgoingRecord(TOPIC, b"k", b"")])
        for value in (None, b""):
            assert subscriber.wait(PATIENCE)
            assert [message.value() for message in subscriber.poll(1, 0)] == [value]

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

    def test_another_thread_is_told_the_watermarks_while_one_waits_again_and_again(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber, told = wire.subscriber(), threading.Event()
        from_start(subscriber)

        def wait_on() -> int:
            waits = 0
            while not told.wait(0):
                assert not subscriber.wait(0.05)
                waits += 1
            return waits

        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(wait_on)
            asked = threads.submit(subscriber.watermarks_aside, TopicPartition(TOPIC, 0))
            try:
                assert asked.result(PATIENCE) == (0, 0)
            finally:
                told.set()
            assert waiting.result(PATIENCE)

    def test_watermarks_follow_the_log(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        subscriber = wire.subscriber()
        assert subscriber.watermarks(TopicPartition(TOPIC, 1)) == (0, 0)
        publish(wire.publisher(), [record(b"k", b"x", partition=1)] * 4)
        assert subscriber.watermarks(TopicPartition(TOPIC, 1)) == (0, 4)
        assert subscriber.watermarks(TopicPartition(TOPIC, 0)) == (0, 0)
        with pytest.raises(TransportError):
            subscriber.watermarks(TopicPartition(TOPIC, 9))


def out_of_range(subscriber: Subscriber) -> OffsetOutOfRange:
    with pytest.raises(OffsetOutOfRange) as caught:
        turn(lambda: False, subscriber)
    return caught.value
