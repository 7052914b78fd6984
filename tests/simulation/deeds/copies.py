"""Acts stores that go back to a copy, topics that are made again under their readers, commands that are sent again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.errors import LiandongError
from liandong.tests.simulation.deeds.broker import MakesAgain
from liandong.tests.simulation.deeds.clerk import Watches
from liandong.tests.simulation.stores import stores
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_STEPS = 5


@dataclass(frozen=True)
class GoesBack:
    """An agency's acts store is copied, a command comes and is carried out, and the copy takes the store's place."""

    node: str
    order: Watches

    def __str__(self) -> str:
        return f"{self.order}, and then the acts store of {self.node} goes back to what it was before that"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        if node.database.away or not node.runs:
            return
        store = stores(world)[f"acts of {self.node}"]
        copy = store.backup()
        _comes(world, self.node, self.order)
        world.count("acts stores that went back")
        colleagues = [each for each in world.nodes.values() if each.agency == node.agency]
        for each in colleagues:
            each.stop()
        store.put_back(copy)
        for each in colleagues:
            each.start()


@dataclass(frozen=True)
class CommandsMadeAgain:
    """Right after a node has carried out a command its agency's topic is made again, and another command comes."""

    node: str
    orders: tuple[Watches, Watches]

    def __str__(self) -> str:
        before, after = self.orders
        return f"{before}, the topic is made again under {self.node}, and {after}"

    def do(self, world: "World") -> None:
        before, after = self.orders
        _comes(world, self.node, before)
        MakesAgain(names.commands(world.nodes[self.node].agency)).do(world)
        _comes(world, self.node, after)


@dataclass(frozen=True)
class SendsAgain:
    """A court sends again what no agency has answered."""

    court: str

    def __str__(self) -> str:
        return f"{self.court} sends again what is not answered"

    def do(self, world: "World") -> None:
        try:
            sent = world.courts[self.court].send_again()
        except LiandongError as refused:
            world.count(f"sending again refused: {refused.code}")
        else:
            world.count("commands sent again", sent)


def _comes(world: "World", node: str, order: Watches) -> None:
    """Have a command given, sent and carried out; what is told of it waits."""
    order.do(world)
    world.publisher.work("relay", _STEPS)
    world.nodes[node].work("effects", _STEPS)
