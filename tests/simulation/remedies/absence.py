"""Processes that nobody starts again until somebody types the command for it."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.agency import NodeProcess

if TYPE_CHECKING:
    from liandong.tests.simulation.process import Process
    from liandong.tests.simulation.world import World


def away(world: "World") -> MutableMapping[str, "Process"]:
    """Return the processes of the town's machines that nobody starts, by name."""
    found = {process.name: process for machine in world.machines.values() for process in machine.processes}
    return {name: process for name, process in found.items() if name not in world.processes}


@dataclass(frozen=True)
class Leaves:
    """A process is stopped, and nobody starts it again."""

    process: str

    def __str__(self) -> str:
        return f"{self.process} is stopped for good"

    def do(self, world: "World") -> None:
        world.processes.pop(self.process).stop()


@dataclass(frozen=True)
class Runs:
    """An operator runs a process; a node may be told to make its copy again, which needs a start."""

    process: str
    rebuilds: bool = False

    def __str__(self) -> str:
        return f"{self.process} is run" + ", its copy made again" * self.rebuilds

    def do(self, world: "World") -> None:
        absent = away(world).get(self.process)
        process = absent or world.processes[self.process]
        refused = absent is None and process.runs and not self.rebuilds
        assert not refused, f"{self.process} runs already: the command would be refused"
        world.processes[self.process] = process
        process.stop()  # a clerk has come and gone meanwhile, or it is to begin anew
        if self.rebuilds:
            assert isinstance(process, NodeProcess)
            process.rebuilds = True
        process.start()
