"""How an agency tells others something: sealed, signed, framed, and into the outbox in the caller's transaction.

What its court cannot be told yet, because no sealing key of it is known (a node that has just started has not read the
register), is kept, sealed to the agency itself, until it can: nothing that happened goes untold. The agency's own keys for that
are erased after a month like all others, and with them what has waited longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
import structlog
from sqlalchemy import Connection, delete, insert, select, tuple_

from ...schemas import ids
from ...schemas.law.retention import WAITING, Period, retention_of
from ...schemas.wire.control import sealing_context
from ...schemas.wire.sealing import CannotOpen, Recipient, open_sealed, seal
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.keys.directory import NoSealingKey
from ...topics.transport.envelope import outgoing
from ...topics.transport.ports import OutgoingRecord
from .context import AgencyContext
from .database import EVENTS_LANE
from .tables import waiting_events

_log = structlog.get_logger(__name__)
_AT_ONCE = 100
"""Waiting events sent in one transaction at most."""


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What only the court, its superior and the audit escrow may read of an event."""

    schema: str
    content: Mapping[str, object]

    @property
    def retention(self) -> str:
        """How long it is kept."""
        return retention_of(self.schema, self.content)


@dataclass(frozen=True, slots=True)
class AgencyEvent:
    """What a court is told, before it is sealed and signed."""

    schema: str
    topic: str
    handle: bytes
    """Random id of the record, its key on the topic."""
    at: int
    """ms UTC."""
    fields: Mapping[str, object]
    """What anybody may read, but for the agency; `court` is who is told."""
    sealed: SealedPart


def as_record(context: AgencyContext, event: AgencyEvent) -> OutgoingRecord:
    """Return an event as it travels. Raises NoSealingKey."""
    schema, handle = event.schema, event.handle
    sealed = _sealed(event, context.directory.recipients(str(event.fields["court"]), event.sealed.retention))
    record = {**event.fields, "agency": context.agency, "sealed": sealed}
    return outgoing(
        schema,
        encode_signed(schema, record, schema, context.signer),
        event.topic,
        handle,
        event_id=ids.text("evt", handle),
        source=context.agency,
        time_ms=event.at,
        registry=context.registry,
    )


def send(connection: Connection, context: AgencyContext, event: AgencyEvent) -> None:
    """Put an event into the outbox. Raises NoSealingKey."""
    context.outbox.append(connection, EVENTS_LANE, [as_record(context, event)])


def send_or_keep(connection: Connection, context: AgencyContext, events: Sequence[AgencyEvent]) -> None:
    """Put events into the outbox; keep those whose court has no sealing key now for `send_waiting`."""
    records = []
    for event in events:
        try:
            records.append(as_record(context, event))
        except NoSealingKey as missing:
            _log.error("a court cannot be told yet, the event waits", schema=event.schema, reason=missing.message)
            connection.execute(insert(waiting_events).values(_waiting(context, event)))
    context.outbox.append(connection, EVENTS_LANE, records)


def send_waiting(connection: Connection, context: AgencyContext) -> int:
    """Put the oldest events that waited and whose court can be told now into the outbox; return how many."""
    waiting = waiting_events.c
    pairs = connection.execute(select(waiting.court, waiting.retention).distinct()).all()
    known = [(court, retention) for court, retention in pairs if _is_known(context, court, retention)]
    told = tuple_(waiting.court, waiting.retention).in_(known)
    query = select(waiting_events).where(told).order_by(waiting.at, waiting.handle).limit(_AT_ONCE)
    rows = connection.execute(query).all() if known else []
    for row in rows:
        try:
            content = open_sealed(row.sealed, sealing_context(row.schema, row.handle), *context.sealing_keys)
        except CannotOpen:
            _log.error("an event waited until the key it was kept under was erased", court=row.court, schema=row.schema)
        else:
            sealed = SealedPart(row.sealed_schema, content)
            fields = msgspec.msgpack.decode(row.fields)
            send(connection, context, AgencyEvent(row.schema, row.topic, row.handle, row.at, fields, sealed))
        connection.execute(delete(waiting_events).where(waiting.handle == row.handle))
    return len(rows)


def _waiting(context: AgencyContext, event: AgencyEvent) -> dict[str, object]:
    own = context.sealing_keys.newest(WAITING, str(Period.at(context.clock.now())))
    if own is None:
        raise NoSealingKey(context.agency, WAITING)
    return {
        "handle": event.handle,
        "court": event.fields["court"],
        "schema": event.schema,
        "topic": event.topic,
        "at": event.at,
        "fields": msgspec.msgpack.encode(event.fields),
        "sealed_schema": event.sealed.schema,
        "retention": event.sealed.retention,
        "sealed": _sealed(event, [Recipient(own.key_id, own.public_key)]),
    }


def _sealed(event: AgencyEvent, recipients: Sequence[Recipient]) -> bytes:
    return seal(event.sealed.schema, event.sealed.content, sealing_context(event.schema, event.handle), recipients)


def _is_known(context: AgencyContext, court: str, retention: str) -> bool:
    try:
        return bool(context.directory.recipients(court, retention))
    except NoSealingKey:
        return False


def send_receipt(connection: Connection, context: AgencyContext, node: str, body: bytes) -> None:
    """Put a node's signed receipt into the outbox; the same receipt has the same id."""
    event_id = ids.text("evt", sha256(body).digest()[:16])
    key, now = f"{context.agency}/{node}".encode(), context.clock.now()
    record = outgoing(
        "receipt",
        body,
        names.RECEIPTS,
        key,
        event_id=event_id,
        source=context.agency,
        time_ms=now,
        registry=context.registry,
    )
    context.outbox.append(connection, EVENTS_LANE, [record])
