"""Time and work: nothing happens in the town unless a step lets it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Passes:
    """Time passes and nobody works."""

    milliseconds: int

    def __str__(self) -> str:
        return f"{self.milliseconds / 1000:g} s pass"

    def do(self, world: "World") -> None:
        world.let_pass(self.milliseconds)


@dataclass(frozen=True)
class Works:
    """A process works: one of its parts, or all in turn, so many steps."""

    process: str
    part: str = ""
    steps: int = 1

    def __str__(self) -> str:
        return f"{self.process} works" + (f" at {self.part}" if self.part else "") + f" ×{self.steps}"

    def do(self, world: "World") -> None:
        world.processes[self.process].work(self.part, self.steps)
        world.ask_everybody(self.process)
        if self.process == world.monitor.name:
            world.glance_at_status()


@dataclass(frozen=True)
class EverybodyWorks:
    """Everybody works as it comes due for a while."""

    seconds: int

    def __str__(self) -> str:
        return f"everybody works for {self.seconds} s"

    def do(self, world: "World") -> None:
        world.everybody_works(self.seconds)
        world.glance_at_status()
