"""How an agency tells others something: sealed, signed, framed, and into the outbox in the caller's transaction.

An interception is sealed at once and held for the agency's next batch (`interceptions.batches`), which signs it. All else is
held, too, while the agency's own key is not valid by its clock: others would refuse it.

What its court cannot be told yet, because no sealing key of it is known (a node that has just started has not read the
register), is kept, sealed to the agency itself, until it can: nothing that happened goes untold. The agency's own keys for that
are erased after a month like all others, and with them what has waited longer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, true, tuple_

from ...schemas import ids
from ...schemas.fingerprints import fingerprint
from ...schemas.law.retention import WAITING, Period, retention_of
from ...schemas.wire.codec import earlier_version
from ...schemas.wire.control import sealing_context
from ...schemas.wire.padding import padded
from ...schemas.wire.sealing import CannotOpen, Recipient, open_sealed, seal, sealed_to
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.keys.keyrings import NoSealingKey
from ...topics.storage.bulk import insert_missing_rows
from ...topics.transport.envelope import outgoing
from ...topics.transport.ports import OutgoingRecord
from .context import AgencyContext
from .database import EVENTS_LANE
from .tables import held_events, waiting_events

_log = structlog.get_logger(__name__)
_AT_ONCE = 100
"""Waiting events sent in one transaction at most."""
_BATCHED = frozenset({"interception"})
"""Schemas of what waits for the next batch."""
_DAY_ONLY = frozenset({"interception", "asset-event", "whereabouts-event"})
"""Schemas of what nobody may see when it happened, but for the day."""
_HELD_COLUMNS = ("handle", "schema", "topic", "at", "fields")


class HeldEvent(Protocol):
    """A sealed event that waits for its batch or until it can be signed, as the acts store has it."""

    handle: bytes
    schema: str
    topic: str
    at: int
    """ms UTC."""
    fields: bytes
    """All fields but the proof, in MessagePack."""


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


def send(connection: Connection, context: AgencyContext, event: AgencyEvent) -> None:
    """Put an event into the outbox, or hold it for the next batch. Raises NoSealingKey."""
    _send_or_hold(connection, context, [(event, _fields(context, event))])


def send_or_keep(connection: Connection, context: AgencyContext, events: Sequence[AgencyEvent]) -> None:
    """Do as `send` for several; keep those whose court has no sealing key now for `send_waiting`."""
    ready = []
    for event in events:
        try:
            ready.append((event, _fields(context, event)))
        except NoSealingKey as missing:
            _log.error("a court cannot be told yet, the event waits", schema=event.schema, reason=missing.message)
            connection.execute(insert(waiting_events).values(_waiting(context, event)))
    _send_or_hold(connection, context, ready)


def is_batched() -> ColumnElement[bool]:
    """Return the condition that an event is held for its batch, and not until the agency can sign."""
    return held_events.c.schema.in_(_BATCHED)


def send_unsigned(connection: Connection, context: AgencyContext) -> int:
    """Put the oldest events that were held until the agency can sign into the outbox, if it can; return how many."""
    if not context.may_sign():
        return 0
    held = held_events.c
    rows = connection.execute(
        select(held_events).where(~is_batched()).order_by(held.at, held.handle).limit(_AT_ONCE).with_for_update()
    ).all()
    if rows:
        connection.execute(delete(held_events).where(held.handle.in_([row.handle for row in rows])))
        send_held(connection, context, rows)
    return len(rows)


def send_held(connection: Connection, context: AgencyContext, events: Sequence[HeldEvent]) -> None:
    """Put a batch of events that were held into the outbox, in this order."""
    records = [_as_record(context, each, msgspec.msgpack.decode(each.fields)) for each in events]
    context.outbox.append(connection, EVENTS_LANE, records)


def _send_or_hold(
    connection: Connection, context: AgencyContext, ready: Sequence[tuple[AgencyEvent, Mapping[str, object]]]
) -> None:
    """Send or hold events with their sealed fields."""
    may_sign = context.may_sign()
    held = [
        (event.handle, event.schema, event.topic, event.at, msgspec.msgpack.encode(fields))
        for event, fields in ready
        if event.schema in _BATCHED or not may_sign
    ]
    # an answer that is said again has its handle again
    insert_missing_rows(connection, held_events, _HELD_COLUMNS, held)
    records = [
        _as_record(context, event, fields) for event, fields in ready if may_sign and event.schema not in _BATCHED
    ]
    context.outbox.append(connection, EVENTS_LANE, records)


def _fields(context: AgencyContext, event: AgencyEvent) -> dict[str, object]:
    """Return the fields of an event, sealed. Raises NoSealingKey."""
    sealed = _sealed(event, context.directory.recipients(str(event.fields["court"]), event.sealed.retention))
    return {**event.fields, "agency": context.agency, "sealed": sealed}


def _as_record(context: AgencyContext, event: AgencyEvent | HeldEvent, fields: Mapping[str, Any]) -> OutgoingRecord:
    """Return an event as it travels, signed."""
    schema, handle = event.schema, event.handle
    return outgoing(
        schema,
        encode_signed(schema, fields, schema, context.signer),
        event.topic,
        handle,
        event_id=ids.text("evt", handle),
        source=context.agency,
        time_ms=event.at,
        registry=context.registry,
        day_only=schema in _DAY_ONLY,
    )


class WaitingTold(NamedTuple):
    """What became of events that waited until their court could be told."""

    gone: int
    """So many wait no longer: they were sent, or their own key was erased."""
    keyless: int
    """So many can be told and wait for the file of the agency's own key, which is lost as it seems."""


