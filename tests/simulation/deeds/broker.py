"""What befalls the broker and the ways to it, beyond its being away."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.tests.simulation.deeds.clerk import Publishes
from liandong.tests.simulation.deeds.keys import AdmitsNotary, Retires
from liandong.tests.simulation.deeds.staff import STOPPING, Asks
from liandong.tests.simulation.founding import BARRIER_SECONDS, JURISDICTION
from liandong.tests.simulation.people import DEBTORS
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_MARKED_AFTER_MS = round(BARRIER_SECONDS * 1000)


@dataclass(frozen=True)
class Answers:
    """The broker's answers to what one process appends are lost, come late, or come again."""

    process: str
    how: Acknowledgements

    def __str__(self) -> str:
        become = {
            Acknowledgements.PROMPT: "come at once",
            Acknowledgements.HELD: "are held back",
            Acknowledgements.LOST: "are lost",
        }
        return f"answers to what {self.process} appends {become[self.how]}"

    def do(self, world: "World") -> None:
        if self.how is not Acknowledgements.PROMPT:
            world.count(f"acknowledgements {self.how.name.lower()}")
        world.processes[self.process].answers(self.how)


@dataclass(frozen=True)
class PutsOut:
    """A process was silent for too long: its groups go on without it, and it learns of it when it next polls."""

    process: str

    def __str__(self) -> str:
        return f"{self.process} is put out of its groups"

    def do(self, world: "World") -> None:
        if world.is_group_member(self.process):
            world.count("group members expired")
        world.broker.expire(self.process)


@dataclass(frozen=True)
class Delays:
    """What is written to a partition from now on reaches readers after so many seconds, or when it is shown before."""

    at: TopicPartition
    seconds: int

    def __str__(self) -> str:
        return f"{self.at.topic} [{self.at.partition}] is delayed for {self.seconds} s"

    def do(self, world: "World") -> None:
        world.count("partitions delayed by time")
        world.broker.hold(self.at, world.time.monotonic() + self.seconds)


@dataclass(frozen=True)
class MakesAgain:
    """An operator deletes a topic and makes it again as it was; the keys of everybody are published again.

    Who reads keys looks at the empty topic in between, unless it all happens at once.
    """

    topic: str
    at_once: bool = False

    def __str__(self) -> str:
        return f"{self.topic} is deleted and made again" + (" at once" * self.at_once)

    def do(self, world: "World") -> None:
        if not world.broker.up:
            return
        world.count(f"topics made again: {self.topic}")
        world.make_again(self.topic)
        if self.topic == names.KEYS:
            for process in () if self.at_once else world.processes.values():
                if process.runs:
                    process.work(process.part_names[0])
            world.administrator.publish_all()


@dataclass(frozen=True)
class LosesList:
    """A list is deleted and made again, other notaries count it, and counters go on asking for whoever was listed."""

    number: int

    def __str__(self) -> str:
        return f"the list of debtors is lost, and notary-js-{self.number} counts what is left of it"

    def do(self, world: "World") -> None:
        if not world.broker.up or names.debtor_list(JURISDICTION) in world.made_again:
            return
        MakesAgain(names.debtor_list(JURISDICTION)).do(world)
        for notary in [name for name in world.machines if name.startswith("notary-")]:
            Retires(notary).do(world)
        AdmitsNotary(f"notary-js-{self.number}").do(world)
        world.everybody_works(20)
        for node in [node for node in world.nodes.values() if node.kind in STOPPING]:
            for person in range(DEBTORS):
                Asks(node.name, person).do(world)


@dataclass(frozen=True)
class Forbids:
    """A process loses the right to a topic, by a slip of an operator's hand, or is given it again."""

    process: str
    topic: str
    back: bool = False

    def __str__(self) -> str:
        return f"{self.process} {'may use' if self.back else 'may not use'} {self.topic}" + (" again" * self.back)

    def do(self, world: "World") -> None:
        right = self.process, self.topic
        if self.back:
            world.access.missing.discard(right)
        else:
            world.count("rights taken away")
            world.access.missing.add(right)
        with world.broker.changed:
            world.broker.notify()


@dataclass(frozen=True)
class OvertakesMarker:
    """A notary marks the lists, and a court publishes behind its marks, while one partition does not show its own yet."""

    notary: str
    slow: TopicPartition
    publishes: Publishes

    def __str__(self) -> str:
        return (
            f"{self.publishes} behind marks of {self.notary} that {self.slow.topic} [{self.slow.partition}] shows late"
        )

    def do(self, world: "World") -> None:
        notary = world.processes[self.notary]
        world.let_pass(_MARKED_AFTER_MS)
        world.broker.hold(self.slow)
        notary.work()
        self.publishes.do(world)
        world.publisher.work("relay", 3)
        notary.work()
        world.broker.release(self.slow)
        world.held.discard(self.slow)
        notary.work(steps=2)
        world.count("marks that a record overtook")
