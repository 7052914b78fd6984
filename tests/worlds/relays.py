"""Relays of an outbox in a hurry, and what they sent."""

from collections.abc import Callable

from sqlalchemy import Engine

from liandong.producers.relay.relay import Pace, Relay, new_owner
from liandong.tests.worlds.chance import CHANCE
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Delivered, OutgoingRecord, Publisher
from liandong.topics.workers.clock import SystemClock

QUICK = Pace(lease_seconds=1.5, idle_seconds=0.005, retry_seconds=0.02, stop_seconds=0.3)
Done = Callable[[Delivered | Exception], None]


def put(engine: Engine, outbox: SqlOutbox, lane: str, values: list[int], topic: str = "list") -> None:
    with engine.begin() as connection:
        outbox.append(connection, lane, [OutgoingRecord(topic, b"key", str(value).encode()) for value in values])


def values(broker: MemoryBroker, topic: str = "list") -> list[int]:
    return [int(message.value() or b"") for message in broker.records(topic)]


def relay_of(outbox: SqlOutbox, publisher: Publisher, pace: Pace = QUICK) -> Relay:
    return Relay(outbox, publisher, SystemClock(), new_owner(CHANCE), pace)
