"""Relays of an outbox in a hurry, and what they sent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from liandong.producers.relay.relay import Pace, Relay, new_owner
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.waiting import PATIENCE
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Delivered, OutgoingRecord, Publisher
from liandong.topics.workers.clock import Clock, SystemClock
from liandong.topics.workers.threads import work, work_until
from liandong.topics.workers.worker import Part

QUICK = Pace(lease_seconds=1.5, idle_seconds=0.005, retry_seconds=0.02, stop_seconds=0.3)
Done = Callable[[Delivered | Exception], None]


def put(engine: Engine, outbox: SqlOutbox, lane: str, values: list[int], topic: str = "list") -> None:
    with engine.begin() as connection:
        outbox.append(connection, lane, [OutgoingRecord(topic, b"key", str(value).encode()) for value in values])


def values(broker: MemoryBroker, topic: str = "list") -> list[int]:
    return [int(message.value() or b"") for message in broker.records(topic)]


def relay_of(outbox: SqlOutbox, publisher: Publisher, pace: Pace = QUICK, clock: Clock | None = None) -> Relay:
    return Relay(outbox, publisher, clock or SystemClock(), new_owner(CHANCE), pace)


@contextmanager
def running(*relays: Relay) -> Iterator[None]:
    """Let relays work while the block runs, each in a thread of its own; they are closed when it ends."""
    stop = threading.Event()
    parts = [Part("relay", relay, relay.wait) for relay in relays]
    threads = [threading.Thread(target=work, args=(part, stop)) for part in parts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def drain(outbox: SqlOutbox, publisher: Publisher) -> int:
    """Send until the outbox is empty; how many rows. Raises what the broker refuses."""
    relay = relay_of(outbox, publisher)

    def empty() -> bool:
        if relay.failure is not None:
            raise relay.failure
        return all(outbox.sent_through(lane) == outbox.accepted_through(lane) for lane in outbox.lanes())

    try:
        assert work_until(Part("relay", relay, relay.wait), empty, PATIENCE), "the outbox did not empty"
    finally:
        relay.close()
    return relay.sent
