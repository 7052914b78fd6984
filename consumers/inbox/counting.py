"""Counting enforcement: a part of a court's inbox that publishes the signed counts of closed weeks by itself.

A cut (`schemas.wire.enforcement`) is gone through twice: once when it is closed, a grace after its last day, and once when it
is settled, a month later; then every group gets a revision whether anything came late or not. In between and after it only
five late ones or more make a revision. So no two revisions differ by so few that somebody who saw these few come could tell
what they were, and a folded record followed by another one tells nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog
from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.enforcement import FEW, SCHEMA, CountedGroup, closing_ms, count_record
from ...schemas.wire.signing import Keyring, Signer, encode_signed
from ...topics.catalogue import names
from ...topics.keys.signing_time import hindrance
from ...topics.storage.faults import DatabaseFault
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.workers.clock import Clock
from .counts_store import SETTLE_MS, CountsStore, SaidCount
from .inbox import Inbox
from .store import InboxStore

_log = structlog.get_logger(__name__)
LANE = "events"
_LOOK_SECONDS = 60.0
_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class CountingCourt:
    """As whom counts are published, and what they are kept in."""

    court: str
    jurisdiction: str
    signer: Signer = field(repr=False)
    outbox: SqlOutbox = field(repr=False)
    """In the inbox's own database."""
    clock: Clock = field(repr=False)
    keyring: Keyring = field(repr=False)
    registry: SchemaIds | None = field(default=None, repr=False)
    """With one, what is sent has Confluent framing."""


class Counting:
    """Counts what an inbox took and publishes what is due; a `Worker`. What the store fails with is tried again."""

    def __init__(self, court: CountingCourt, inbox: Inbox, counts: CountsStore) -> None:
        """Take the parts of one inbox; nothing is read before the first step."""
        self._court, self._inbox, self._counts = court, inbox, counts
        self._next_look = -math.inf
        self.failure: Exception | None = None
        """Why nothing can be counted now."""

    def step(self) -> float:
        """Once a minute publish what is due, unless there is more to read."""
        try:
            clock = self._court.clock
            left = self._next_look - clock.monotonic()
            if left > 0:
                return left
            self.failure = hindrance(self._court.court, self._court.signer.key_id, self._court.keyring, clock.now())
            if self._inbox.caught_up and self._inbox.failure is None and self.failure is None:
                self.publish()
            self._next_look = clock.monotonic() + _LOOK_SECONDS
        except DatabaseFault as failed:
            if self.failure is None:
                _log.warning("counting waits", court=self._court.court, code=failed.code, reason=failed.message)
            self.failure = failed
            return _RETRY_SECONDS
        return _LOOK_SECONDS

    def close(self) -> None:
        """Do nothing: all is in the store."""

    def publish(self) -> None:
        """Put into the outbox what is due of every cut."""
        now = self._court.clock.now()
        for from_day in self._counts.cuts():
            closes_at = closing_ms(from_day)
            if now < closes_at:
                continue
            due = 2 if now >= closes_at + SETTLE_MS else 1
            with self._counts.engine.begin() as connection:
                self._go_through(connection, from_day, due, now)

    def _go_through(self, connection: Connection, from_day: date, due: int, now: int) -> None:
        is_planned = self._counts.passed(connection, from_day) < due
        said = self._counts.all_said(connection, from_day)
        for group, counted in self._counts.groups(connection, from_day).items():
            before = said.get((group.agency, group.measure))
            late = len(counted) - (before.counted if before else 0)
            if is_planned or late >= FEW:
                self._say(connection, group, counted, (before.revision if before else 0) + 1, now)
        if is_planned:
            self._counts.note_pass(connection, from_day, due)

    def _say(
        self, connection: Connection, group: CountedGroup, counted: Mapping[bytes, str], revision: int, now: int
    ) -> None:
        court = self._court
        record = count_record(group, revision, counted, court.signer.suite, now)
        body = encode_signed(SCHEMA, record, SCHEMA, court.signer)
        message = outgoing(
            SCHEMA,
            body,
            names.enforcement_counts(court.jurisdiction),
            _key(record),
            event_id=ids.text("evt", fingerprint(body)[:16]),
            source=court.court,
            time_ms=now,
            registry=court.registry,
        )
        court.outbox.append(connection, LANE, [message])
        self._counts.say(connection, group, SaidCount(revision, len(counted), record["folded"], now))


def _key(record: Mapping[str, Any]) -> bytes:
    """Return the message key: one for all revisions of a group."""
    about = (str(record[name]) for name in ("court", "agency", "measure", "from_day"))
    return fingerprint("\x00".join(about).encode())[:16]


def open_outbox(store: InboxStore, clock: Clock) -> SqlOutbox:
    """Open the outbox of a court's counts, in its inbox's database."""
    return SqlOutbox(store.engine, (LANE,), clock=clock)
