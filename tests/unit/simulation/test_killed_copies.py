"""A real replicator is killed at every call of its ports; started again, its copy is the recount of the log."""

from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change
from liandong.tests.simulation.crashing import Killed, Life
from liandong.tests.simulation.disks import Disk
from liandong.tests.simulation.mortal_transport import MortalSubscriber
from liandong.tests.simulation.seeded import chance_of
from liandong.tests.worlds.copying import CopyingNode, assert_equal
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.records import CourtScribe, Keys, NotaryScribe, recount
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.workers.clock import SystemClock

COURT, NOTARY = CourtScribe(), NotaryScribe()
KEYS = Keys(COURT.public_key, NOTARY.public_key)
MAP = 1 << 22


@pytest.fixture(scope="module")
def broker() -> MemoryBroker:
    """Entries, one that is freed on the fast lane too, one that is corrected, and a barrier behind them."""
    made = MemoryBroker(partitions=1, clock=SystemClock())
    publisher = made.publisher()
    bodies = [COURT.include() for _ in range(6)]
    freed = COURT.change(entry_of(bodies[0]), Change.REVOKE)
    for body in (*bodies, freed):
        publisher.send(COURT.message(body))
    publisher.send(COURT.relief(freed))
    for barrier in NOTARY.barriers(1, 1):
        publisher.send(barrier)
    return made


def live(folder: Path, broker: MemoryBroker, life: Life) -> CopyingNode:
    """Start a node, let it read all in small commits, and return it."""
    node = CopyingNode(
        folder, lambda group: MortalSubscriber(broker.subscriber(group), life), KEYS, batch=3, map_size=MAP
    )
    node.drain()
    return node


def check(folder: Path, broker: MemoryBroker, disk: Disk) -> None:
    life = Life("node", disk)
    with life.running():
        node = live(folder, broker, life)
        log = [message for topic in names.state_topics("js") for message in broker.records(topic)]
        assert_equal(node, recount(log))
        assert node.relief.lanes()[0].next_offset == len(broker.records(names.relief("js")))
        node.close()


def calls_of_a_whole_life(folder: Path, broker: MemoryBroker) -> int:
    life = Life("node", Disk())
    with life.running():
        live(folder, broker, life).close()
    return life.calls


@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_the_copy_is_the_recount_once_it_runs_again(
    tmp_path: Path, broker: MemoryBroker, *, after: bool, power: bool
) -> None:
    calls = calls_of_a_whole_life(tmp_path / "whole", broker)
    assert calls > 40
    for call in range(1, calls + 1):
        folder, disk = tmp_path / str(call), Disk()
        life = Life("node", disk)
        life.doom(call, after=after)
        with pytest.raises(Killed), life.running():
            live(folder, broker, life).close()
        if power:
            disk.lose_power(chance_of(call))
        check(folder, broker, disk)
