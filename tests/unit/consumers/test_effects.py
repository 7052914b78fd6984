"""Effects in steps, on the broker in memory: what came and cannot be handled now is kept, in its order, and not doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.commands.parking import MAX_ATTEMPTS
from liandong.consumers.effects import loop
from liandong.consumers.effects.loop import Effects, Surroundings, group_of
from liandong.consumers.effects.routing import handle_any
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.subscribers import Polled
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency, TownCourt, order_for
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.workers.worker import AT_ONCE

COMMANDS = names.commands(RAILWAY)
SEVERAL = 12


class WatchedRailway:
    """A railway that several commands wait for, and an acts store that can go away."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory)
        self.agency = TownAgency(self.town, RAILWAY)
        self.handled: list[Origin] = []
        self.away_after = SEVERAL
        """How many messages the store takes."""
        for seed in range(SEVERAL):
            self.town.court.watch(invented(seed))

    def handle(self, connection: Connection, context: AgencyContext, message: Received) -> str:
        if len(self.handled) >= self.away_after:
            raise DatabaseUnavailable("the database", "disk I/O error")
        self.handled.append(message.origin)
        return handle_any(connection, context, message)

    def committed(self) -> int:
        return sum(self.wire.broker.group(group_of(RAILWAY)).offsets.values())

    def new_in(self, at: TopicPartition) -> int:
        """Messages behind what the group has committed."""
        committed = self.wire.broker.group(group_of(RAILWAY)).offsets.get(at, 0)
        return self.wire.broker.topics.log(at).high - committed

    def codes(self) -> list[str]:
        self.agency.relay()
        return self.town.codes()

    def pass_seconds(self, seconds: float) -> None:
        self.town.clock.time += round(seconds * 1000)


@pytest.fixture
def railway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedRailway]:
    made = WatchedRailway(tmp_path)
    monkeypatch.setattr(loop, "handle_any", made.handle)
    yield made
    made.agency.effects.close()


def until_idle(effects: Effects) -> float:
    """Steps until there is nothing to do now; the seconds it wants to wait."""
    while (left := effects.step()) == AT_ONCE:
        pass
    return left


def in_order(handled: list[Origin]) -> bool:
    """Whether the messages of each partition were handled in its order, each once."""
    by_partition: dict[TopicPartition, list[int]] = {}
    for origin in handled:
        by_partition.setdefault(origin.at, []).append(origin.offset)
    return all(offsets == list(range(offsets[0], offsets[0] + len(offsets))) for offsets in by_partition.values())


def test_what_waited_long_for_a_key_is_handled_as_soon_as_the_register_has_it(railway: WatchedRailway) -> None:
    effects, town = railway.agency.effects, railway.town
    _command_of_an_unknown_court(railway)
    for _ in range(6):
        railway.pass_seconds(100)
        until_idle(effects)
    railway.pass_seconds(1)
    until_idle(effects)
    assert railway.agency.rows()["commands_parked"] == 1
    town.publish("court-su0507")
    railway.pass_seconds(1)
    until_idle(effects)
    assert railway.agency.rows()["commands_parked"] == 0
    assert railway.codes() == ["00"] * (SEVERAL + 1)


def test_other_peoples_new_keys_use_up_none_of_its_attempts(railway: WatchedRailway) -> None:
    effects, town = railway.agency.effects, railway.town
    _command_of_an_unknown_court(railway)
    for _ in range(MAX_ATTEMPTS):
        town.participants.rotate("court-su0506")
        town.publish("court-su0506")
        railway.pass_seconds(1)
        until_idle(effects)
    rows = railway.agency.rows()
    assert (rows["commands_parked"], rows["dead_letters"]) == (1, 0)


def _command_of_an_unknown_court(railway: WatchedRailway) -> None:
    """A court whose keys are not published yet gives a command."""
    town, railway.away_after = railway.town, 1_000
    town.join("court-su0507", "court", publish=False, jurisdictions=("js",))
    town.send(TownCourt(town, "court-su0507").signed_command(order_for(town, invented(1))))
    until_idle(railway.agency.effects)
    assert railway.agency.rows()["commands_parked"] == 1


