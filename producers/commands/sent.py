"""The commands a court gave, in its jurisdiction's publisher database: what was asked of whom, and what came of it.

The subject is not here: it is in the court's case file and, sealed, in the command itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ...schemas.law.watch import WatchScope
from ...schemas.wire.control import SentCommand
from ...topics.settings import Settings
from ...topics.storage.database import create_tables, reading
from ...topics.storage.migrations import store_metadata
from ...topics.storage.packed_columns import unpacked_column
from ...topics.transport.ports import OutgoingRecord
from ...topics.workers.clock import Clock
from ..register.register import open_register

_metadata = store_metadata("commands")
_commands = Table(
    "commands",
    _metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("command_id", LargeBinary, nullable=False, unique=True),
    # of court, case, agency, subject, kinds and document: the same input never makes a second command
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("court", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("stopped_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("outbox_row", BigInteger, nullable=False),
)
Index("commands_by_court", _commands.c.court, _commands.c.number)
_unanswered = Table(
    "commands_unanswered",
    _metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("record", LargeBinary, nullable=False),
)
"""Each command as it was sent, sealed and signed, until it is answered: so it can be sent again."""


class Unanswered(NamedTuple):
    """Commands of one court to one agency that were accepted and are not answered."""

    court: str
    agency: str
    number: int
    since: int
    """When the oldest was given, ms UTC."""


def unanswered(engine: Engine, issued_before: int, now: int) -> list[Unanswered]:
    """Return what was given before a time and has no answer, of all courts of a register; what has ended by `now` waits no more.

    What was given after `now`, by a clock that was ahead then and was set back, waits for nobody knows how long: it is named, too.
    """
    create_tables(engine, _metadata)
    given = _commands.c
    long_ago = or_(given.issued_at < issued_before, given.issued_at > now)
    waits = given.code == "", long_ago, given.until > now
    query = select(given.court, given.agency, func.count(), func.min(given.issued_at)).where(*waits)
    with reading(engine) as connection:
        rows = connection.execute(query.group_by(given.court, given.agency).order_by(given.court, given.agency))
        return [Unanswered(*row) for row in rows]


class SentRecord(NamedTuple):
    """A command as it went into the outbox, and as which row of its lane."""

    row: int
    record: OutgoingRecord


class CommandRegister:
    """The commands of all courts of one publisher, as one court sees its own."""

    def __init__(self, engine: Engine, court: str) -> None:
        """Take the register's engine and make what is missing."""
        self._engine = engine
        self._court = court
        create_tables(engine, _metadata)

    def sent(self, command_id: bytes) -> SentCommand | None:
        """Return one of this court's commands, None if it never gave it."""
        with reading(self._engine) as connection:
            return self.find(connection, _commands.c.command_id, [command_id])

    def by_identity(self, connection: Connection, identities: Sequence[bytes]) -> SentCommand | None:
        """Return this court's command with one of these identities."""
        return self.find(connection, _commands.c.identity, identities)

    def find(self, connection: Connection, column: Column[bytes], values: Sequence[bytes]) -> SentCommand | None:
        """Return the first of this court's commands where a column has one of these values."""
        query = select(_commands).where(_commands.c.court == self._court, column.in_(values)).limit(1)
        row = connection.execute(query).one_or_none()
        return None if row is None else _command(row)

    def commands(self) -> list[SentCommand]:
        """Return all of this court's commands, oldest first."""
        query = select(_commands).where(_commands.c.court == self._court).order_by(_commands.c.number)
        with reading(self._engine) as connection:
            return [_command(row) for row in connection.execute(query)]

    def add(self, connection: Connection, command: SentCommand, identity: bytes, sent: SentRecord) -> None:
        """Remember a command, in the transaction that puts it into the outbox."""
        scope = command.scope
        kept = {"command_id": command.command_id, "record": msgspec.msgpack.encode(sent.record)}
        connection.execute(insert(_unanswered).values(kept))
        row = {
            "command_id": command.command_id,
            "identity": identity,
            "court": self._court,
            "agency": command.agency,
            "kind": command.kind,
            "case_number": command.case_number,
            "purpose": scope.purpose,
            "kinds": " ".join(sorted(scope.kinds)),
            "issued_at": scope.since,
            "until": scope.until,
            "stopped_at": scope.stopped_at,
            "due_at": command.due_at,
            "code": "",
            "answered_at": 0,
            "outbox_row": sent.row,
        }
        connection.execute(insert(_commands).values(row))

    def stop(self, connection: Connection, command_id: bytes, at: int) -> None:
        """Note when this court stopped a watch (ms UTC)."""
        own = (_commands.c.command_id == command_id, _commands.c.court == self._court)
        connection.execute(update(_commands).where(*own).values(stopped_at=at))

    def answered(self, command_id: bytes, code: str, at: int) -> None:
        """Note an agency's answer (ms UTC); one older than the answer that is known changes nothing."""
        older = (_commands.c.command_id == command_id, _commands.c.court == self._court, _commands.c.answered_at < at)
        with self._engine.begin() as connection:
            if connection.execute(update(_commands).where(*older).values(code=code, answered_at=at)).rowcount:
                connection.execute(delete(_unanswered).where(_unanswered.c.command_id == command_id))

    def to_send_again(self, connection: Connection, now: int) -> dict[bytes, OutgoingRecord]:
        """Return this court's commands that are not answered and not over, as they were sent, oldest first. Raises DATABASE_DAMAGED."""
        joined = _commands.join(_unanswered, _commands.c.command_id == _unanswered.c.command_id)
        own = _commands.c.court == self._court, _commands.c.code == "", _commands.c.until > now
        query = select(_commands.c.command_id, _unanswered.c.record).select_from(joined).where(*own)
        rows = connection.execute(query.order_by(_commands.c.number))
        return {row.command_id: unpacked_column(connection, row.record, OutgoingRecord) for row in rows}


def _command(row: Row[tuple[object, ...]]) -> SentCommand:
    scope = WatchScope(row.purpose, frozenset(row.kinds.split()), row.issued_at, row.until, row.stopped_at)
    return SentCommand(
        row.command_id,
        row.court,
        row.agency,
        row.kind,
        row.case_number,
        scope,
        row.due_at,
        row.code,
        row.answered_at,
    )


def open_commands(settings: Settings, jurisdiction: str, court: str, clock: Clock) -> CommandRegister:
    """Open the commands of a court in its jurisdiction's publisher database."""
    return CommandRegister(open_register(settings, jurisdiction, clock).engine, court)
