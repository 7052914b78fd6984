"""What the broker in memory removes in time, and what it must keep: as Kafka's retention and log cleaner do."""

import pytest

from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.traffic import TOPIC, record
from liandong.topics.catalogue.families import TopicScope, expand, load_catalogue
from liandong.topics.settings import Settings
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.policy import TopicPolicy
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition, Watermarks

AT = TopicPartition(TOPIC, 0)
DAY = 86_400_000
COMPACTED = {"cleanup.policy": "compact", "min.compaction.lag.ms": "1000", "delete.retention.ms": "5000"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def made(clock: HandClock, configuration: dict[str, str] | None) -> MemoryBroker:
    broker = MemoryBroker(topics=(), clock=clock)
    broker.create(TOPIC, 1, configuration)
    return broker


def write(broker: MemoryBroker, clock: HandClock, *records: tuple[bytes, bytes | None, int]) -> None:
    """Append keys and values, each so many ms after the one before."""
    publisher = broker.publisher()
    for key, value, after in records:
        clock.time += after
        publisher.send(OutgoingRecord(TOPIC, key, value))


def offsets(broker: MemoryBroker) -> list[int]:
    return [message.offset() for message in broker.records(TOPIC)]


def ends(broker: MemoryBroker) -> Watermarks:
    return broker.subscriber().watermarks(AT)


def test_retention_takes_from_the_front_and_moves_the_low_watermark(clock: HandClock) -> None:
    broker = made(clock, {"retention.ms": "1000"})
    write(broker, clock, (b"a", b"1", 0), (b"b", b"2", 600), (b"c", b"3", 600))
    broker.clean()
    assert (offsets(broker), ends(broker)) == ([1, 2], (1, 3))
    broker.clean(clock.time + 5000)
    assert (offsets(broker), ends(broker)) == ([], (3, 3))


def test_a_record_dated_late_keeps_what_stands_behind_it(clock: HandClock) -> None:
    broker = made(clock, {"retention.ms": "1000"})
    ahead = broker.publisher(clock=HandClock(NOW + 3_000_000))
    ahead.send(record(b"a", b"from the future"))
    write(broker, clock, (b"b", b"2", 0))
    broker.clean(NOW + 2_000_000)
    assert offsets(broker) == [0, 1]


def test_compaction_leaves_the_young_the_last_and_the_watermarks(clock: HandClock) -> None:
    broker = made(clock, COMPACTED)
    write(broker, clock, (b"a", b"1", 0), (b"a", b"2", 10), (b"b", b"1", 10), (b"a", b"3", 2000), (b"b", b"2", 0))
    broker.clean()
    # what is younger than the lag stays, and replaces nothing yet
    assert (offsets(broker), ends(broker)) == ([1, 2, 3, 4], (0, 5))
    clock.time += 2000
    broker.clean()
    # the last record is in the active segment: it stays, and does not replace
    assert (offsets(broker), ends(broker)) == ([2, 3, 4], (0, 5))


def test_a_null_stays_its_time_after_the_cleaner_saw_it(clock: HandClock) -> None:
    broker = made(clock, COMPACTED)
    write(broker, clock, (b"a", b"1", 0), (b"a", None, 0), (b"b", b"1", 0))
    clock.time += 60_000
    broker.clean()
    assert offsets(broker) == [1, 2]
    clock.time += 5000
    broker.clean()
    assert offsets(broker) == [1, 2]
    clock.time += 1
    broker.clean()
    assert offsets(broker) == [2]


def test_a_null_that_stands_last_stays(clock: HandClock) -> None:
    broker = made(clock, COMPACTED)
    write(broker, clock, (b"a", b"1", 0), (b"a", None, 0))
    for _ in range(3):
        clock.time += 60_000
        broker.clean()
    assert offsets(broker) == [0, 1]


def test_without_a_configuration_everything_stays(clock: HandClock) -> None:
    broker = made(clock, None)
    write(broker, clock, (b"a", b"1", 0), (b"a", b"2", 0))
    broker.clean(clock.time + 10_000 * DAY)
    assert offsets(broker) == [0, 1]


def test_kafkas_defaults_keep_a_week_and_compact_nothing() -> None:
    assert TopicPolicy.of({}) == TopicPolicy(deletes=True, retention_ms=7 * DAY, nulls_ms=DAY)


def test_policies_come_from_the_catalogue(clock: HandClock) -> None:
    broker, settings = MemoryBroker(topics=(), clock=clock), Settings()
    topics = expand(load_catalogue(), TopicScope(frozenset({"js"}), frozenset({"railway"})), settings)
    for name, state in topics.items():
        broker.create(name, state.partitions, state.configuration)
    lists, relief = "court.debtor-list.js.v1", "court.relief.js.v1"
    publisher = broker.publisher()
    for topic in (lists, lists, lists, relief):
        publisher.send(OutgoingRecord(topic, b"k", b"v", partition=0))
    broker.clean(clock.time + 31 * DAY)
    assert [len(broker.records(topic)) for topic in (lists, relief)] == [3, 0]
    broker.clean(clock.time + int((settings.evidence_days + 1) * DAY))
    assert [message.offset() for message in broker.records(lists)] == [1, 2]
