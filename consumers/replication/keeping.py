"""Keeping the last proven copy: hourly, beside the reading; at a clean stop the store does so itself."""

import multiprocessing
from multiprocessing.process import BaseProcess
from typing import Protocol

import structlog

from ...schemas.errors import LiandongError
from ...topics.child_process import ended, start
from ...topics.workers.clock import Clock
from ..store.kept import keep_from_beside
from ..store.writer import ListStore

_log = structlog.get_logger(__name__)
_HOUR = 3600.0
_LOOK_SECONDS = 5.0
"""How often it is looked whether a first copy is proven, or a child has ended."""
_END_SECONDS = 1.0


class Keeper(Protocol):
    """Keeps a store that is proven as its last proven copy."""

    def begin(self, store: ListStore) -> None:
        """Begin; nobody waits for it. Raises StoreError, OSError."""

    def ended(self) -> bool | None:
        """Return whether the copy was kept; None while it is at it."""

    def close(self) -> None:
        """End what is at it; the copy kept before stays."""


class ChildKeeper:
    """Keeps it in a process of its own: copying some gigabytes holds nobody up here, neither readers nor the writer."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None

    def begin(self, store: ListStore) -> None:
        """Start the other process."""
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=keep_from_beside, args=(store.path,), name="liandong-keep", daemon=True)
        start(self._process)

    def ended(self) -> bool | None:
        """Return whether it ended well; None while it runs."""
        if self._process is None or self._process.is_alive():
            return None
        return ended(self._process, _END_SECONDS) == 0

    def close(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


class LastProvenCopy:
    """Has the copy kept when it is proven, once an hour, as a `Worker`."""

    def __init__(self, store: ListStore, keeper: Keeper, clock: Clock) -> None:
        self._store, self._keeper, self._clock = store, keeper, clock
        self._due = clock.monotonic()
        self._at_it = False

    def step(self) -> float:
        """Begin what is due, hear how it ended; return when to look again."""
        now = self._clock.monotonic()
        if self._at_it:
            kept = self._keeper.ended()
            if kept is None:
                return _LOOK_SECONDS
            self._at_it = False
            if not kept:
                _log.warning("the copy was not kept as the last proven one; the one before stays")
        if now < self._due:
            return self._due - now
        if not self._store.proven:
            return _LOOK_SECONDS
        self._due = now + _HOUR
        try:
            self._keeper.begin(self._store)
            self._at_it = True
        except (LiandongError, OSError) as failed:
            _log.warning("the copy was not kept as the last proven one; the one before stays", reason=str(failed))
        return _LOOK_SECONDS

    def close(self) -> None:
        """Let go of what is under way."""
        self._keeper.close()
