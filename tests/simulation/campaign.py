"""Many worlds, one after another or in several processes: what broke, how often what happened."""

import math
import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice

from liandong.tests.simulation.attacks import attacks_of
from liandong.tests.simulation.choices import integers
from liandong.tests.simulation.running import Run, run
from liandong.tests.simulation.shrinking import shrunk


@dataclass(frozen=True)
class Campaign:
    """What worlds are run, and how."""

    seed: int = 1
    worlds: int | None = 1
    """None = until the time is over."""
    steps: int = 100
    seconds: float = 0
    """After so many no world is begun any more; 0 = no end."""
    processes: int = 1
    shrink: bool = False
    only: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one world, told so that another process can be told."""

    seed: int | None
    """None of a list of integers that no seed stands for."""
    integers: Sequence[int]
    """Of a world that broke and was shrunk: what is left."""
    steps: Sequence[str]
    promise: str
    """The one that broke; empty if all held."""
    log_hash: str
    trace: str = ""
    counters: Counter[str] = field(default_factory=Counter)
    wrongful_block_seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"{number:4} {step}" for number, step in enumerate(self.steps, start=1)]
        name = "integers" if self.seed is None else f"seed {self.seed}"
        held = f"BROKEN: {self.promise}" if self.promise else "held"
        return "\n".join([f"{name}, {len(self.steps)} steps", *lines, f"log {self.log_hash}: {held}"])

    @property
    def document(self) -> dict[str, object]:
        """A failure as it is listed: all that is needed to run it again and to know it again."""
        return {
            "seed": self.seed,
            "promise": self.promise,
            "log": self.log_hash,
            "integers": list(self.integers),
            "steps": list(self.steps),
        }


def outcomes(campaign: Campaign) -> Iterator[Outcome]:
    """Run the worlds; tell of each as it ends."""
    begun = _seeds(campaign)
    if campaign.processes == 1:
        yield from (of_seed(campaign, seed) for seed in begun)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(campaign.processes, mp_context=context) as pool:
        running: set[Future[Outcome]] = set()
        while True:
            room = campaign.processes - len(running)
            running |= {pool.submit(of_seed, campaign, seed) for seed in islice(begun, room)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)


def of_seed(campaign: Campaign, seed: int) -> Outcome:
    """Run the world of one seed."""
    return of_integers(campaign, integers(seed, campaign.steps), seed)


def of_integers(campaign: Campaign, numbers: Sequence[int], seed: int | None = None) -> Outcome:
    """Run the world of a list of integers; one that breaks is shrunk if that is wished for."""
    attacks = attacks_of(campaign.only)
    done = run(numbers, attacks)
    shown = shrunk(done, partial(run, attacks=attacks)) if campaign.shrink and done.broken is not None else done
    cause = shown.broken.__cause__ if shown.broken is not None else None
    return Outcome(
        seed,
        _left(shown),
        shown.steps,
        str(shown.broken or ""),
        shown.log_hash,
        "" if cause is None else "".join(traceback.format_exception(cause, limit=-8)),
        done.counters,
        done.wrongful_block_seconds,
    )


def _left(done: Run) -> Sequence[int]:
    """Return the integers of the steps that were done."""
    return done.integers[: 1 + len(done.steps)]


def _seeds(campaign: Campaign) -> Iterator[int]:
    """Iterate over the seeds that there is time for."""
    until = time.monotonic() + campaign.seconds if campaign.seconds else math.inf
    for seed in islice(count(campaign.seed), campaign.worlds):
        if time.monotonic() >= until:
            return
        yield seed
