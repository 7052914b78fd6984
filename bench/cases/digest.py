"""The digest alone: one leaf a record, LtHash over a batch, as the replicator does it."""

import time

from ...schemas.wire.digest import SetDigest, leaf
from ..corpus.records import Scribe, prefix_of
from ..place import Place
from ..result import Result

_BATCH = 20_000
_DIFFERENT = 2_000
"""Bodies made; signing more would take longer than what is measured."""


def run(place: Place) -> Result:
    """Measure records a second."""
    scribe = Scribe()
    bodies = [(prefix["entry_id"], scribe.body(prefix)) for prefix in map(prefix_of, range(_DIFFERENT))]
    digest, leaves = SetDigest(), list[bytes]()
    start = time.perf_counter()
    for number in range(place.amount):
        entry_id, body = bodies[number % _DIFFERENT]
        leaves.append(leaf(entry_id, 1, 1, body))
        if len(leaves) == _BATCH:
            digest.update(leaves)
            leaves.clear()
    digest.update(leaves)
    return Result.rate(place.amount, time.perf_counter() - start)
