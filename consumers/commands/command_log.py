"""What became of every command: handled, parked or put aside; the keys that make a redelivery have no second effect."""

from dataclasses import dataclass
from hashlib import sha256

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from ...schemas.control import Command, signed_part
from ...topics.database import insert_once
from ...topics.ports import Headers
from ..acts import metadata

handled = Table(
    "commands_handled",
    metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("content", LargeBinary, primary_key=True),
    Column("genuine", Boolean, nullable=False),
    Column("court", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("handled_at", BigInteger, nullable=False),
)
parked = Table(
    "commands_parked",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", LargeBinary, nullable=False),
    Column("topic", Text, nullable=False),
    Column("log_partition", Integer, nullable=False),
    Column("log_offset", BigInteger, nullable=False),
    Column("value", LargeBinary),
    Column("headers", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("topic", "log_partition", "log_offset"),
    Index("commands_parked_by_key", "key", "id"),
)
put_aside = Table(
    "dead_letters",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    Column("log_offset", BigInteger, primary_key=True),
    Column("failure", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[str, bytes]]).decode


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message stands in the log, by logical topic."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Received:
    """A message as effects see it."""

    origin: Origin
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that waits for another attempt, and all of its key behind it."""

    id: int
    message: Received
    attempts: int
    next_at: int
    since: int
    reason: str


def was_handled(connection: Connection, command: Command) -> bool:
    """Whether this very command had its effect, or this very forgery its refusal, already."""
    contents = [_content(command, genuine=genuine) for genuine in (True, False)]
    mine = (handled.c.command_id == command.command_id, handled.c.content.in_(contents))
    return connection.scalar(select(func.count()).where(*mine)) != 0


def is_id_taken(connection: Connection, command_id: bytes) -> bool:
    """Whether a genuine command with this id was handled, whatever it said."""
    mine = (handled.c.command_id == command_id, handled.c.genuine.is_(True))
    return connection.scalar(select(func.count()).where(*mine)) != 0


def remember(connection: Connection, command: Command, code: str, now: int, *, genuine: bool) -> None:
    """Notes that a command was handled, in the transaction of its effect.

    A command whose signature does not hold is noted by all its bytes: it must not use up the id of a genuine one.
    """
    row = {
        "command_id": command.command_id,
        "content": _content(command, genuine=genuine),
        "genuine": genuine,
        "court": command.court,
        "kind": command.kind,
        "code": code,
        "handled_at": now,
    }
    connection.execute(insert(handled).values(row))


def _content(command: Command, *, genuine: bool) -> bytes:
    return sha256(signed_part(command.body) if genuine else command.body).digest()


def put_aside_once(connection: Connection, origin: Origin, failure: str, now: int) -> bool:
    """Notes a dead letter; False if it is one already."""
    row = {
        "topic": origin.topic,
        "log_partition": origin.partition,
        "log_offset": origin.offset,
        "failure": failure,
        "at": now,
    }
    return insert_once(connection, put_aside, row)


def is_waiting(connection: Connection, message: Received) -> bool:
    """Whether messages of this key wait, so that this one has to wait behind them."""
    return connection.scalar(select(func.count()).where(parked.c.key == (message.key or b""))) != 0


def park(connection: Connection, message: Received, reason: str, now: int, next_at: int) -> None:
    """Puts a message behind those of its key that wait already; a redelivered one stays where it is."""
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
    insert_once(connection, parked, row)


def due(connection: Connection, now: int, limit: int = 100) -> list[Parked]:
    """The first message of every key whose time has come."""
    heads = select(func.min(parked.c.id)).group_by(parked.c.key)
    wanted = select(parked).where(parked.c.id.in_(heads), parked.c.next_at <= now).order_by(parked.c.id)
    return _parked(connection, wanted.limit(limit))


def waiting(connection: Connection) -> list[Parked]:
    """All that waits, oldest first."""
    return _parked(connection, select(parked).order_by(parked.c.id))


def still_parked(connection: Connection, one: Parked) -> bool:
    """Locks a parked message; False if another node has dealt with it."""
    row = select(parked.c.id).where(parked.c.id == one.id, parked.c.attempts == one.attempts)
    return connection.scalar(row.with_for_update()) is not None


def unpark(connection: Connection, one: Parked) -> None:
    """Takes a message out; the next of its key is due."""
    connection.execute(delete(parked).where(parked.c.id == one.id))


def postpone(connection: Connection, one: Parked, reason: str, next_at: int) -> None:
    """One more failed attempt."""
    later = {"attempts": one.attempts + 1, "reason": reason, "next_at": next_at}
    connection.execute(update(parked).where(parked.c.id == one.id).values(later))


def hasten(connection: Connection, now: int) -> int:
    """Makes all that waits due now; how many messages that are."""
    return connection.execute(update(parked).values(next_at=now)).rowcount


def _parked(connection: Connection, wanted: object) -> list[Parked]:
    return [
        Parked(
            row.id,
            Received(Origin(row.topic, row.log_partition, row.log_offset), row.key, row.value, _unpack(row.headers)),
            row.attempts,
            row.next_at,
            row.since,
            row.reason,
        )
        for row in connection.execute(wanted)  # type: ignore[call-overload]
    ]
