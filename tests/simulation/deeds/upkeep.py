"""What clerks and operators of the publisher do to put its lists right: recover, send again, sign again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.errors import LiandongError
from liandong.tests.simulation.people import Listing
from liandong.tests.simulation.stores import stores

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class RecoversRegister:
    """An operator brings the register level with the log."""

    def __str__(self) -> str:
        return "the register is brought level with the log"

    def do(self, world: "World") -> None:
        before = {entry_id: len(history) for entry_id, history in world.truth.versions.items()}
        try:
            world.count("updates recovered", world.publisher.recover())
        except LiandongError as refused:
            world.count(f"recovery refused: {refused.code}")
            world.hold(refused.code != "REGISTER_CONFLICTS", "a court's number was handed out twice")
        after = {entry_id: len(history) for entry_id, history in world.truth.versions.items()}
        world.hold(before == after, "recovering said something new")


@dataclass(frozen=True)
class Resends:
    """An operator sends again what the lists lack."""

    def __str__(self) -> str:
        return "what the lists lack is sent again"

    def do(self, world: "World") -> None:
        try:
            world.count("entries sent again", world.publisher.resend())
        except LiandongError as refused:
            world.count(f"resend refused: {refused.code}")


@dataclass(frozen=True)
class Resigns:
    """A court signs again what needs it."""

    court: str

    def __str__(self) -> str:
        return f"{self.court} signs again what needs it"

    def do(self, world: "World") -> None:
        try:
            world.count("entries signed again", world.courts[self.court].resign())
        except LiandongError as refused:
            world.count(f"resign refused: {refused.code}")


@dataclass(frozen=True)
class GivesBack:
    """The court above, on the publisher's machine, gives back what was taken with its key from a court below."""

    above: str
    court: str

    def __str__(self) -> str:
        return f"{self.above} gives back to {self.court} what was taken with its key"

    def do(self, world: "World") -> None:
        try:
            world.count("entries given back", world.publisher.give_back(self.above, self.court))
        except LiandongError as refused:
            world.count(f"giving back refused: {refused.code}")


@dataclass(frozen=True)
class EndsStrangers:
    """A court ends what was invented in its name."""

    court: str

    def __str__(self) -> str:
        return f"{self.court} ends what was invented in its name"

    def do(self, world: "World") -> None:
        try:
            world.count("invented entries ended", world.courts[self.court].end_strangers())
        except LiandongError as refused:
            world.count(f"ending strangers refused: {refused.code}")


@dataclass(frozen=True)
class LosesRegister:
    """A court publishes, and the register of a moment before takes the place of the present one; the court goes on, the
    register is brought level, and the court publishes what it wanted to.
    """

    court: str
    lost: tuple[Listing, ...]
    wanted: tuple[Listing, ...]

    def __str__(self) -> str:
        return f"the register loses {len(self.lost)} listings of {self.court}, which publishes {len(self.wanted)} more"

    def do(self, world: "World") -> None:
        store, court = stores(world)["register"], world.courts[self.court]
        world.publisher.start()
        world.everybody_works(5)
        if not world.broker.up or world.publisher.is_cut_off or world.waiting(0) or not world.publisher.runs:
            return
        if any(world.broker.topics.log(at).held_from is not None for at in world.all_partitions):
            return  # what the log does not show yet no register is brought level with
        backup = store.backup()
        self._publish(world, self.lost)
        world.everybody_works(5)
        for process in store.machine.processes:
            process.stop()
        store.put_back(backup)
        world.publisher.was_put_back()
        for process in store.machine.processes:
            process.start()
        self._publish(world, self.wanted)
        RecoversRegister().do(world)
        self._publish(world, self.wanted)
        court.exports.append(self.lost)
        court.exports.append(self.wanted)
        world.count("registers brought level")

    def _publish(self, world: "World", listings: tuple[Listing, ...]) -> None:
        try:
            world.courts[self.court].publish(listings)
        except LiandongError as refused:
            world.count(f"publication refused: {refused.code}")
