"""What is known to break when the adversary does it at random: which promise, where issue 4 mends it, and a seed that shows it.

A seed is of a world of `STEPS` steps in which the adversary does nothing else. Whoever changes what is drawn looks for them
again: `python -m liandong.tests.simulation --find-known-breaks` prints the first of each kind.
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
_NOTARY = "was ended by NOTARY_DUPLICATED"
BREAKING: Mapping[str, KnownKind] = {
    "twisted-records": KnownKind("point 4", "says REVIEW where BLOCK is right", 0),
    "replayed-records": KnownKind("point 3", "the highest version of a key does not stand last", 0),
    "replayed-barriers": KnownKind(_POISON, _NOTARY, 0),
    "replays-elsewhere": KnownKind("point 2", "BLOCK although", 0),
    "nulls": KnownKind("point 3", "BLOCK although", 0),
    "garbles": KnownKind("point 4", "says REVIEW where BLOCK is right", 0),
    "floods-of-effects": KnownKind(_POISON, "was ended by EFFECTS_FUSE_BLOWN", 0),
    "unsigned-entries": KnownKind("point 4", "REVIEW", 0),
    "foreign-entries": KnownKind("point 4", "REVIEW", 0),
    "canary-entries": KnownKind("point 1", "BLOCK", 0),
    "canary-versions": KnownKind("point 1", "ALLOW", 0),
    "sibling-versions": KnownKind("point 1", "ALLOW", 0),
    "list-barriers": KnownKind(_POISON, _NOTARY, 0),
    "own-receipts": KnownKind("point 7", "the status says", 0),
    "commands-under-another": KnownKind("point 8", "was not answered", 0),
}
