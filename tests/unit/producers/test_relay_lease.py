"""Of several relays one holds the lease and sends; the others wait, or leave it the work."""

import threading
import time

from sqlalchemy import Engine

from liandong.producers.relay.relay import Relay
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.relays import QUICK, Done, put, relay_of, values
from liandong.tests.worlds.waiting import eventually
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord


def test_of_two_relays_one_sends_and_the_other_takes_over(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    stops = [threading.Event(), threading.Event()]
    relays = [relay_of(outbox, broker.publisher()) for _ in stops]
    threads = [threading.Thread(target=relay.run, args=(stop,)) for relay, stop in zip(relays, stops, strict=True)]
    for thread in threads:
        thread.start()
    for value in range(200):
        put(engine, outbox, "state", [value])
    assert eventually(lambda: outbox.sent_through("state") == 200)
    assert eventually(lambda: sum(relay.sent for relay in relays) == 200)
    first = 0 if relays[0].sent else 1
    assert (relays[first].sent, relays[1 - first].sent) == (200, 0)
    stops[first].set()
    threads[first].join()
    put(engine, outbox, "state", [200, 201])
    assert eventually(lambda: outbox.sent_through("state") == 202)
    stops[1 - first].set()
    threads[1 - first].join()
    assert relays[1 - first].sent == 2
    assert values(broker) == list(range(202))


def test_a_drain_lets_the_relay_that_runs_do_the_work(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    stop = threading.Event()
    running = relay_of(outbox, broker.publisher())
    thread = threading.Thread(target=running.run, args=(stop,))
    thread.start()
    assert eventually(lambda: outbox.holder().owner != "")
    put(engine, outbox, "state", [1, 2, 3])
    assert relay_of(outbox, broker.publisher()).drain() == 0
    assert values(broker) == [1, 2, 3]
    stop.set()
    thread.join()


def test_a_lease_that_ran_out_is_sent_under_no_more(engine: Engine, outbox: SqlOutbox) -> None:
    """The relay stops by its own clock, well before another one may begin."""
    put(engine, outbox, "state", list(range(10)))
    clock, stop = HandClock(), threading.Event()
    purged: list[bool] = []

    class Slow:
        """A publisher during whose sending the process sleeps for half a minute."""

        def __init__(self) -> None:
            self.sent = 0

        def send(self, _record: OutgoingRecord, _done: Done) -> None:
            self.sent += 1
            if self.sent == 4:
                clock.time += 30_000

        def poll(self, timeout: float = 0.0) -> None:
            time.sleep(timeout)

        def purge(self) -> None:
            purged.append(True)
            stop.set()

    slow = Slow()
    Relay(outbox, slow, clock, "sleeper", QUICK).run(stop)  # type: ignore[arg-type]
    assert slow.sent == 4
    assert purged == [True]
    assert outbox.sent_through("state") == 0
