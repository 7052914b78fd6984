"""What is told in two ways, or kept in two steps, and what comes in between: relief ahead of its list, a process that dies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.late_hits import no_late_hit_stays_open
from liandong.tests.simulation.people import townspeople
from liandong.tests.simulation.promises import state_topic
from liandong.tests.simulation.synced import lose_power

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.world import World

_RELAY_STEPS = 3
_SWEPT_AFTER_MS = 1_100
"""Longer than a node waits before it looks which reliefs its list has caught up with."""


@dataclass(frozen=True)
class Death:
    """A process dies when it keeps something for the n-th time, before or just after that is kept."""

    keeping: int
    after: bool

    def __str__(self) -> str:
        return f"dies just {'after' if self.after else 'before'} it keeps something for the {self.keeping}th time"


@dataclass(frozen=True)
class Overtakes:
    """What a court says about an entry reaches the agencies by the relief lane while the entry's list is late for so many
    seconds. Counters ask whom the entry means before, and right after the agency has told the releases; each node dies over
    the relief, if it is to; then every gate is looked at.
    """

    saying: Deed
    entry: int
    seconds: int
    counters_ask: bool
    death: Death | None = None

    def __str__(self) -> str:
        asking = " while counters ask" * self.counters_ask
        dying = f"; each node {self.death}" if self.death else ""
        return f"{self.saying}, and the relief overtakes the list by {self.seconds} s{asking}{dying}"

    def do(self, world: "World") -> None:
        before = _meant(world, self.entry)
        _relays(world)
        for node in world.nodes.values():
            node.work("list", 2)
            self._ask(world, node, before)
        self._hold(world)
        self.saying.do(world)
        _relays(world)
        world.count("reliefs that were to overtake")
        people = sorted({*before, *_meant(world, self.entry)})
        for node in list(world.nodes.values()):
            node.work("effects", 3)
            self._ask(world, node, before)
            no_late_hit_stays_open(world, node, self.entry)
            _works(world, node, "relief", self.death)
            world.look_at_gate(node.name, people)
        world.let_pass(_SWEPT_AFTER_MS)
        for node in world.nodes.values():
            node.work("relief", 2)
            world.look_at_gate(node.name, people)

    def _ask(self, world: "World", node: "NodeProcess", people: Sequence[int]) -> None:
        for person in people if self.counters_ask else ():
            world.ask(node.name, person, keeps=True)

    def _hold(self, world: "World") -> None:
        said = world.truth.newest(world.truth.entry(self.entry))
        written = None if said is None else world.log.records.get((state_topic(said), said.body))
        if written is not None and written.at not in world.held:
            world.broker.hold(written.at, world.time.monotonic() + self.seconds)


@dataclass(frozen=True)
class DiesOver:
    """What a court says reaches a node, which dies over it, and is started again."""

    saying: Deed
    node: str
    part: str
    death: Death

    def __str__(self) -> str:
        return f"{self.saying}; {self.node} {self.death} while it works at {self.part}"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        if self.part == "effects":
            node.work(self.part, 3)
        self.saying.do(world)
        _relays(world)
        _works(world, node, self.part, self.death)


@dataclass(frozen=True)
class LosesPowerOver:
    """What a court says reaches a node, whose machine loses power before the disk holds it, and starts again."""

    saying: Deed
    node: str
    number: int

    def __str__(self) -> str:
        return f"{self.saying}; the machine of {self.node} loses power when it has read that"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        self.saying.do(world)
        _relays(world)
        node.start()
        node.work("list")
        world.count("power losses")
        world.count("power losses over what a court said")
        lose_power(world, node.machine, self.number)
        node.start()
        node.work("list", 2)
        world.ask_everybody(self.node)


def _meant(world: "World", entry: int) -> list[int]:
    """Return the numbers of the people whom the newest version of an entry means."""
    said, node = world.truth.newest(world.truth.entry(entry)), next(iter(world.nodes.values()))
    surrogates = frozenset[bytes]() if said is None else said.surrogates
    people = enumerate(townspeople().everybody)
    return [number for number, person in people if node.surrogates(person) & surrogates]


def _relays(world: "World") -> None:
    world.publisher.start()
    world.publisher.work("relay", _RELAY_STEPS)
    world.read_log()


def _works(world: "World", node: "NodeProcess", part: str, death: Death | None) -> None:
    """Let a node work at a part, and die if it is to; then it is started and works again."""
    node.start()
    if death is not None and node.runs:
        node.life.doom_keeping(death.keeping, after=death.after)
    node.work(part, 3)
    if node.runs:
        node.life.spare()
    else:
        world.count("deaths over what a court said")
        node.start()
        node.work(part, 2)
    world.read_log()
