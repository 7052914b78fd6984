"""Once an hour a head shows the live entries themselves: a Merkle root over them, partition by partition.

They are read bit by bit from the tally as the commit of one barrier left it, while the notary goes on; the next head after that
carries the roots. One inclusion then proves what an entry was at that barrier.
"""

from typing import Any, NamedTuple

from ...schemas.wire.merkle import Frontier
from ...topics.transport.ports import TopicPartition
from .tally import ENTRY_ID, Tally, TallyEntry
from .tally_store import EntriesView

_AT_ONCE = 2_000
"""Entries in one step: about ten milliseconds."""


class SnapshotRoots(NamedTuple):
    """The fields `snapshot_barrier` and `snapshot` of a head."""

    barrier: int
    rows: list[dict[str, Any]]


NO_SNAPSHOT = SnapshotRoots(-1, [])


class Snapshot:
    """The roots over the live entries at one barrier, while they are being made."""

    def __init__(self, barrier: int, tally: Tally, entries: EntriesView) -> None:
        """Take what the tally's commit at that barrier left."""
        self._barrier, self._entries = barrier, entries
        self._trees = {tally.entry_key(lane, b""): (lane, Frontier(tally.suite.content_hash)) for lane in tally.lanes}

    @property
    def is_lost(self) -> bool:
        """Whether the tally had to let go of what is read here; another snapshot is begun then."""
        return self._entries.closed

    def step(self) -> SnapshotRoots | None:
        """Go on for some entries; return the roots once all were read."""
        rows = self._entries.take(_AT_ONCE)
        for key, packed in rows:
            entry, entry_id = TallyEntry.unpack(packed), key[-ENTRY_ID:]
            if entry.live:
                self._trees[key[:-ENTRY_ID]][1].add(entry.leaf(entry_id))
        if rows:
            return None
        self._entries.close()
        return SnapshotRoots(self._barrier, [_row(lane, tree) for lane, tree in self._trees.values()])


def _row(lane: TopicPartition, tree: Frontier) -> dict[str, Any]:
    return {"topic": lane.topic, "partition": lane.partition, "root": tree.root(), "entries": tree.size}
