"""What a later release of a court may say to an agency of this one: nobody here can read it, and it waits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.wire.control import COMMAND_CONTEXT
from liandong.schemas.wire.framing import frame
from liandong.schemas.wire.signing import prove
from liandong.tests.simulation.deeds.pen import handle
from liandong.tests.simulation.founding import founding
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_TRIES = 14
"""More than a message gets that is given up."""
_BETWEEN_MS = 700_000
"""Longer than the longest pause between two of them."""


@dataclass(frozen=True)
class CommandsLater:
    """A court gives an agency so many commands by a later release."""

    court: str
    agency: str
    number: int

    def __str__(self) -> str:
        return f"{self.court} gives {self.agency} {self.number} commands by a later release"

    def do(self, world: "World") -> None:
        signer = founding().signers[self.court]
        for each in range(self.number):
            body, _ = prove(handle(each) + b" of a later release", COMMAND_CONTEXT, signer)
            record = OutgoingRecord(names.commands(self.agency), handle(1_000 + each), frame(b"later on", body))
            world.forge(record)
        world.count("commands of a later release", self.number)


@dataclass(frozen=True)
class WaitsForRelease:
    """An agency tries what it cannot read for longer than anything is tried; it gives none of it up, and says why."""

    node: str

    def __str__(self) -> str:
        return f"{self.node} waits for a release that reads what courts say"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        for _ in range(_TRIES):
            world.time.pass_ms(_BETWEEN_MS)
            node.work("effects", 5)
        world.hold(node.effects_failure == "EFFECTS_FUSE_BLOWN", f"a blown fuse is not named by {self.node}")
        world.hold(not node.letters_put_aside(), f"{self.node} gives up what a later release may read")
