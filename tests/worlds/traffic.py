"""Records on any transport: sent and waited for, read and waited for."""

import time
from collections.abc import Callable, Iterable

from liandong.tests.worlds.waiting import PATIENCE
from liandong.topics.transport.ports import (
    BEGINNING,
    Delivered,
    Message,
    OutgoingRecord,
    Publisher,
    Subscriber,
    TopicPartition,
)

TOPIC = "test.records.v1"
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


def turn(condition: Callable[[], bool], *turning: Subscriber) -> None:
    """Polls the subscribers, which must have nothing to read, until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        for subscriber in turning:
            assert subscriber.poll(10, 0.05) == []


def from_start(subscriber: Subscriber) -> None:
    subscriber.assign({TopicPartition(TOPIC, number): BEGINNING for number in subscriber.partitions(TOPIC)})
