"""An agency's and a court's disk that really is full: the gate goes on, nothing is lost, and work goes on when there is room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.replication.following import RETRY_SECONDS
from liandong.tests.unit.consumers.copy.test_steps import VirtualCopy
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.small_disk import fill, small_disk
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 12) as folder:
        yield folder


def test_a_copy_on_a_full_disk_goes_on_serving_and_takes_all_when_there_is_room(disk: Path) -> None:
    copy = VirtualCopy(disk)
    before = copy.listed()
    copy.node.replicator.step()
    ballast = fill(disk)
    listed = [copy.listed() for _ in range(400)]
    assert copy.node.replicator.step() == RETRY_SECONDS
    assert copy.knows(before)
    assert not copy.knows(listed[-1])
    copy.clock.pass_seconds(RETRY_SECONDS)
    assert copy.node.replicator.step() == RETRY_SECONDS
    ballast.unlink()
    run_for(copy.clock, 3, copy.node.replicator)
    assert all(map(copy.knows, (before, *listed)))
    assert copy.node.lane("court.debtor-list.js.v1", 0).records == 401
    copy.node.close()


def test_a_relief_overlay_on_a_full_disk_takes_all_when_there_is_room(disk: Path) -> None:
    copy = VirtualCopy(disk)
    copy.node.follower.step()
    ballast = fill(disk)
    for _ in range(200):
        listed = copy.court.include()
        copy.publisher.send(copy.court.relief(listed))
    assert copy.node.follower.step() == RETRY_SECONDS
    ballast.unlink()
    run_for(copy.clock, 3, copy.node.follower)
    assert sum(lane.applied for lane in copy.node.overlay.reader().lanes()) == 200
    copy.node.close()


def test_commands_wait_for_room_and_each_is_answered_once(disk: Path) -> None:
    town = Town(MemoryWire(), disk)
    railway = TownAgency(town, RAILWAY)
    for number in range(30):
        town.court.watch(invented(number))
    ballast = fill(disk)
    railway.settle()
    assert town.codes() == []
    ballast.unlink()
    town.clock.time += 60_000
    railway.settle()
    assert len(town.codes()) == 30


def test_an_inbox_waits_for_room_and_keeps_each_answer_once(disk: Path) -> None:
    town = Town(MemoryWire(), disk)
    railway = TownAgency(town, RAILWAY)
    inbox = town.court.inbox()
    clock = VirtualClock(town.clock.now())
    object.__setattr__(inbox._context, "clock", clock)
    for number in range(30):
        town.court.watch(invented(number))
    railway.settle()
    ballast = fill(disk)
    run_for(clock, 3, inbox)
    assert failure_of(inbox) == "DATABASE_FULL"
    assert not inbox.new
    ballast.unlink()
    run_for(clock, 3, inbox)
    assert failure_of(inbox) is None
    assert len(inbox.all_items()) == 30


def failure_of(inbox: Inbox) -> str | None:
    """Code of why nothing can be read."""
    return getattr(inbox.failure, "code", None)
