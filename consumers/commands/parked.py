"""Messages that wait for another attempt, and what waits behind them."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, case, delete, func, select, update

from ...topics.storage.database import insert_once
from ..acts_db.messages import Origin, Received
from ..acts_db.tables import commands_parked

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[str, bytes]]).decode


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that waits for another attempt, and all of its key behind it."""

    id: int
    message: Received
    attempts: int
    next_at: int
    since: int
    reason: str


def is_waiting(connection: Connection, message: Received) -> bool:
    """Return whether messages of this key wait, so that this one has to wait behind them."""
    return connection.scalar(select(func.count()).where(commands_parked.c.key == (message.key or b""))) != 0


def park(connection: Connection, message: Received, reason: str, now: int, next_at: int) -> None:
    """Put a message behind those of its key that wait already; a redelivered one stays where it is."""
    row = {
        "key": message.key or b"",
        "topic": message.origin.topic,
        "log_partition": message.origin.partition,
        "log_offset": message.origin.offset,
        "value": message.value,
        "headers": _pack(list(message.headers)),
        "attempts": 0 if is_waiting(connection, message) else 1,
        "next_at": next_at,
        "since": now,
        "reason": reason,
    }
    insert_once(connection, commands_parked, row)


def due(connection: Connection, now: int, limit: int = 100) -> list[ParkedMessage]:
    """Return the first message of every key whose time has come."""
    heads = select(func.min(commands_parked.c.id)).group_by(commands_parked.c.key)
    query = (
        select(commands_parked)
        .where(commands_parked.c.id.in_(heads), commands_parked.c.next_at <= now)
        .order_by(commands_parked.c.id)
    )
    return _parked(connection, query.limit(limit))


def waiting(connection: Connection) -> list[ParkedMessage]:
    """Return all that waits, oldest first."""
    return _parked(connection, select(commands_parked).order_by(commands_parked.c.id))


def still_parked(connection: Connection, parked: ParkedMessage) -> bool:
    """Lock a parked message; return False if another node has dealt with it."""
    row = select(commands_parked.c.id).where(
        commands_parked.c.id == parked.id, commands_parked.c.attempts == parked.attempts
    )
    return connection.scalar(row.with_for_update()) is not None


def unpark(connection: Connection, parked: ParkedMessage) -> None:
    """Take a message out; the next of its key is due."""
    connection.execute(delete(commands_parked).where(commands_parked.c.id == parked.id))


def postpone(connection: Connection, parked: ParkedMessage, reason: str, next_at: int) -> None:
    """Note one more failed attempt."""
    later = {"attempts": parked.attempts + 1, "reason": reason, "next_at": next_at}
    connection.execute(update(commands_parked).where(commands_parked.c.id == parked.id).values(later))


def wake(connection: Connection, reasons: Collection[str], now: int) -> None:
    """Make due now what waits for one of these reasons, which may be gone; if it is not, that attempt does not count."""
    attempts = commands_parked.c.attempts
    values = {"next_at": now, "attempts": case((attempts > 1, attempts - 1), else_=attempts)}
    connection.execute(update(commands_parked).where(commands_parked.c.reason.in_(reasons)).values(values))


def hasten(connection: Connection, now: int) -> int:
    """Make all that waits due now, and return how many messages that are."""
    return connection.execute(update(commands_parked).values(next_at=now)).rowcount


def _parked(connection: Connection, query: object) -> list[ParkedMessage]:
    return [
        ParkedMessage(
            row.id,
            Received(Origin(row.topic, row.log_partition, row.log_offset), row.key, row.value, _unpack(row.headers)),
            row.attempts,
            row.next_at,
            row.since,
            row.reason,
        )
        for row in connection.execute(query)  # type: ignore[call-overload]
    ]
