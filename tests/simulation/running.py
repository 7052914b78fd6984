"""Running one list of integers, or one story, and what is told of it when a promise breaks."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from liandong.tests.simulation.attacks import REGULAR
from liandong.tests.simulation.attempts import Draw
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.counting import count_receipts, counted_logs
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.drawing import draw
from liandong.tests.simulation.ending import end_well
from liandong.tests.simulation.founding import founding
from liandong.tests.simulation.mortal_stores import mortal_stores
from liandong.tests.simulation.promises import PromiseBroken
from liandong.tests.simulation.remembering import remembering
from liandong.tests.simulation.town import found
from liandong.tests.simulation.world import World

MEMORY = Path("/dev/shm")  # noqa: S108  each world has a folder of its own there
"""Where worlds stand if the machine has it: their disks are files that nobody needs to keep."""


@dataclass
class Run:
    """What became of a list of integers."""

    integers: Sequence[int]
    steps: list[str] = field(default_factory=list)
    """In words, as far as it came."""
    log_hash: str = ""
    counters: Counter[str] = field(default_factory=Counter)
    wrongful_block_seconds: float = 0.0
    broken: PromiseBroken | None = None

    def __str__(self) -> str:
        lines = [f"{number:4} {step}" for number, step in enumerate(self.steps, start=1)]
        said = "held" if self.broken is None else f"BROKEN: {self.broken}"
        return "\n".join([*lines, f"log {self.log_hash}: {said}"])


def run(integers: Sequence[int], attacks: Mapping[Draw, int] = REGULAR) -> Run:
    """Run the town of the first integer through the steps of the others, and to its end."""
    done = Run(list(integers))
    with _town(Choices(integers[0]), done) as world:
        for number in integers[1:]:
            _do(world, draw(world, number, attacks), done)
    return done


def play(story: Sequence[Deed], town: int = 0) -> Run:
    """Play a story in a town where every clock is right."""
    done = Run([town])
    with _town(Choices(town), done) as world:
        for machine in world.machines.values():
            machine.clock.skew_ms = 0
        for deed in story:
            _do(world, deed, done)
    return done


@contextmanager
def town(number: int) -> Iterator[World]:
    """A town where every clock is right, for whoever does the deeds themselves and holds it to no ending."""
    with _folder() as folder, mortal_stores(), remembering():
        world = found(Choices(number), folder)
        for machine in world.machines.values():
            machine.clock.skew_ms = 0
        try:
            yield world
        finally:
            world.close()


@contextmanager
def _town(town: Choices, done: Run) -> Iterator[World]:
    with _folder() as folder, mortal_stores(), remembering(), counted_logs(done.counters):
        world = found(town, folder)
        try:
            yield world
            end_well(world)
        except PromiseBroken as broken:
            done.broken = broken
        finally:
            world.close()
        count_receipts(world)
        done.counters += world.counters
        done.wrongful_block_seconds = world.calm.wrongful_block_ms / 1000
        done.log_hash = world.log.hash(founding().escrow)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def _do(world: World, deed: Deed, done: Run) -> None:
    done.steps.append(str(deed))
    world.count(f"deeds: {type(deed).__name__}")
    deed.do(world)
    world.read_log()
