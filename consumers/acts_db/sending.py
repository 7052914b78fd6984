"""How an agency tells others something: sealed, signed, framed, and into the outbox in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.wire.control import sealing_context
from ...schemas.wire.sealing import Recipient, seal
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.transport.envelope import outgoing
from ...topics.transport.ports import OutgoingRecord
from .context import AgencyContext
from .database import EVENTS_LANE


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What only the recipients of an event may read."""

    schema: str
    content: Mapping[str, object]
    recipients: Sequence[Recipient]


@dataclass(frozen=True, slots=True)
class Event:
    """What a court is told, before it is sealed and signed."""

    schema: str
    topic: str
    handle: bytes
    """Random id of the record, its key on the topic."""
    at: int
    """ms UTC."""
    fields: Mapping[str, object]
    """What anybody may read, but for the agency."""
    sealed: SealedPart


def as_record(context: AgencyContext, event: Event) -> OutgoingRecord:
    """Return an event as it travels."""
    schema, handle, secret = event.schema, event.handle, event.sealed
    sealed = seal(secret.schema, secret.content, sealing_context(schema, handle), secret.recipients)
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


def send(connection: Connection, context: AgencyContext, event: Event) -> None:
    """Put an event into the outbox."""
    context.outbox.append(connection, EVENTS_LANE, [as_record(context, event)])


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
