"""A machine: its clock, its disk, its boot, and the processes that stand on it."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from liandong.tests.simulation.clocks import MachineClock
from liandong.tests.simulation.disks import Disk
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings

if TYPE_CHECKING:
    from liandong.tests.simulation.process import Process


@dataclass
class SimulatedMachine:
    """One machine."""

    name: str
    clock: MachineClock
    chance: SeededChance
    settings: Settings
    participants: Participants
    disk: Disk = field(default_factory=Disk)
    processes: list["Process"] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.settings.state_dir

    def lose_power(self, number: int) -> None:
        """Be gone at once with every process, and come back with what the disk kept; processes start when they next work."""
        for process in self.processes:
            process.die()
        self.disk.lose_power(SeededChance(Random(number), self.clock))
