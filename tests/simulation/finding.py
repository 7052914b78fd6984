"""Looking for the seeds that show what is known to break."""

from collections.abc import Iterator

from liandong.tests.simulation.attacks import attacks_of
from liandong.tests.simulation.choices import integers
from liandong.tests.simulation.known_breaks import BREAKING, STEPS
from liandong.tests.simulation.running import Run, run

MOST_WORLDS = 60


def shown(kind: str) -> tuple[int, Run] | None:
    """Return the first seed, and its run, that shows the break of a kind: the known one, or else one of many."""
    return next(_shown(kind, (BREAKING[kind].seed, *range(1, 1 + MOST_WORLDS))), None)


def _shown(kind: str, seeds: tuple[int, ...]) -> Iterator[tuple[int, Run]]:
    for seed in seeds:
        done = run(integers(seed, STEPS), attacks_of(only=kind))
        if done.broken is not None and BREAKING[kind].promise in str(done.broken):
            yield seed, done
