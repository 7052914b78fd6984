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
_NOTARY = "was ended by NOTARY_DUPLICATED"
BREAKING: Mapping[str, KnownKind] = {
    "twisted-records": KnownKind("point 4", "says REVIEW where BLOCK is right", 128),
    "replayed-records": KnownKind("point 3", "the highest version of a key does not stand last", 8),
    "replayed-barriers": KnownKind(_POISON, _NOTARY, 1),
    "replays-elsewhere": KnownKind("point 2", "BLOCK although the node has read that the basis is gone", 7),
    "nulls": KnownKind("point 3", "the highest version of a key does not stand last", 1),
    "garbles": KnownKind("point 4", "says REVIEW where BLOCK is right", 45),
    "unsigned-entries": KnownKind("point 4", "REVIEW rests on a record no court made", 4),
    "foreign-entries": KnownKind("point 4", "REVIEW rests on a record no court made", 6),
    "canary-entries": KnownKind("point 1", "BLOCK for somebody who was never listed", 16),
    "canary-versions": KnownKind("point 1", "says BLOCK where ALLOW is right", 44),
    "sibling-versions": KnownKind("point 1", "ALLOW from a fresh and proven copy for somebody with a live basis", 6),
    "list-barriers": KnownKind(_POISON, _NOTARY, 1),
    "heads-ahead": KnownKind("proven and fresh are two things", "is not proven", 4),
    "own-receipts": KnownKind("point 7", "the status says 10000 of court.debtor-list.js.v1/0", 8),
}
