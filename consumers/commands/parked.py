"""Messages that wait for another attempt, and what waits behind them.

A message waits only behind messages of its own signer under its own key, and only those whose signature holds hold up what
follows: whoever writes something under another's key delays nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, case, delete, func, or_, select, update

from ...topics.storage.database import insert_once
from ..acts_db.messages import Origin, Received
from ..acts_db.tables import commands_parked, parked_signers
from .parking import MAX_ATTEMPTS

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[str, bytes]]).decode
BEHIND_ANOTHER = "BEHIND_ANOTHER"
"""Why something waits that has not been tried."""
NOT_UNDERSTOOD = "NOT_UNDERSTOOD"
"""Why something waits whose signature holds and which this release cannot handle: a later one may."""


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that waits for another attempt."""

    id: int
    message: Received
    attempts: int
    next_at: int
    since: int
    reason: str


def signers_waiting(connection: Connection, message: Received) -> frozenset[str]:
    """Return whose messages wait under a message's key; it has to wait behind those of its own signer."""
    same_key = parked_signers.c.key == (message.key or b"")
    return frozenset(connection.scalars(select(parked_signers.c.signer).where(same_key).distinct()))


def park(connection: Connection, message: Received, signer: str, reason: str, now: int, next_at: int) -> None:
    """Put a message behind those of its key and signer that wait already; a redelivered one stays where it is.

    `signer` is empty if the signature does not hold, as far as is known here: such a message holds up nobody.
    """
    row = {
        "key": message.key or b"",
        "topic": message.origin.topic,
        "log_partition": message.origin.partition,
        "log_offset": message.origin.offset,
        "value": message.value,
        "headers": _pack(list(message.headers)),
        "attempts": 0 if reason == BEHIND_ANOTHER else 1,
        "next_at": next_at,
        "since": now,
        "reason": reason,
    }
    if insert_once(connection, commands_parked, row) and signer:
        origin = message.origin
        place = (commands_parked.c.topic, commands_parked.c.log_partition, commands_parked.c.log_offset)
        same = [column == value for column, value in zip(place, (*origin.at, origin.offset), strict=True)]
        number = connection.scalar(select(commands_parked.c.id).where(*same))
        insert_once(connection, parked_signers, {"id": number, "signer": signer, "key": row["key"]})


def due(connection: Connection, now: int, limit: int) -> list[ParkedMessage]:
    """Return what is due, oldest first: of each key and signer the first, and whatever nobody known has signed."""
    heads = select(func.min(parked_signers.c.id)).group_by(parked_signers.c.key, parked_signers.c.signer)
    is_alone = commands_parked.c.id.not_in(select(parked_signers.c.id))
    query = (
        select(commands_parked)
        .where(or_(is_alone, commands_parked.c.id.in_(heads)), commands_parked.c.next_at <= now)
        .order_by(commands_parked.c.id)
    )
    return _parked(connection, query.limit(limit))


def waiting(connection: Connection) -> list[ParkedMessage]:
    """Return all that waits, oldest first."""
    return _parked(connection, select(commands_parked).order_by(commands_parked.c.id))


def count_waiting(connection: Connection, reason: str) -> int:
    """Return how many messages wait for a reason."""
    query = select(func.count()).select_from(commands_parked).where(commands_parked.c.reason == reason)
    return connection.scalar(query) or 0


def still_parked(connection: Connection, parked: ParkedMessage) -> bool:
    """Lock a parked message; return False if another node has dealt with it."""
    row = select(commands_parked.c.id).where(
        commands_parked.c.id == parked.id, commands_parked.c.attempts == parked.attempts
    )
    return connection.scalar(row.with_for_update()) is not None


def unpark(connection: Connection, parked: ParkedMessage) -> None:
    """Take a message out; the next of its key and signer is due."""
    connection.execute(delete(parked_signers).where(parked_signers.c.id == parked.id))
    connection.execute(delete(commands_parked).where(commands_parked.c.id == parked.id))


def postpone(connection: Connection, parked: ParkedMessage, signer: str, reason: str, next_at: int) -> None:
    """Note one more failed attempt; whose signature is known to hold by now holds up what follows from now on."""
    later = {"attempts": parked.attempts + 1, "reason": reason, "next_at": next_at}
    connection.execute(update(commands_parked).where(commands_parked.c.id == parked.id).values(later))
    if signer:
        key = parked.message.key or b""
        insert_once(connection, parked_signers, {"id": parked.id, "signer": signer, "key": key})


def wake(connection: Connection, reasons: Collection[str], now: int) -> None:
    """Make due now what waits for one of these reasons, which may be gone; if it is not, that attempt does not count."""
    attempts = commands_parked.c.attempts
    values = {"next_at": now, "attempts": case((attempts > 1, attempts - 1), else_=attempts)}
    connection.execute(update(commands_parked).where(commands_parked.c.reason.in_(reasons)).values(values))


def hasten(connection: Connection, now: int, *, give_up: bool = False) -> int:
    """Make all that waits due now, and return how many messages that are.

    With `give_up` this is the last attempt of what is not understood: it goes to the dead letters if it fails, whatever the fuse
    says.
    """
    if give_up:
        not_understood = commands_parked.c.reason == NOT_UNDERSTOOD
        last = {"attempts": MAX_ATTEMPTS, "reason": BEHIND_ANOTHER}
        connection.execute(update(commands_parked).where(not_understood).values(last))
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