def send_waiting(connection: Connection, context: AgencyContext) -> WaitingTold:
    """Do as `send` for the oldest events that waited and whose court can be told now."""
    waiting, gone, keyless = waiting_events.c, 0, 0
    for row in _tellable(connection, context):
        try:
            content = open_sealed(row.sealed, sealing_context(row.schema, row.handle), *context.sealing_keys)
        except CannotOpen:
            if not context.sealing_keys.were_erased(sealed_to(row.sealed)):
                keyless += 1  # its file may be given back
                continue
            _log.error("an event waited until the key it was kept under was erased", court=row.court, schema=row.schema)
        else:
            sealed = SealedPart(row.sealed_schema, content)
            fields = msgspec.msgpack.decode(row.fields)
            send(connection, context, AgencyEvent(row.schema, row.topic, row.handle, row.at, fields, sealed))
        connection.execute(delete(waiting_events).where(waiting.handle == row.handle))
        gone += 1
        if gone == _AT_ONCE:
            break
    return WaitingTold(gone, keyless)


def _tellable(connection: Connection, context: AgencyContext) -> Iterator[Row[Any]]:
    """Give the events whose court can be told now, oldest first."""
    waiting = waiting_events.c
    pairs = connection.execute(select(waiting.court, waiting.retention).distinct()).all()
    known = [(court, retention) for court, retention in pairs if _is_known(context, court, retention)]
    if not known:
        return
    told = select(waiting_events).where(tuple_(waiting.court, waiting.retention).in_(known))
    page = told.order_by(waiting.at, waiting.handle).limit(_AT_ONCE)
    after: ColumnElement[bool] = true()
    while rows := connection.execute(page.where(after)).all():
        yield from rows
        last = rows[-1]
        after = or_(waiting.at > last.at, and_(waiting.at == last.at, waiting.handle > last.handle))


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
        "sealed": _sealed(event, [Recipient(own.key_id, own.public_key, own.suite)]),
    }


def _sealed(event: AgencyEvent, recipients: Sequence[Recipient]) -> bytes:
    schema, content = event.sealed.schema, event.sealed.content
    if event.schema in _DAY_ONLY:
        content = padded(schema, content)
    return seal(schema, content, sealing_context(event.schema, event.handle), recipients)


def _is_known(context: AgencyContext, court: str, retention: str) -> bool:
    try:
        return bool(context.directory.recipients(court, retention))
    except NoSealingKey:
        return False


def send_receipt(connection: Connection, context: AgencyContext, node: str, body: bytes) -> None:
    """Put a node's signed receipt into the outbox; the same receipt has the same id."""
    event_id = ids.text("evt", fingerprint(body)[:16])
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
        written_with=earlier_version("receipt", body),
    )
    context.outbox.append(connection, EVENTS_LANE, [record])
