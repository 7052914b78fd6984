"""How long gates go on stopping people whose reason has ended, while everything works: wrongful block-seconds.

What a fault holds up is told by `status` and counted by nobody here; when nothing is broken, relief has no reason to wait.
"""

from typing import TYPE_CHECKING

from liandong.tests.simulation.people import townspeople

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.process import Process
    from liandong.tests.simulation.world import World

_SETTLED_MS = 5_000
"""Who was away, or waited after a failure, tries again within this time."""


class Calm:
    """Counts while everybody works and nothing is broken."""

    def __init__(self) -> None:
        self.wrongful_block_ms = 0
        """Of all people at all gates."""
        self._lasted_ms = 0
        self._entries = 0

    def tick(self, world: "World", milliseconds: int) -> None:
        """Count this much time, in which everybody could work."""
        versions = sum(map(len, world.truth.versions.values()))
        if not _is_calm(world) or versions != self._entries:
            self._lasted_ms, self._entries = 0, versions
            return
        self._lasted_ms += milliseconds
        if self._lasted_ms > _SETTLED_MS:
            wrong = sum(_stopped_wrongly(world, node) for node in world.nodes.values())
            self.wrongful_block_ms += wrong * milliseconds


def _is_calm(world: "World") -> bool:
    if not world.broker.up or world.held or world.access.missing:
        return False
    if any(each.clock.skew_ms or each.disk.full for each in world.machines.values()):
        return False
    return all(map(_works, world.processes.values()))


def _works(process: "Process") -> bool:
    return process.runs and not (process.is_cut_off or process.life.doomed or process.database.away)


def _stopped_wrongly(world: "World", node: "NodeProcess") -> int:
    people = [node.surrogates(each) for each in townspeople().everybody]
    free = [each for each in people if world.truth.ever_named(each) and not world.truth.basis(each, world.time.now())]
    world.count("looks in calm at somebody freed", len(free))
    return sum(map(node.stops, free))
