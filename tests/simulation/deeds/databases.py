"""What befalls the database that the nodes of an agency share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.deeds.clerk import Watches

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class ActsStoreAway:
    """The acts store of an agency stops answering some or all of its nodes for a while, each at one of its next calls."""

    nodes: tuple[str, ...]
    seconds: int
    calls: int = 1
    after: bool = False

    def __str__(self) -> str:
        when = f"call {self.calls} of it from now on" + (", which takes effect if it commits," * self.after)
        return f"the acts store does not answer {', '.join(self.nodes)} from {when} for {self.seconds} s"

    def do(self, world: "World") -> None:
        world.count(
            "acts stores away: all nodes" if self._is_for_all(world) else "acts stores away: one node of several"
        )
        for name in self.nodes:
            world.nodes[name].database.lose(self.seconds, self.calls, after=self.after)

    def _is_for_all(self, world: "World") -> bool:
        agency = world.nodes[self.nodes[0]].agency
        return all(node.name in self.nodes for node in world.nodes.values() if node.agency == agency)


@dataclass(frozen=True)
class ActsStoreBack:
    """The acts store answers a node again."""

    node: str

    def __str__(self) -> str:
        return f"the acts store answers {self.node} again"

    def do(self, world: "World") -> None:
        world.nodes[self.node].database.restore()


@dataclass(frozen=True)
class KeepsAndLoses:
    """While a node's acts store is away a command comes to it; then its group goes on without it."""

    node: str
    order: Watches

    def __str__(self) -> str:
        return f"{self.order}; {self.node} takes what comes, and is put out of its groups"

    def do(self, world: "World") -> None:
        self.order.do(world)
        world.publisher.work("relay", steps=5)
        world.let_pass(_RESTED_MS)
        node = world.nodes[self.node]
        node.work("effects", steps=3)
        if node.runs and world.is_group_member(self.node):
            world.count("members put out of their group with messages kept", node.kept > 0)
        world.broker.expire(self.node)


_RESTED_MS = 2_000
"""So long a node rests after its acts store did not answer."""
