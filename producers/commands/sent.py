"""The commands a court gave, in its jurisdiction's publisher database: what was asked of whom, and what came of it.

The subject is not here: it is in the court's case file and, sealed, in the command itself.
"""

from collections.abc import Sequence

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
    insert,
    select,
    update,
)

from ...schemas.law.watch import WatchScope
from ...schemas.wire.control import SentCommand
from ...topics.settings import Settings
from ...topics.storage.database import create_tables, reading
from ...topics.storage.migrations import store_metadata
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

    def add(self, connection: Connection, command: SentCommand, identity: bytes, outbox_row: int) -> None:
        """Remember a command, in the transaction that puts it into the outbox."""
        scope = command.scope
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
            "outbox_row": outbox_row,
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
            connection.execute(update(_commands).where(*older).values(code=code, answered_at=at))


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
