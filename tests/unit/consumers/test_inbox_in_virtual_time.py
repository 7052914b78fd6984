"""A court's inbox in steps: it never waits, outlasts an outage, and says once what it has lost."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import InboxStore
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition


class Court:
    """A court that gave one command, which was answered, and its inbox in virtual time."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory)
        self.clock = VirtualClock(self.town.clock.now())
        self.railway = TownAgency(self.town, RAILWAY)
        self.answer(1)
        self.store: InboxStore = self.town.court.inbox()._store
        self.inbox = self.opened()

    def answer(self, number: int) -> None:
        """Gives one more command; the agency answers."""
        self.town.court.watch(invented(number))
        self.railway.settle()

    def opened(self) -> Inbox:
        """The inbox as another process opens it."""
        inbox = self.town.court.inbox()
        context = inbox._context
        object.__setattr__(context, "clock", self.clock)
        return Inbox(context, inbox._subscriber, self.store)


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return Court(tmp_path)


def test_no_step_waits_and_an_outage_is_waited_out(court: Court) -> None:
    waits: list[float] = []
    subscriber = court.inbox._subscriber
    polled = subscriber.poll

    def poll(limit: int, timeout: float) -> list[object]:
        waits.append(timeout)
        return list(polled(limit, timeout))

    subscriber.poll = poll  # type: ignore[assignment,method-assign]
    run_for(court.clock, 1, court.inbox)
    assert (court.inbox.caught_up, court.inbox.new) == (True, 1)
    court.wire.broker.stop()
    run_for(court.clock, 600, court.inbox)
    court.wire.broker.start()
    court.answer(2)
    run_for(court.clock, 10, court.inbox)
    assert court.inbox.new == 2
    assert set(waits) == {0}


def test_a_broker_that_is_away_at_the_start_is_waited_for(court: Court) -> None:
    court.wire.broker.stop()
    run_for(court.clock, 60, court.inbox)
    assert not court.inbox.caught_up
    court.wire.broker.start()
    run_for(court.clock, 2, court.inbox)
    assert len(court.inbox.all_items()) == 1


def test_what_left_the_log_unread_is_counted_once(court: Court) -> None:
    run_for(court.clock, 1, court.inbox)
    for number in (2, 3, 4):
        court.answer(number)
    court.wire.broker.truncate(TopicPartition(names.feedback("js"), 0), 3)
    lost = []
    for _ in range(2):
        again = court.opened()
        run_for(court.clock, 1, again)
        assert again.caught_up
        lost.append((again.lost, again.new))
    assert lost == [(2, 1), (0, 0)]


def test_a_store_that_fails_is_tried_again(court: Court) -> None:
    failures = [OperationalError("INSERT", {}, Exception("disk I/O error"))] * 2
    put = court.store.put

    def failing(*arguments: object) -> bool:
        if failures:
            raise failures.pop()
        return put(*arguments)  # type: ignore[arg-type]

    court.store.put = failing  # type: ignore[assignment,method-assign]
    run_for(court.clock, 5, court.inbox)
    assert (court.inbox.failure, court.inbox.new) == (None, 1)
    assert len(court.inbox.all_items()) == 1