def test_a_store_that_goes_away_in_the_middle_of_a_batch_loses_nothing(railway: WatchedRailway) -> None:
    effects, railway.away_after = railway.agency.effects, 5
    assert effects.step() == 2
    assert (len(railway.handled), railway.committed()) == (5, 5)
    railway.pass_seconds(0.5)
    assert effects.step() == pytest.approx(1.5, abs=0.4)
    railway.pass_seconds(1.5)
    assert effects.step() == 2
    assert (len(railway.handled), railway.committed()) == (5, 5)
    railway.away_after = SEVERAL
    railway.pass_seconds(2)
    assert until_idle(effects) <= 1
    assert (len(railway.handled), railway.committed()) == (SEVERAL, SEVERAL)
    assert in_order(railway.handled)
    assert railway.codes() == ["00"] * SEVERAL


def test_what_is_kept_of_a_partition_that_went_to_another_node_is_left_to_that_node(railway: WatchedRailway) -> None:
    first, second = railway.agency.effects, TownAgency(railway.town, RAILWAY, "2").effects
    railway.away_after = 2
    first.step()
    second.step()
    railway.away_after = SEVERAL
    railway.pass_seconds(2)
    until_idle(first)
    until_idle(second)
    assert (len(railway.handled), railway.committed()) == (SEVERAL, SEVERAL)
    assert in_order(railway.handled)
    assert railway.codes() == ["00"] * SEVERAL
    assert set(railway.wire.broker.group(group_of(RAILWAY)).offsets) == {each.at for each in railway.handled}
    second.close()


def test_a_node_that_is_killed_in_the_middle_of_a_batch_leaves_the_rest_to_the_next(railway: WatchedRailway) -> None:
    railway.away_after = 5
    railway.agency.effects.step()
    railway.agency.effects.close()
    railway.away_after = SEVERAL
    railway.agency.effects = railway.agency.new_effects()
    until_idle(railway.agency.effects)
    assert (len(railway.handled), railway.committed()) == (SEVERAL, SEVERAL)
    assert in_order(railway.handled)


def test_no_more_is_kept_than_a_batch(railway: WatchedRailway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_BATCH", 4)
    railway.away_after = 0
    effects = railway.agency.effects
    for _ in range(5):
        assert effects.step() == 2
        railway.pass_seconds(2)
    assert len(effects._kept) == 4
    railway.away_after = SEVERAL
    until_idle(effects)
    assert (len(railway.handled), railway.committed()) == (SEVERAL, SEVERAL)
    assert in_order(railway.handled)


def test_a_broker_that_is_away_is_tried_again_when_it_is_time(railway: WatchedRailway) -> None:
    effects = railway.agency.effects
    railway.wire.broker.stop()
    assert effects.step() == 2
    railway.wire.broker.start()
    assert effects.step() > 0
    assert railway.handled == []
    railway.pass_seconds(2)
    until_idle(effects)
    assert len(railway.handled) == SEVERAL


def test_nothing_is_read_before_the_keys_of_those_who_command_are_known(railway: WatchedRailway) -> None:
    agency, known = railway.agency, list[bool]()
    subscriber = Polled(railway.wire.subscriber(group_of(RAILWAY)))
    effects = Effects(agency.context, lambda: subscriber, agency.engine, around=Surroundings(lambda: bool(known)))
    assert [effects.step() for _ in range(3)] == [0.1] * 3
    assert (subscriber.assignments, subscriber.polls) == (0, 0)
    known.append(True)
    until_idle(effects)
    assert len(railway.handled) == SEVERAL
    effects.close()


def test_messages_the_log_has_dropped_do_not_stop_those_behind_them(railway: WatchedRailway) -> None:
    until_idle(railway.agency.effects)
    railway.agency.effects.close()
    for seed in range(SEVERAL, 2 * SEVERAL):
        railway.town.court.watch(invented(seed))
    new = {at: railway.new_in(at) for at in (TopicPartition(COMMANDS, each) for each in range(3))}
    cut = max(new, key=lambda at: new[at])
    railway.wire.truncate(cut, railway.wire.broker.topics.log(cut).high - 1)
    left = sum(new.values()) - new[cut] + 1
    railway.away_after, railway.handled = 2 * SEVERAL, []
    railway.agency.effects = railway.agency.new_effects()
    assert 0 < until_idle(railway.agency.effects) <= 2
    railway.pass_seconds(2)
    until_idle(railway.agency.effects)
    assert len(railway.handled) == left
    assert in_order(railway.handled)
