"""What the administrator does about participants and their keys, and what operators of machines do with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.growing import admit_agency, admit_notary, open_node

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Rotates:
    """A participant gets new keys: published first, then brought to its machine, whose processes are restarted."""

    participant: str
    revoked: bool = False
    """The old ones were in wrong hands, since a moment after the last time they were used."""

    def __str__(self) -> str:
        return f"{self.participant} gets new keys" + (", the old ones are revoked" * self.revoked)

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("keys revoked" if self.revoked else "keys rotated")
            world.administrator.rotate(self.participant, revoked=self.revoked)
            world.bring_keys(self.participant)


@dataclass(frozen=True)
class Replaces:
    """A participant gets new keys that are valid from this moment on; the old ones were in wrong hands for a while."""

    participant: str
    seconds: int
    """For how long."""

    def __str__(self) -> str:
        return f"{self.participant} gets new keys from now on, the old ones are revoked as of {self.seconds} s ago"

    def do(self, world: "World") -> None:
        world.count("keys revoked as of the past")
        world.administrator.rotate(self.participant, revoked=True, drawn_now=True, since_ms=-self.seconds * 1000)
        world.bring_keys(self.participant)


@dataclass(frozen=True)
class Misplaces:
    """A participant gets new keys that say it acts elsewhere: what its first key says counts."""

    participant: str

    def __str__(self) -> str:
        return f"{self.participant} gets new keys that say it acts elsewhere"

    def do(self, world: "World") -> None:
        world.count("keys that say their owner acts elsewhere")
        world.administrator.misplace(self.participant, "zj")
        world.bring_keys(self.participant)


@dataclass(frozen=True)
class PublishesKeys:
    """The administrator publishes everybody's keys again."""

    def __str__(self) -> str:
        return "everybody's keys are published again"

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("keys published again")
            world.administrator.publish_all()


@dataclass(frozen=True)
class Retires:
    """A participant ends, and with it what runs for it."""

    participant: str

    def __str__(self) -> str:
        return f"{self.participant} is retired"

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("participants retired")
            world.administrator.retire(self.participant)
            world.bring_keys(self.participant)
            world.part_with(world.machines[self.participant])


@dataclass(frozen=True)
class AdmitsAgency:
    """An agency takes part from now on."""

    agency: str
    kind: str

    def __str__(self) -> str:
        return f"{self.agency} ({self.kind}) takes part from now on"

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("agencies admitted")
            admit_agency(world, self.agency, self.kind)


@dataclass(frozen=True)
class AdmitsNotary:
    """One more notary counts the lists from now on."""

    notary: str

    def __str__(self) -> str:
        return f"{self.notary} counts the lists from now on"

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("notaries admitted")
            admit_notary(world, self.notary)


@dataclass(frozen=True)
class AddsNode:
    """An agency opens one more node on its machine."""

    agency: str
    node: str

    def __str__(self) -> str:
        return f"{self.agency} opens node {self.node}"

    def do(self, world: "World") -> None:
        world.count("nodes added")
        machine = next(node.machine for node in world.nodes.values() if node.agency == self.agency)
        open_node(world, self.agency, self.node, machine)
