"""A relay whose time stands still between its steps: it never waits, and it outlasts whatever is away."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine

from liandong.producers.relay.relay import Pace, Relay
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.relays import Done, put, values
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Delivered, OutgoingRecord
from liandong.topics.workers.worker import AT_ONCE

OUTAGE = 120.0


class Watched:
    """A publisher that remembers how long it was asked to wait."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._inner = broker.publisher()
        self.waits: list[float] = []
        self.flushes: list[float] = []

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        self._inner.send(record, done)

    def poll(self, timeout: float = 0.0) -> None:
        self.waits.append(timeout)
        self._inner.poll(0)

    def flush(self, timeout: float = -1) -> int:
        self.flushes.append(timeout)
        return self._inner.flush(0)

    def partitions(self, topic: str) -> list[int]:
        return self._inner.partitions(topic)

    def purge(self) -> None:
        self._inner.purge()

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def timed(engine: Engine, clock: VirtualClock) -> SqlOutbox:
    return SqlOutbox(engine, clock=clock)


def test_no_step_waits_and_a_long_outage_costs_nothing(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    publisher = Watched(broker)
    relay = Relay(timed, publisher, clock, "one")
    put(engine, timed, "state", [0, 1])
    run_for(clock, 1, relay)
    broker.stop()
    put(engine, timed, "state", [2, 3])
    run_for(clock, OUTAGE, relay)
    put(engine, timed, "state", [4])
    assert timed.holder().owner == "one"
    assert timed.sent_through("state") == 2
    broker.start()
    run_for(clock, 1, relay)
    assert values(broker) == [0, 1, 2, 3, 4]
    assert timed.sent_through("state") == 5
    assert set(publisher.waits) == {0}


def test_it_is_called_at_once_while_there_is_more_and_soon_when_there_is_not(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    put(engine, timed, "state", list(range(750)))
    relay = Relay(timed, broker.publisher(), clock, "one")
    assert [relay.step() for _ in range(3)] == [AT_ONCE, AT_ONCE, Pace().idle_seconds]
    other = Relay(timed, broker.publisher(), clock, "two")
    assert other.step() == 0.5


def test_a_relay_that_slept_past_its_lease_sends_everything_behind_the_mark_again_in_order(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    sleeper = Relay(timed, Deaf(broker), clock, "sleeper")
    put(engine, timed, "state", [1, 2, 3])
    sleeper.step()
    clock.pass_seconds(6)
    follower = Relay(timed, broker.publisher(), clock, "follower")
    run_for(clock, 10, follower, sleeper)
    assert (follower.epoch, sleeper.epoch) == (2, None)
    assert values(broker) == [1, 2, 3, 1, 2, 3]
    assert (follower.sent, sleeper.sent) == (3, 0)


def test_a_relay_that_died_by_a_clock_an_hour_ahead_is_followed_after_the_time_of_a_lease(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    clock.time += 3_600_000
    put(engine, timed, "state", [1])
    Relay(timed, broker.publisher(), clock, "dead").step()
    clock.time -= 3_600_000
    follower = Relay(timed, broker.publisher(), clock, "follower")
    run_for(clock, Pace().lease_seconds - 1, follower)
    assert timed.holder().owner == "dead"
    run_for(clock, 2, follower)
    assert (follower.epoch, timed.sent_through("state")) == (2, 1)


def test_a_relay_that_renews_its_lease_keeps_it_whatever_the_clock_does(
    timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    holder, other = (Relay(timed, broker.publisher(), clock, name) for name in ("holder", "other"))
    clock.time += 3_600_000
    run_for(clock, 1, holder, other)
    clock.time -= 3_600_000
    run_for(clock, 20, holder, other)
    assert (holder.epoch, other.epoch) == (1, None)


class Deaf(Watched):
    """A publisher that never hears that its records arrived."""

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        assert done is not None
        self._inner.send(record, lambda _outcome: None)


@pytest.mark.parametrize("pace", [Pace(), Pace(stop_seconds=3.0)])
def test_closing_ends_while_the_broker_is_away_and_time_stands_still(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock, pace: Pace
) -> None:
    publisher = Watched(broker)
    relay = Relay(timed, publisher, clock, "one", pace)
    put(engine, timed, "state", [1])
    broker.stop()
    relay.step()
    relay.close()
    assert sum(publisher.flushes) == pytest.approx(pace.stop_seconds)
    assert max(publisher.flushes) <= pace.lease_seconds / 4
    assert timed.holder().owner == ""
    broker.start()
    assert values(broker) == []
    assert timed.sent_through("state") == 0


def test_the_lease_is_kept_while_closing_takes_long(
    engine: Engine, timed: SqlOutbox, broker: MemoryBroker, clock: VirtualClock
) -> None:
    leased: list[str] = []

    class Slow(Watched):
        """A publisher whose broker comes back in the last moment."""

        def flush(self, timeout: float = -1) -> int:
            clock.pass_seconds(timeout)
            leased.append(timed.holder().owner)
            if len(leased) == 7:
                broker.start()
            return super().flush(timeout)

    relay = Relay(timed, Slow(broker), clock, "one")
    put(engine, timed, "state", [1])
    broker.stop()
    relay.step()
    relay.close()
    assert leased == ["one"] * 7
    assert timed.sent_through("state") == 1


def test_a_store_that_does_not_answer_is_asked_again_and_nothing_is_lost(
    engine: Engine, broker: MemoryBroker, clock: VirtualClock
) -> None:
    class Failing(SqlOutbox):
        """An outbox whose database goes away while rows are marked."""

        away = False

        def mark_sent(self, lane: str, epoch: int, delivered: Sequence[tuple[int, Delivered]]) -> None:
            if self.away:
                raise DatabaseUnavailable("the database", "the server is gone")
            super().mark_sent(lane, epoch, delivered)

    outbox = Failing(engine, clock=clock)
    relay = Relay(outbox, broker.publisher(), clock, "one")
    outbox.away = True
    put(engine, outbox, "state", [1, 2])
    assert relay.step() == AT_ONCE
    assert relay.step() == Pace().retry_seconds
    assert isinstance(relay.failure, DatabaseUnavailable)
    clock.pass_seconds(0.4)
    assert relay.step() == pytest.approx(0.6)
    outbox.away = False
    run_for(clock, 2, relay)
    assert values(broker) == [1, 2, 1, 2]
    assert outbox.sent_through("state") == 2
