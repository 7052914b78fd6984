"""Of several relays one holds the lease and sends; the others wait, or leave it the work."""

from contextlib import ExitStack

from sqlalchemy import Engine

from liandong.producers.relay.relay import Relay
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.relays import QUICK, Done, drain, put, relay_of, running, values
from liandong.tests.worlds.waiting import eventually
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.worker import AT_ONCE


def test_of_two_relays_one_sends_and_the_other_takes_over(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    first, second = (relay_of(outbox, broker.publisher()) for _ in range(2))
    with ExitStack() as second_runs:
        with running(first):
            assert eventually(lambda: first.epoch is not None)
            second_runs.enter_context(running(second))
            for value in range(200):
                put(engine, outbox, "state", [value])
            assert eventually(lambda: outbox.sent_through("state") == 200)
        assert (first.sent, second.sent) == (200, 0)
        put(engine, outbox, "state", [200, 201])
        assert eventually(lambda: outbox.sent_through("state") == 202)
    assert second.sent == 2
    assert values(broker) == list(range(202))


def test_who_waits_lets_the_relay_that_runs_do_the_work(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    with running(relay_of(outbox, broker.publisher())):
        assert eventually(lambda: outbox.holder().owner != "")
        put(engine, outbox, "state", [1, 2, 3])
        assert drain(outbox, broker.publisher()) == 0
        assert values(broker) == [1, 2, 3]


def test_a_lease_that_ran_out_is_sent_under_no_more(engine: Engine, outbox: SqlOutbox) -> None:
    """The relay stops by its own clock, well before another one may begin."""
    put(engine, outbox, "state", list(range(10)))
    clock = HandClock()
    purged: list[bool] = []

    class Slow:
        """A publisher during whose sending the process sleeps for half a minute."""

        def __init__(self) -> None:
            self.sent = 0

        def send(self, _record: OutgoingRecord, _done: Done) -> None:
            self.sent += 1
            if self.sent == 4:
                clock.time += 30_000

        def purge(self) -> None:
            purged.append(True)

    slow = Slow()
    relay = Relay(outbox, slow, clock, "sleeper", QUICK)  # type: ignore[arg-type]
    assert relay.step() == AT_ONCE
    assert relay.epoch is None
    assert slow.sent == 4
    assert purged == [True]
    assert outbox.sent_through("state") == 0
