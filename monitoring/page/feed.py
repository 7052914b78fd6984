"""What the page shows: one snapshot per second for everybody who watches, none while nobody does."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schemas.errors import LiandongError
from ...topics.workers.threads import Doorbell
from ..service.status_source import StatusSource
from ..status.document import StatusDocument, StatusQuery

NEWEST, PER_BATCH = 16, 4
"""How many updates are shown, and how many of one batch."""
_SNAPSHOT_SECONDS = 1.0
_MOST_SEARCHED = 50
"""Ids looked up in one second; those that came last wait for the others to go."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What an id names, or why it names nothing."""

    updates: Sequence[Mapping[str, Any]] = ()
    batches: Sequence[Mapping[str, Any]] = ()
    refused: LiandongError | None = None


@dataclass(frozen=True, slots=True)
class PageSnapshot:
    """Everything as of one moment; `newest` are the updates accepted last."""

    document: Mapping[str, Any]
    newest: Sequence[Mapping[str, Any]]
    has_registers: bool
    """Whether this machine has a register at all."""
    results: Mapping[str, SearchResult] = field(default_factory=dict)
    """By the id that was searched for."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the page shows nothing new."""

    error: LiandongError
    since: str
    """When the last snapshot was taken, RFC 3339; empty if there was none."""


class Feed:
    """Keeps the newest snapshot; a `Worker`. `watch`, `follow` and their opposites may be called from any thread."""

    def __init__(self, source: StatusSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._watchers = 0
        self._followed: Counter[str] = Counter()
        self._asked_for = Doorbell()
        self.snapshot: PageSnapshot | None = None
        self.trouble: Trouble | None = None

    def watch(self) -> None:
        """Count one more watcher, for whom snapshots are taken."""
        with self._lock:
            self._watchers += 1
        self._asked_for.ring()

    def unwatch(self) -> None:
        """Undo one `watch`."""
        with self._lock:
            self._watchers -= 1

    def follow(self, id_: str) -> None:
        """Let the snapshots hold what this id names."""
        with self._lock:
            self._followed[id_] += 1
        self._asked_for.ring()

    def unfollow(self, id_: str) -> None:
        """Undo one `follow` of this id."""
        with self._lock:
            self._followed[id_] -= 1
            self._followed += Counter()  # forgets what nobody follows

    def step(self) -> float:
        """Show why the evidence cannot be read, and once all of it was read take snapshots; return when to be called again."""
        if self._source.gathering.rounds:
            self._take_snapshot()
        else:
            self.set_trouble(self._failure)
        return _SNAPSHOT_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait until somebody new watches or follows something, at most so many seconds; return whether they do."""
        return self._asked_for.wait(seconds)

    def close(self) -> None:
        """Do nothing: what is shown stays."""

    def _take_snapshot(self) -> None:
        """Take a snapshot if anybody watches; an error is shown instead."""
        with self._lock:
            watched, ids = self._watchers > 0, list(self._followed)[:_MOST_SEARCHED]
        if not watched:
            return
        try:
            with self._source.current() as status:
                agencies = status.agencies()
                self.snapshot = PageSnapshot(
                    status.document(StatusQuery()),
                    status.progress.newest_updates(NEWEST, PER_BATCH, agencies),
                    status.progress.has_registers,
                    {id_: _search(status, agencies, id_) for id_ in ids},
                )
        except LiandongError as failed:
            self.set_trouble(failed)
        else:
            self.set_trouble(self._failure)

    @property
    def _failure(self) -> LiandongError | None:
        outage = self._source.outage
        return None if outage is None else outage.failure

    def set_trouble(self, error: LiandongError | None) -> None:
        """Set or clear the trouble; its `since` stays the same, whatever else goes wrong after it."""
        before, snapshot = self.trouble, self.snapshot
        since = before.since if before else str(snapshot.document["at"]) if snapshot else ""
        self.trouble = Trouble(error, since) if error else None


def _search(status: StatusDocument, agencies: Sequence[str], id_: str) -> SearchResult:
    progress = status.progress
    try:
        if id_.startswith("bat_"):
            return SearchResult(batches=[progress.batch(id_, agencies)])
        if id_.startswith("upd_"):
            return SearchResult(updates=[progress.update(id_, agencies)])
        return SearchResult(updates=progress.entry(id_, agencies))
    except LiandongError as refused:
        return SearchResult(refused=refused)
