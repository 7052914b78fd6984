"""What a clerk does: publishes exports, sends old ones again, acts on entries, lawfully and not, and orders watches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.errors import LiandongError
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.people import Listing, townspeople

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

REASONS = {
    Change.REVOKE: "WRONG_PERSON",
    Change.DELETE: "D1",
    Change.LIFT: "PERFORMED",
    Change.SHIELD: "REVIEW",
    Change.UNSHIELD: "REVIEWED",
}
"""A reason each act can be done for."""


@dataclass(frozen=True)
class Publishes:
    """A court publishes an export with these listings."""

    court: str
    listings: tuple[Listing, ...]

    def __str__(self) -> str:
        named = ", ".join(f"{one.instrument} {one.serial} on debtor {one.person}" for one in self.listings)
        return f"{self.court} publishes {named}"

    def do(self, world: "World") -> None:
        court = world.courts[self.court]
        court.exports.append(self.listings)
        try:
            batch = court.publish(self.listings)
        except LiandongError as refused:
            world.count(f"publication refused: {refused.code}")
        else:
            world.count("listings accepted", batch.accepted if batch else 0)


@dataclass(frozen=True)
class SendsAgain:
    """A court sends an old export once more: it must bring nothing back."""

    court: str
    export: int

    def __str__(self) -> str:
        return f"{self.court} sends its export {self.export} again"

    def do(self, world: "World") -> None:
        court = world.courts[self.court]
        before = world.truth.listed()
        try:
            court.publish(court.exports[self.export])
        except LiandongError as refused:
            world.count(f"publication refused: {refused.code}")
        again = [
            subject for subject, entries in world.truth.listed().items() if entries != before.get(subject, entries)
        ]
        world.count("old exports sent again")
        world.hold(not again, "an old export made an entry anew")


@dataclass(frozen=True)
class Acts:
    """A court acts on the entry of this number (in order of inclusion), its own or not, lawfully or not."""

    court: str
    change: Change
    entry: int

    def __str__(self) -> str:
        return f"{self.court} does {self.change.name.lower()} to entry {self.entry}"

    def do(self, world: "World") -> None:
        before, entry_id = world.truth.changes(self.entry), world.truth.entry(self.entry)
        try:
            world.courts[self.court].act(self.change, entry_id, REASONS[self.change])
        except LiandongError as refused:
            world.count(f"act refused: {refused.code}")
        if world.truth.changes(self.entry) > before:
            world.count(f"act done: {self.change.name.lower()}")
            _hold_own(world, self.court, self.entry)


@dataclass(frozen=True)
class Corrects:
    """A court corrects an entry: it means another debtor."""

    court: str
    entry: int
    person: int

    def __str__(self) -> str:
        return f"{self.court} corrects entry {self.entry}: it means debtor {self.person}"

    def do(self, world: "World") -> None:
        person, before = townspeople().debtors[self.person], world.truth.changes(self.entry)
        values = {"name": person.name, "certificate_number": person.number}
        try:
            world.courts[self.court].correct(world.truth.entry(self.entry), values)
        except LiandongError as refused:
            world.count(f"correction refused: {refused.code}")
        if world.truth.changes(self.entry) > before:
            world.count("act done: correct")
            _hold_own(world, self.court, self.entry)


@dataclass(frozen=True)
class CorrectsAmount:
    """A court corrects the amount of an entry: it means whom it meant before."""

    court: str
    entry: int
    amount: int

    def __str__(self) -> str:
        return f"{self.court} corrects the amount of entry {self.entry}: {self.amount}"

    def do(self, world: "World") -> None:
        try:
            world.courts[self.court].correct(world.truth.entry(self.entry), {"claim_amount": f"{self.amount}.00"})
        except LiandongError as refused:
            world.count(f"correction refused: {refused.code}")
        else:
            world.count("amounts corrected")


@dataclass(frozen=True)
class Watches:
    """A court has an agency watch for a debtor."""

    court: str
    agency: str
    person: int
    document: int
    """Of the legal document: the same one twice is the same command."""

    def __str__(self) -> str:
        return f"{self.court} has {self.agency} watch debtor {self.person} by document {self.document}"

    def do(self, world: "World") -> None:
        try:
            given = world.courts[self.court].watch(self.agency, self.person, self.document)
        except LiandongError as refused:
            world.count(f"watch refused: {refused.code}")
        else:
            if given is not None:
                world.count("watches given" if given.new else "watches given again")


@dataclass(frozen=True)
class StopsWatch:
    """A court ends the watch it gave as this number."""

    court: str
    watch: int

    def __str__(self) -> str:
        return f"{self.court} ends its watch {self.watch}"

    def do(self, world: "World") -> None:
        try:
            world.courts[self.court].stop_watch(self.watch)
        except LiandongError as refused:
            world.count(f"stop refused: {refused.code}")
        else:
            world.count("watches stopped")


def _hold_own(world: "World", court: str, entry: int) -> None:
    """Hold that an entry whose register was changed is one of the court that acted: who died over an act may have done it."""
    world.hold(court == world.truth.court_of(entry), f"{court} acted on the entry of another court")
