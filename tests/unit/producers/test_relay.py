"""The relay: order, the lease, relief first, what a failure does."""

import threading
import time

import pytest
from sqlalchemy import Engine

from liandong.producers.relay.lane import DeliveryFailed
from liandong.producers.relay.relay import Pace
from liandong.tests.worlds.relays import QUICK, Done, drain, put, relay_of, running, values
from liandong.tests.worlds.waiting import eventually
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.errors import PublisherBroken
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord


def test_draining_sends_every_row_once_in_order_and_gives_the_lease_back(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    put(engine, outbox, "state", list(range(5000)))
    assert drain(outbox, broker.publisher()) == 5000
    assert values(broker) == list(range(5000))
    assert outbox.sent_through("state") == 5000
    assert outbox.holder().owner == ""
    assert drain(outbox, broker.publisher()) == 0


def test_positions_are_where_the_records_stand(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    put(engine, outbox, "state", list(range(50)))
    drain(outbox, broker.publisher())
    log = {(one.topic(), one.partition(), one.offset()): one.value() for one in broker.records("list")}
    for number, place in outbox.positions("state", list(range(1, 51))).items():
        assert log[place.topic, place.partition, place.offset] == str(number - 1).encode()


def test_a_relief_row_never_waits_behind_a_bulk_publication(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    put(engine, outbox, "state", list(range(20_000)))
    sent: list[str] = []

    class Watched:
        """A publisher beside which somebody is freed while the bulk is being sent."""

        def __init__(self) -> None:
            self._inner = broker.publisher()

        def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
            sent.append(record.topic)
            if len(sent) == 3000:
                put(engine, outbox, "relief", [1], "relief")
            self._inner.send(record, done)

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    drain(outbox, Watched())  # type: ignore[arg-type]
    assert sent.index("relief") <= 3000 + QUICK.batch


def test_what_may_be_in_flight_is_bounded(engine: Engine, outbox: SqlOutbox) -> None:
    put(engine, outbox, "state", list(range(3000)))
    handed: list[OutgoingRecord] = []

    class Silent:
        """A publisher whose broker never answers."""

        def send(self, record: OutgoingRecord, _done: Done) -> None:
            handed.append(record)

        def poll(self, timeout: float = 0.0) -> None:
            time.sleep(timeout)

        def flush(self, _timeout: float = -1) -> int:
            return len(handed)

        def purge(self) -> None:
            """Nothing was sent."""

    pace = Pace(lease_seconds=5, window=1000, batch=300, idle_seconds=0.005, stop_seconds=0.1)
    relay = relay_of(outbox, Silent(), pace)  # type: ignore[arg-type]
    with running(relay):
        assert eventually(lambda: len(handed) >= 1000)
        time.sleep(0.1)
    assert len(handed) == 1000
    assert outbox.sent_through("state") == 0


def test_a_lane_that_fails_holds_back_only_itself(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    put(engine, outbox, "state", [1, 2], "no-such-topic")
    put(engine, outbox, "relief", [1], "relief")
    relay = relay_of(outbox, broker.publisher())
    with running(relay):
        assert eventually(lambda: outbox.sent_through("relief") == 1)
        put(engine, outbox, "relief", [2], "relief")
        assert eventually(lambda: outbox.sent_through("relief") == 2)
        assert outbox.sent_through("state") == 0
        assert isinstance(relay.failure, DeliveryFailed)
        broker.create("no-such-topic")
        assert eventually(lambda: outbox.sent_through("state") == 2)
        assert eventually(lambda: relay.failure is None)
    assert values(broker, "no-such-topic") == [1, 2]


def test_who_waits_is_told_at_once_what_the_broker_refuses(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    put(engine, outbox, "state", [1], "no-such-topic")
    with pytest.raises(DeliveryFailed, match="no-such-topic") as caught:
        drain(outbox, broker.publisher())
    assert "topics apply" in caught.value.remedy
    assert outbox.holder().owner == ""


def test_after_a_failure_in_the_middle_everything_behind_it_is_sent_again(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    put(engine, outbox, "state", list(range(10)))
    failed: list[int] = []

    class Flaky:
        """A publisher that loses the fifth record once and takes all others."""

        def __init__(self) -> None:
            self._inner = broker.publisher()
            self._due: list[tuple[Done, Exception]] = []

        def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
            if record.value == b"5" and not failed:
                failed.append(5)
                assert done is not None
                self._due.append((done, RuntimeError("lost")))
            else:
                self._inner.send(record, done)

        def poll(self, timeout: float = 0.0) -> None:
            due, self._due = self._due, []
            for done, error in due:
                done(error)
            self._inner.poll(timeout)

        def flush(self, timeout: float = -1) -> int:
            return self._inner.flush(timeout)

        def purge(self) -> None:
            self._inner.purge()

    with running(relay_of(outbox, Flaky())):  # type: ignore[arg-type]
        assert eventually(lambda: outbox.sent_through("state") == 10)
    assert values(broker) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 5, 6, 7, 8, 9]
    # where the records stand is where they were sent last
    assert [place.offset for place in outbox.positions("state", [7, 10]).values()] == [10, 13]


def test_a_broken_publisher_is_made_anew(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    put(engine, outbox, "state", [1, 2, 3])
    broken: list[bool] = []

    class Breaks:
        """A publisher that cannot go on once, until it is purged."""

        def __init__(self) -> None:
            self._inner = broker.publisher()

        def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
            if record.value == b"2" and not broken:
                broken.append(True)
                raise PublisherBroken("fenced")
            self._inner.send(record, done)

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    with running(relay_of(outbox, Breaks())):  # type: ignore[arg-type]
        assert eventually(lambda: outbox.sent_through("state") == 3)
    assert values(broker)[-3:] == [1, 2, 3]


def test_a_graceful_stop_finishes_what_is_in_flight(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    put(engine, outbox, "state", [1, 2, 3])
    broker.stop()
    relay = relay_of(outbox, broker.publisher(), Pace(lease_seconds=9, idle_seconds=0.005, stop_seconds=20))
    relay.step()
    ending = threading.Thread(target=relay.close)
    ending.start()
    time.sleep(0.1)
    broker.start()
    ending.join(20)
    assert not ending.is_alive()
    assert outbox.sent_through("state") == 3
    assert outbox.holder().owner == ""


def test_an_outage_is_waited_out(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    broker.stop()
    put(engine, outbox, "state", [1, 2, 3])
    with running(relay_of(outbox, broker.publisher())):
        time.sleep(2)  # longer than a lease: it is renewed meanwhile
        assert outbox.holder().owner != ""
        broker.start()
        assert eventually(lambda: outbox.sent_through("state") == 3)
    assert values(broker) == [1, 2, 3]
