"""What befalls the register of keys: it is put back, or the root's word about it runs out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.dates import date_of_ms
from liandong.tests.simulation.deeds.broker import MakesAgain
from liandong.tests.simulation.deeds.clerk import Publishes
from liandong.tests.simulation.deeds.forgery import LIST, RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import PublishesKeys, Replaces, Rotates
from liandong.tests.simulation.deeds.operator import Restarts
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.founding import founding
from liandong.tests.simulation.people import Listing
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.deeds.deed import Deed
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class RollsBackKeys:
    """The topic of keys is made again as the town was founded, or empty."""

    empty: bool = False

    def __str__(self) -> str:
        return f"{names.KEYS} is " + ("emptied" if self.empty else "put back to the founding of the town")

    def do(self, world: "World") -> None:
        if not world.broker.up:
            return
        world.count("topics of keys put back")
        world.make_again(names.KEYS)
        publisher = world.broker.publisher(client_id="adversary")
        for one in () if self.empty else founding().keys:
            publisher.send(one)
        publisher.flush(0)


@dataclass(frozen=True)
class SignsRegister:
    """The root signs the next register, and it counts for so many seconds."""

    seconds: float

    def __str__(self) -> str:
        return f"the root signs the next register for {self.seconds:.0f} s"

    def do(self, world: "World") -> None:
        if world.broker.up:
            world.count("registers signed")
            world.administrator.sign_register(self.seconds)


@dataclass(frozen=True)
class RevivesKey:
    """A court's key is revoked, the topic of keys is put back to before that, and a thief ends an entry at a node that begins anew."""

    court: str
    node: str
    person: int
    document: int

    def __str__(self) -> str:
        return f"{self.court}'s stolen key, revoked, is used at {self.node} behind a topic of keys put back"

    def do(self, world: "World") -> None:
        if not world.broker.up:
            return
        listing = Listing(self.court, self.person, "LIST_ENTRY", self.document, date_of_ms(world.time.now()))
        entry = len(world.truth.versions)
        deeds: tuple[Deed, ...] = (
            *(Publishes(self.court, (listing,)), EverybodyWorks(6), Replaces(self.court, 1), EverybodyWorks(6)),
            *(RollsBackKeys(), Restarts(self.node), EverybodyWorks(6), ForgesVersion(Guise(self.court), entry)),
            *(ForgesVersion(Guise(self.court, lane=RELIEF), entry), EverybodyWorks(6), Asks(self.node, self.person)),
        )
        for each in deeds:
            each.do(world)


@dataclass(frozen=True)
class UsesStolenKey:
    """Whoever stole a court's key ends an entry before it is revoked, or ends it and lists an innocent when every barrier covers that."""

    court: str
    node: str
    people: tuple[int, int]
    """Who is listed, and who is innocent, by number among everybody."""
    document: int
    late: bool
    seconds: int = 30
    """For how long it was stolen; the entry was made a minute before it is revoked."""
    lanes: tuple[str, ...] = (LIST, RELIEF)
    """Where the end is written."""

    def __str__(self) -> str:
        when = "after its end" if self.late else "before its end"
        return (
            f"{self.court}'s key is stolen for {self.seconds} s and used {when}, {self.node} asks about {self.people}"
        )

    def do(self, world: "World") -> None:
        if not world.broker.up:
            return
        listed, innocent = self.people
        listing = Listing(self.court, listed, "LIST_ENTRY", self.document, date_of_ms(world.time.now()))
        entry, guise = len(world.truth.versions), Guise(self.court)
        ends: tuple[Deed, ...] = (
            *(ForgesVersion(Guise(self.court, lane=lane), entry) for lane in self.lanes),
            EverybodyWorks(3),
        )
        deeds: tuple[Deed, ...] = (
            *(Publishes(self.court, (listing,)), EverybodyWorks(6), Passes(60_000)),
            *(() if self.late else ends),
            *(Replaces(self.court, self.seconds), EverybodyWorks(6)),
            *((ForgesEntry(guise, innocent, self.document), *ends) if self.late else ()),
            *(Asks(self.node, listed, keeps=False), Asks(self.node, innocent, keeps=False)),
        )
        for each in deeds:
            each.do(world)


@dataclass(frozen=True)
class PublishesBelow:
    """The topic of keys is made again at once, and a court's new key is published below where everybody has read to."""

    court: str
    person: int
    document: int

    def __str__(self) -> str:
        return f"a key of {self.court} is published below where readers of the topic before it stood"

    def do(self, world: "World") -> None:
        listing = Listing(self.court, self.person, "LIST_ENTRY", self.document, date_of_ms(world.time.now()))
        deeds: tuple[Deed, ...] = (
            *(PublishesKeys(), EverybodyWorks(6), MakesAgain(names.KEYS, at_once=True), Rotates(self.court)),
            *(PublishesKeys(), Publishes(self.court, (listing,)), EverybodyWorks(6)),
        )
        for each in deeds:
            each.do(world)


@dataclass(frozen=True)
class LetsRegisterRunOut:
    """The root's word runs out while everybody works on."""

    def __str__(self) -> str:
        return "the root's word about the register runs out"

    def do(self, world: "World") -> None:
        for each in (SignsRegister(2), EverybodyWorks(12)):
            each.do(world)
