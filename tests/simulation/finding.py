"""Looking for the seeds that show what is known to break."""

from liandong.tests.simulation.attacks import attacks_of
from liandong.tests.simulation.choices import integers
from liandong.tests.simulation.known_breaks import BREAKING, STEPS
from liandong.tests.simulation.running import Run, run

MOST_WORLDS = 200


def attacked(kind: str, seed: int) -> Run:
    """A world in which the adversary does nothing but deeds of one kind."""
    return run(integers(seed, STEPS), attacks_of(only=kind))


def shows(kind: str, done: Run) -> bool:
    """Whether a run breaks the promise that its kind is known to break."""
    return done.broken is not None and BREAKING[kind].promise in str(done.broken)


def first_seed(kind: str) -> int | None:
    """The first seed that shows the break, None if none of many does."""
    return next((seed for seed in range(1, 1 + MOST_WORLDS) if shows(kind, attacked(kind, seed))), None)
