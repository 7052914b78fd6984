"""What is known to break when the adversary does it at random: which promise, where issue 4 mends it, and a seed that shows it.

A seed is of a world of `STEPS` steps in which the adversary does nothing else. A change of what is drawn makes it another
world: then `python -m liandong.tests.simulation --find-known-breaks` prints a seed of each kind anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STEPS = 60


@dataclass(frozen=True)
class KnownKind:
    """A kind of attack that breaks a promise today."""

    point: str
    """Of issue 4, which mends it."""
    promise: str
    """What is broken, as the world says it."""
    seed: int


_POISON = "poison stops nothing"
BREAKING: Mapping[str, KnownKind] = {}
