"""What the page shows: one look per second for everybody who watches, none while nobody does."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ...schemas.errors import LiandongError, Unavailable
from ..service.status_source import StatusSource
from ..status.document import StatusDocument, StatusQuery

NEWEST, PER_BATCH = 16, 4
"""Updates shown, and of one batch."""
_MOST_FOUND = 50
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
    here: bool
    """Whether this machine has a register at all."""
    found: Mapping[str, SearchResult] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the page shows no news."""

    error: LiandongError
    since: str
    """When the last news came, RFC 3339; empty if none ever came."""


class Feed:
    """The newest snapshot; `watch`, `follow` and their opposites may be called from any thread."""

    def __init__(self, looker: StatusSource) -> None:
        self._looker = looker
        self._lock = threading.Lock()
        self._watchers = 0
        self._followed: Counter[str] = Counter()
        self._wanted = threading.Event()
        self._stalled: LiandongError | None = None
        self.snapshot: PageSnapshot | None = None
        self.trouble: Trouble | None = None

    def watch(self) -> None:
        """Somebody watches."""
        with self._lock:
            self._watchers += 1
        self._wanted.set()

    def unwatch(self) -> None:
        """He does not any more."""
        with self._lock:
            self._watchers -= 1

    def follow(self, id_: str) -> None:
        """The snapshots are to hold what this id names."""
        with self._lock:
            self._followed[id_] += 1
        self._wanted.set()

    def unfollow(self, id_: str) -> None:
        """They need not any more."""
        with self._lock:
            self._followed[id_] -= 1
            self._followed += Counter()  # forgets what nobody follows

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Until that time has passed, somebody new wants to see something, or the end."""
        end = time.monotonic() + seconds
        while not self._wanted.is_set() and time.monotonic() < end and not stop.wait(0.05):
            pass
        self._wanted.clear()

    def stalled(self, why: LiandongError | None) -> None:
        """The evidence cannot be read, or can be again."""
        self._stalled = why
        self._tell(why)

    def look(self) -> None:
        """Takes a snapshot if anybody watches; what fails is shown instead."""
        with self._lock:
            watched, ids = self._watchers > 0, list(self._followed)[:_MOST_FOUND]
        if not watched:
            return
        try:
            with self._looker.look() as status:
                names = status.agencies()
                self.snapshot = PageSnapshot(
                    status.document(StatusQuery()),
                    status.progress.newest_updates(NEWEST, PER_BATCH, names),
                    status.progress.has_registers,
                    {id_: _find(status, names, id_) for id_ in ids},
                )
        except LiandongError as failed:
            self._tell(failed)
        except SQLAlchemyError as failed:
            reason = type(failed).__name__
            remedy = "check that the outbox's database runs"
            self._tell(Unavailable("STATUS_UNAVAILABLE", f"a database failed: {reason}", remedy))
        else:
            self._tell(self._stalled)

    def _tell(self, error: LiandongError | None) -> None:
        """Keeps the moment from which on there was no news, whatever goes wrong after it."""
        before, snapshot = self.trouble, self.snapshot
        since = before.since if before else str(snapshot.document["at"]) if snapshot else ""
        self.trouble = Trouble(error, since) if error else None


def _find(status: StatusDocument, agencies: Sequence[str], id_: str) -> SearchResult:
    progress = status.progress
    try:
        if id_.startswith("bat_"):
            return SearchResult(batches=[progress.batch(id_, agencies)])
        if id_.startswith("upd_"):
            return SearchResult(updates=[progress.update(id_, agencies)])
        return SearchResult(updates=progress.entry(id_, agencies))
    except LiandongError as refused:
        return SearchResult(refused=refused)
