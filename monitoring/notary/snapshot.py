"""Once an hour a head shows the live entries themselves: a Merkle root over them, partition by partition.

They are read bit by bit from the tally as the commit of one barrier left it, while the notary goes on; the next head after that
carries the roots. One inclusion then proves what an entry was at that barrier.
"""

from typing import Any, NamedTuple

from ...schemas.wire.merkle import Frontier
from ...topics.transport.ports import TopicPartition
from .tally import ENTRY_ID, Tally, TallyEntry
from .tally_store import EntriesView, TallyStore

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


class HourlySnapshots:
    """Begins a snapshot once an interval, works on it, and keeps its roots for the next head."""

    def __init__(self, interval: int) -> None:
        """Begin with none; `interval` in ms."""
        self._interval = interval
        self._running: Snapshot | None = None
        self._hour = -1
        """In which interval, counted from the epoch, the newest snapshot was begun."""
        self._roots = NO_SNAPSHOT

    @property
    def is_running(self) -> bool:
        """Whether there is more to be read."""
        return self._running is not None

    def take_roots(self) -> SnapshotRoots:
        """Return what the next head shows; nothing a second time."""
        roots, self._roots = self._roots, NO_SNAPSHOT
        return roots

    def put_back(self, roots: SnapshotRoots) -> None:
        """Keep roots for another head: the one that was to show them was not signed."""
        self._roots = roots

    def begin(self, number: int, issued_at: int, tally: Tally, store: TallyStore) -> None:
        """Begin to show the entries as they are at a barrier whose tally was just committed, if it is time."""
        hour = issued_at // self._interval
        if self._running is None and hour != self._hour:
            self._running, self._hour = Snapshot(number, tally, store.view()), hour

    def work(self) -> None:
        """Go on for some entries, if there is a snapshot to be made."""
        if self._running is None:
            return
        if self._running.is_lost:
            self._running, self._hour = None, -1
        elif roots := self._running.step():
            self._running, self._roots = None, roots


def _row(lane: TopicPartition, tree: Frontier) -> dict[str, Any]:
    return {"topic": lane.topic, "partition": lane.partition, "root": tree.root(), "entries": tree.size}
