"""When the copy is put onto the disk, and how far the group of its node is told that it is."""

import math

import structlog

from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ..store.writer import ListStore
from .copy import Copy

_log = structlog.get_logger(__name__)


class CopyOnDisk:
    """Syncs a copy, at once when it is asked to and else every few seconds."""

    def __init__(self, store: ListStore, copy: Copy, clock: Clock, seconds: float) -> None:
        """`seconds` is how often synced offsets are committed to the group; 0 = never."""
        self._store, self._copy, self._clock, self._seconds = store, copy, clock, seconds
        self._due_at = clock.monotonic() + seconds
        self._synced: dict[TopicPartition, int] = {}

    def sync(self) -> None:
        """Put everything so far onto the disk."""
        lanes = [lane for lane in self._copy.lanes.values() if lane.next_offset >= 0]
        self._store.sync()
        self._synced = {TopicPartition(*lane.name): lane.next_offset for lane in lanes}

    def when_due(self, subscriber: Subscriber) -> float:
        """Sync and commit offsets now and then; return in how many seconds that is due again."""
        if not self._seconds:
            return math.inf
        running = self._clock.monotonic()
        if running >= self._due_at:
            self._due_at = running + self._seconds
            self.sync()
            self.commit_offsets(subscriber)
            self._store.check_readers()
        return self._due_at - running

    def commit_offsets(self, subscriber: Subscriber) -> None:
        """Tell the group how far this node is, for lag tools; the store alone decides where it goes on."""
        if self._seconds and self._synced:
            try:
                subscriber.commit(self._synced)
            except TransportError as failed:
                _log.warning("offsets were not committed to the group", code=failed.code, reason=failed.message)
