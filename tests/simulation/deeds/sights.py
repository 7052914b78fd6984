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
