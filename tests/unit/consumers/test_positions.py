"""Where effects and an inbox read on: by what their stores say was done, in topics that are the ones they mean."""

from pathlib import Path

import pytest
from sqlalchemy import select

from liandong.consumers.acts_db.database import open_acts
from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.acts_db.positions import HandledPosition, begin_at, handled, note_handled
from liandong.consumers.acts_db.tables import commands_handled, dead_letters
from liandong.consumers.cli.inbox import tell_losses
from liandong.consumers.commands import parked
from liandong.consumers.effects.dead_letters import note_once
from liandong.consumers.inbox.store import MADE_AGAIN
from liandong.producers.commands.sent import unanswered
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.storage.database import sqlite_url
from liandong.topics.transport.ports import TopicPartition

COMMANDS = names.commands(RAILWAY)
FEEDBACK = names.feedback("js")


class Copied:
    """A town whose railway's operator puts things back, and whose administrator makes topics again."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory)
        self.railway = TownAgency(self.town, RAILWAY)
        self.clock = VirtualClock(self.town.clock.now())
        object.__setattr__(self.railway.context, "clock", self.clock)
        self.effects = self.railway.new_effects()
        self.work(3)

    def work(self, seconds: float) -> None:
        run_for(self.clock, seconds, self.effects)
        self.railway.relay()

    def make_again(self, topic: str) -> None:
        partitions = len(self.wire.subscriber().partitions(topic))
        self.wire.delete(topic)
        self.wire.create(topic, partitions=partitions)

    def watch(self, number: int) -> bytes:
        self.clock.pass_seconds(0)
        self.town.clock.time = self.clock.now()
        return self.town.court.watch(invented(number))

    def answers(self) -> list[tuple[bytes, bytes, str]]:
        return [(each["command_id"], each["feedback_id"], each["code"]) for each in self.town.records(FEEDBACK)]

    def done(self) -> set[bytes]:
        with self.railway.engine.connect() as connection:
            return set(connection.scalars(select(commands_handled.c.command_id)))


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    return Copied(tmp_path)


def test_a_position_is_kept_in_the_transaction_of_what_was_handled(copied: Copied) -> None:
    copied.watch(1)
    copied.work(3)
    found = {at: position.next_offset for at, position in handled(copied.railway.engine).items()}
    assert sum(offset for at, offset in found.items() if at.topic == COMMANDS) == 1
    assert names.relief("js") in {at.topic for at in found}


def test_what_the_group_committed_does_not_count_against_the_store(copied: Copied) -> None:
    command = copied.watch(1)
    group = copied.wire.broker.group(f"{RAILWAY}.effects")
    for at in [each for each in group.owners if each.topic == COMMANDS]:
        group.offsets[at] = copied.wire.subscriber().watermarks(at).high  # of a store that was put back since
    copied.effects.close()
    copied.effects = copied.railway.new_effects()
    copied.work(3)
    assert [each[0] for each in copied.answers()] == [command]


def test_a_topic_made_again_is_read_from_its_beginning_by_who_stood_in_the_one_before(copied: Copied) -> None:
    first = copied.watch(1)
    copied.work(3)
    copied.make_again(COMMANDS)
    others = {copied.watch(number) for number in range(2, 8)}
    copied.work(40)
    assert copied.done() == {first, *others}


def test_places_in_a_topic_that_is_gone_are_nobodys_any_more(tmp_path: Path) -> None:
    engine, at = open_acts(sqlite_url(tmp_path / "acts.db")), TopicPartition(COMMANDS, 0)
    message = Received(Origin(COMMANDS, 0, 0), b"key", b"value", [])
    before, now = HandledPosition(b"one" * 5 + b"1", 1), HandledPosition(b"two" * 5 + b"2", 0)
    with engine.begin() as connection:
        begin_at(connection, at, before, None)
        parked.park(connection, message, "", "SIGNER_UNKNOWN", 1, 1)
        assert note_once(connection, message.origin, "UNDECODABLE", 1)
        begin_at(connection, at, now, before)
        parked.park(connection, message, "", "SIGNER_UNKNOWN", 2, 2)
        assert note_once(connection, message.origin, "UNDECODABLE", 2)
    with engine.begin() as connection:
        note_handled(connection, message.origin)
        waiting = parked.waiting(connection)
        assert len(waiting) == 2
        assert waiting[0].message.origin.offset < 0
        assert connection.execute(select(dead_letters.c.at)).scalars().all() == [2]
    assert handled(engine) == {at: HandledPosition(now.topic_id, 1)}


def test_a_command_sent_again_is_done_once_and_answered_again_under_the_same_handle(copied: Copied) -> None:
    command = copied.watch(1)
    copied.work(3)
    (answered,) = copied.answers()
    for pause, answers in ((5, 1), (61, 2)):
        copied.clock.pass_seconds(pause)
        copied.town.clock.time = copied.clock.now()
        assert [each.command_id for each in copied.town.court.commands.resend()] == [command]
        copied.town.court.relay()
        copied.work(3)
        assert copied.answers() == [answered] * answers
    copied.town.court.commands._sent.answered(command, "00", copied.clock.now())
    assert copied.town.court.commands.resend() == []


@pytest.mark.parametrize(("seconds", "named"), [(-61, 1), (-59, 0), (0, 0), (3_600, 1)])
def test_a_command_without_an_answer_is_named_a_minute_later_and_at_once_if_the_clock_was_ahead(
    copied: Copied, seconds: int, named: int
) -> None:
    copied.watch(1)
    given = copied.town.clock.time
    now = given - seconds * 1_000
    assert len(unanswered(copied.town.court.register.engine, now - 60_000, now)) == named


def test_what_is_sent_again_is_the_same_to_the_byte_and_nothing_is_kept_of_it_once_it_is_answered(
    copied: Copied,
) -> None:
    command = copied.watch(1)
    copied.town.court.commands.resend()
    copied.town.court.relay()
    first, again = copied.town.messages(COMMANDS)
    assert (first.key(), first.value(), first.headers()) == (again.key(), again.value(), again.headers())
    register = copied.town.court.commands._sent
    register.answered(command, "00", copied.clock.now())
    with copied.town.court.register.engine.connect() as connection:
        assert register.to_send_again(connection, 0) == {}
        assert connection.exec_driver_sql("SELECT count(*) FROM commands_unanswered").scalar() == 0


@pytest.mark.parametrize(("lang", "words"), [("zh", "被删除后重新建立"), ("en", "deleted and made again")])
def test_an_inbox_reads_a_topic_that_was_made_again_and_says_that_something_may_be_lost(
    copied: Copied, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    inbox = copied.town.court.inbox()
    object.__setattr__(inbox._context, "clock", copied.clock)
    inbox._places._clock = copied.clock
    copied.watch(1)
    copied.work(3)
    run_for(copied.clock, 2, inbox)
    copied.make_again(FEEDBACK)
    copied.watch(2)
    copied.work(3)
    run_for(copied.clock, 40, inbox)
    assert inbox.new == 2
    assert {(loss.at.topic, loss.next_offset) for loss in inbox.losses(unshown=True)} == {(FEEDBACK, MADE_AGAIN)}
    tell_losses(inbox, lang)
    assert words in capsys.readouterr().err
