"""What clerks and operators of the publisher do to put its lists right: recover, send again, sign again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.errors import LiandongError

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class RecoversRegister:
    """An operator brings the register level with the log."""

    def __str__(self) -> str:
        return "the register is brought level with the log"

    def do(self, world: "World") -> None:
        before = {entry_id: len(history) for entry_id, history in world.truth.versions.items()}
        world.count("updates recovered", world.publisher.recover())
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
