"""A court's inbox in steps: it never waits, outlasts an outage, and says once what it has lost."""

from pathlib import Path

import pytest

from liandong.consumers.cli.inbox import tell_losses
from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import InboxStore, Loss
from liandong.tests.worlds.clock import NOW, VirtualClock, run_for
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.signatures import SIGNER_UNKNOWN
from liandong.topics.storage.faults import DatabaseUnavailable
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


def test_what_waited_for_its_signers_key_is_taken_when_the_register_has_it(court: Court) -> None:
    directory, agency = court.inbox._context.directory, court.railway.context
    assert isinstance(directory, KeyDirectory)
    run_for(court.clock, 1, court.inbox)
    court.wire.broker.hold(TopicPartition(names.KEYS, 0))
    court.town.participants.rotate(RAILWAY)
    court.town.publish(RAILWAY)
    object.__setattr__(agency, "signer", court.town.participants.signer(RAILWAY))
    court.answer(2)
    run_for(court.clock, 10, court.inbox)
    assert [item.item.refused for item in court.inbox.all_items()] == ["", SIGNER_UNKNOWN]
    court.wire.broker.release(TopicPartition(names.KEYS, 0))
    directory.step()
    run_for(court.clock, 6, court.inbox)
    assert [item.item.refused for item in court.inbox.all_items()] == ["", ""]


def test_what_left_the_log_unread_is_told_once_and_kept(court: Court) -> None:
    run_for(court.clock, 1, court.inbox)
    for number in (2, 3, 4):
        court.answer(number)
    lane = TopicPartition(names.feedback("js"), 0)
    court.wire.broker.truncate(lane, 3)
    told = []
    for _ in range(2):
        again = court.opened()
        run_for(court.clock, 1, again)
        assert again.caught_up
        told.append(([(loss.at, loss.records) for loss in again.losses(unshown=True)], again.new))
        again.mark_losses_shown()
    assert told == [([(lane, 2)], 1), ([], 0)]
    assert [(loss.first_offset, loss.next_offset) for loss in court.store.losses()] == [(1, 3)]


@pytest.mark.parametrize(("lang", "words"), [("zh", "至多 2 条记录"), ("en", "ALARM up to 2 records")])
def test_losses_are_told_in_the_courts_language_and_again_when_all_is_asked_for(
    court: Court, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    with court.store.engine.begin() as connection:
        court.store.lose(connection, Loss(TopicPartition(names.feedback("js"), 0), 1, 3, NOW))
    for everything in (False, False, True):
        tell_losses(court.inbox, lang, everything=everything)
    told = capsys.readouterr().err.splitlines()
    assert (len(told), len(set(told))) == (2, 1)
    assert words in told[0]
    assert names.feedback("js") in told[0]


def test_what_left_the_log_before_an_inbox_ever_read_is_told(court: Court) -> None:
    court.answer(2)
    court.wire.broker.truncate(TopicPartition(names.feedback("js"), 0), 1)
    run_for(court.clock, 1, court.inbox)
    assert ([loss.records for loss in court.inbox.losses(unshown=True)], court.inbox.new) == ([1], 1)


def test_what_was_lost_is_told_by_the_next_inbox_if_the_one_that_noticed_it_ended(court: Court) -> None:
    run_for(court.clock, 1, court.inbox)
    for number in (2, 3):
        court.answer(number)
    court.wire.broker.truncate(TopicPartition(names.feedback("js"), 0), 2)
    run_for(court.clock, 1, court.opened())
    again = court.opened()
    run_for(court.clock, 1, again)
    assert [loss.records for loss in again.losses(unshown=True)] == [1]


def test_a_store_that_fails_is_tried_again(court: Court) -> None:
    failures = [DatabaseUnavailable("the database", "disk I/O error")] * 2
    put = court.store.put

    def failing(*arguments: object) -> bool:
        if failures:
            raise failures.pop()
        return put(*arguments)  # type: ignore[arg-type]

    court.store.put = failing  # type: ignore[assignment,method-assign]
    run_for(court.clock, 5, court.inbox)
    assert (court.inbox.failure, court.inbox.new) == (None, 1)
    assert len(court.inbox.all_items()) == 1
