"""What befalls machines and the broker, and what operators do about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.synced import lose_power
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Restarts:
    """An operator stops a process gracefully, if it runs, and starts it again."""

    process: str

    def __str__(self) -> str:
        return f"{self.process} is restarted"

    def do(self, world: "World") -> None:
        world.count("restarts")
        world.processes[self.process].restart()


@dataclass(frozen=True)
class DiesSoon:
    """A process will be killed at one of its next calls of a port, before or after the call has had its effect."""

    process: str
    calls: int
    after: bool

    def __str__(self) -> str:
        return f"{self.process} dies {'after' if self.after else 'before'} its port call {self.calls} from now"

    def do(self, world: "World") -> None:
        world.processes[self.process].life.doom(self.calls, after=self.after)


@dataclass(frozen=True)
class LosesPower:
    """A machine loses power with all its processes; they start again from what its disk kept."""

    machine: str
    number: int

    def __str__(self) -> str:
        return f"{self.machine} loses power"

    def do(self, world: "World") -> None:
        world.count("power losses")
        lose_power(world, world.machines[self.machine], self.number)


@dataclass(frozen=True)
class SetsClock:
    """A machine's wall clock is so many seconds off from now on."""

    machine: str
    seconds: int

    def __str__(self) -> str:
        return f"the clock of {self.machine} is {self.seconds:+d} s off"

    def do(self, world: "World") -> None:
        world.count("clocks set")
        world.machines[self.machine].clock.skew_ms = self.seconds * 1000


@dataclass(frozen=True)
class BrokerAway:
    """The broker answers nobody until it comes back."""

    back: bool = False

    def __str__(self) -> str:
        return "the broker is back" if self.back else "the broker is away"

    def do(self, world: "World") -> None:
        if self.back:
            world.broker.start()
        else:
            world.count("broker outages")
            world.broker.stop()


@dataclass(frozen=True)
class Hides:
    """What is written to a partition from now on reaches no reader until it is shown."""

    at: TopicPartition
    shown: bool = False

    def __str__(self) -> str:
        return f"{self.at.topic} [{self.at.partition}] {'is shown again' if self.shown else 'is delayed'}"

    def do(self, world: "World") -> None:
        if self.shown:
            world.broker.release(self.at)
            world.held.discard(self.at)
        else:
            world.count("partitions delayed")
            world.broker.hold(self.at)
            world.held.add(self.at)


@dataclass(frozen=True)
class CutOff:
    """One process does not reach the broker, while others do."""

    process: str
    back: bool = False

    def __str__(self) -> str:
        return f"{self.process} reaches the broker again" if self.back else f"{self.process} is cut off from the broker"

    def do(self, world: "World") -> None:
        if not self.back:
            world.count("clients cut off")
        world.processes[self.process].cut_off(cut=not self.back)


@dataclass(frozen=True)
class Cleans:
    """Retention and compaction do what is due."""

    def __str__(self) -> str:
        return "the log is cleaned"

    def do(self, world: "World") -> None:
        world.count("cleanings")
        world.broker.clean(world.time.now())


@dataclass(frozen=True)
class Looks:
    """An operator looks at the status."""

    def __str__(self) -> str:
        return "an operator looks at the status"

    def do(self, world: "World") -> None:
        world.look_at_status()
