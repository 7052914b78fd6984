"""Releases that no record of a relief lane brings about any more: whom the copy of the lists frees and who counts as stopped.

A lane may have lost a record before this agency read it: it keeps them for some days only, or was made again. The list still
says what became of the entry. So it does where something was handled that frees, and its key is revoked by now. And whoever was asked about by a person, while nobody could know who had signed, is freed once it
shows that no court has. Whatever comes by the lane later finds nobody stopped, so that no release is told twice.
"""

import math
from collections.abc import Iterator
from typing import Protocol

import structlog
from sqlalchemy import Engine, exists, func, select

from ...schemas.law.decisions import Trust
from ...topics.storage.database import reading
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TransportError
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from ..acts_db.context import AgencyContext
from ..acts_db.outcomes import Poison, Retry
from ..acts_db.tables import freed, open_hits
from ..replication.listed_entry import ListedEntry
from .releases import SignedRecord, release_all, release_by

_log = structlog.get_logger(__name__)

_SHORTEST, _LONGEST = 5.0, 3_600.0
"""Seconds between two looks: the first after a start or a loss comes soon, since the copy may be behind, each further one later."""
_DISPUTED = 30.0
"""Seconds between two looks at those alone whom something that was handled would have freed, had its key not been revoked."""
_PAGE = 500


class CopiedEntries(Protocol):
    """What a node knows of every entry (`consumers.replication.list_view.ListView`)."""

    def entry(self, entry_id: bytes) -> ListedEntry | None:
        """Return the newest record of an entry, None if it is unknown."""

    def trust(self, entry: ListedEntry) -> Trust:
        """Return how far it is proven. Raises TransportError if nobody can know now."""


class MissedReleases:
    """Looks now and then whether entries that somebody counts as stopped by have freed them, as a `Worker`."""

    def __init__(self, context: AgencyContext, engine: Engine, view: CopiedEntries) -> None:
        """Begin without looking."""
        self._context = context
        self._engine = engine
        self._view = view
        self._bell = Doorbell()
        self._interval = _SHORTEST
        self._next_look = -math.inf
        self._next_dispute = -math.inf

    def expect(self) -> None:
        """Look at once and often for a while: a lane has lost something. May be called from any thread."""
        self._interval, self._next_look = _SHORTEST, -math.inf
        self._bell.ring()

    def step(self) -> float:
        """Look if it is time; return in how many seconds to look again. A store that does not answer is tried again soon."""
        now, next_look = self._context.clock.monotonic(), min(self._next_look, self._next_dispute)
        if now < next_look:
            return next_look - now
        is_disputed = now < self._next_look
        self._next_dispute = now + _DISPUTED
        if not is_disputed:
            self._next_look = now + self._interval
        try:
            for entry_id, version in self._stopping(disputed=is_disputed):
                self._look(entry_id, version)
            if not is_disputed:
                self._interval = min(2 * self._interval, _LONGEST)
        except (DatabaseFault, TransportError) as away:
            _log.warning("missed releases wait", reason=away.code)
            self._interval = _SHORTEST
        return AT_ONCE

    def wait(self, seconds: float) -> bool:
        """Wait until a lane has lost something; return whether that is so."""
        return self._bell.wait(seconds)

    def close(self) -> None:
        """Do nothing: each look is one transaction an entry."""

    def _stopping(self, *, disputed: bool) -> Iterator[tuple[bytes, int]]:
        """Give each entry somebody is stopped by, with the oldest of its versions that somebody was stopped under; of those that
        are `disputed` a newer version was handled.
        """
        last = b""
        oldest = select(open_hits.c.entry_id, func.min(open_hits.c.entry_version)).group_by(open_hits.c.entry_id)
        if disputed:
            newer = (freed.c.entry_id == open_hits.c.entry_id, freed.c.entry_version > open_hits.c.entry_version)
            oldest = oldest.where(exists().where(*newer))
        while True:
            page = oldest.where(open_hits.c.entry_id > last).order_by(open_hits.c.entry_id).limit(_PAGE)
            with reading(self._engine) as connection:
                rows = connection.execute(page).all()
            yield from (tuple(row) for row in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def _look(self, entry_id: bytes, version: int) -> None:
        entry = self._view.entry(entry_id)
        if entry is None or entry.opaque:
            return
        trust, record = self._view.trust(entry), SignedRecord(entry.fingerprint, entry.body, entry.prefix)
        try:
            with self._engine.begin() as connection:
                if trust is Trust.NOBODYS and entry.prefix["version"] == version:
                    release_all(connection, self._context, entry_id)
                elif trust is Trust.PROVEN and entry.prefix["version"] > version:
                    release_by(connection, self._context, record, entry.jurisdiction, proven=True)
        except (Poison, Retry) as unproven:
            _log.warning("what would free is not proven", reason=str(unproven))
