"""Waiting until what was accepted is in the log, and what a waiting command is told when it is not."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from liandong.producers.court import open_court
from liandong.producers.relay.delivery import NotSentYet, Sending
from liandong.producers.relay.lane import DeliveryFailed
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.relays import put, relay_of, running, values
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT
from liandong.tests.worlds.waiting import eventually
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.workers.clock import SystemClock


def start(outbox: SqlOutbox, broker: MemoryBroker) -> Sending:
    return Sending(outbox, broker.publisher(), SystemClock(), CHANCE)


def test_rows_are_sent_while_others_are_accepted_and_the_end_is_waited_for(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    shown: list[tuple[int, int]] = []
    put(engine, outbox, "state", [1])
    work = start(outbox, broker)
    assert eventually(lambda: outbox.sent_through("state") == 1)
    put(engine, outbox, "state", list(range(2, 1203)))
    work.wait(30, lambda sent, total: shown.append((sent, total)))
    assert values(broker) == list(range(1, 1203))
    assert shown[-1] == (1202, 1202)
    assert outbox.holder().owner == ""


def test_who_waits_longer_than_they_would_learns_how_many_rows_are_left(
    engine: Engine, outbox: SqlOutbox, broker: MemoryBroker
) -> None:
    put(engine, outbox, "state", [1, 2])
    with running(relay_of(outbox, broker.publisher())):
        assert eventually(lambda: outbox.sent_through("state") == 2)
        broker.stop()
        put(engine, outbox, "state", [3, 4, 5])
        work = start(outbox, broker)
        with pytest.raises(NotSentYet, match="3 rows"):
            work.wait(0.2)


def test_what_the_broker_refuses_is_told_at_once(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    put(engine, outbox, "state", [1], "no-such-topic")
    work = start(outbox, broker)
    with pytest.raises(DeliveryFailed, match="no-such-topic"):
        work.wait(30)
    assert outbox.holder().owner == ""


def test_another_relay_may_do_the_work(engine: Engine, outbox: SqlOutbox, broker: MemoryBroker) -> None:
    with running(relay_of(outbox, broker.publisher())):
        assert eventually(lambda: outbox.holder().owner != "")
        work = start(outbox, broker)
        put(engine, outbox, "state", [1, 2, 3])
        work.wait(30)
    assert values(broker) == [1, 2, 3]


def test_a_court_that_is_open_brings_the_part_that_sends_what_it_accepts(tmp_path: Path) -> None:
    town, clock = Town(MemoryWire(), tmp_path), VirtualClock()
    with open_court(town.settings, COURT, clock, CHANCE) as court:
        (part,) = court.parts(town.wire.publisher())
        put(court.register.engine, court.register.outbox, "state", [1, 2], names.debtor_list("js"))
        run_for(clock, 1, part.worker)
        assert [message.value() for message in town.messages(names.debtor_list("js"))] == [b"1", b"2"]
        assert court.register.outbox.sent_through("state") == 2
        part.worker.close()
        assert court.register.outbox.holder().owner == ""
