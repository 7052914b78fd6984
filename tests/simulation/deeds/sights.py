"""What an operator must see in the status, and an index that is not what its records say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class SeesNamed:
    """An operator looks at the status, which names something of this kind."""

    kind: str

    def __str__(self) -> str:
        return f"an operator sees in the status what is {self.kind}"

    def do(self, world: "World") -> None:
        document = world.monitor.look_up()
        found = () if document is None else {each["kind"] for each in document["findings"]}
        world.hold(self.kind in found, f"the status does not name what is {self.kind}")
        world.count("findings an operator saw")


@dataclass(frozen=True)
class LosesIndex:
    """The index of a node's copy loses all its rows, as a fault of the store or of an earlier release may have it."""

    node: str

    def __str__(self) -> str:
        return f"the index of {self.node} loses its rows"

    def do(self, world: "World") -> None:
        world.count("index rows lost", world.nodes[self.node].lose_index())


@dataclass(frozen=True)
class IsReplaced:
    """Another machine starts a node of this name, later; it has notes of its own and does nothing else."""

    node: str

    def __str__(self) -> str:
        return f"another machine starts {self.node}, too"

    def do(self, world: "World") -> None:
        world.count("nodes replaced")
        world.nodes[self.node].is_replaced()


@dataclass(frozen=True)
class StaysQuiet:
    """A node that was replaced handles nothing and tells nothing while everybody works for a while."""

    node: str

    def __str__(self) -> str:
        return f"{self.node} was replaced and stays quiet"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        before = world.newest_receipt(node.agency, node.node)
        handled = node.commands_handled()
        world.everybody_works(_QUIET_SECONDS)
        world.hold(node.commands_handled() == handled, "a node that was replaced handles what comes")
        world.hold(world.newest_receipt(node.agency, node.node) == before, "a node that was replaced goes on reporting")


_QUIET_SECONDS = 6
