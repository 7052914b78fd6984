"""Which commands were handled: the keys that make a redelivery have no second effect."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from ...schemas.fingerprints import fingerprint
from ...schemas.wire.control import Command, signed_part
from ...schemas.wire.feedback import FeedbackCode
from ..acts_db.tables import commands_handled


@dataclass(frozen=True, slots=True)
class HandledCommand:
    """What became of a command."""

    content: bytes
    code: FeedbackCode
    answered_at: int
    """When it was last answered, ms UTC."""


def find(connection: Connection, command: Command) -> HandledCommand | None:
    """Return what became of this very command; None if it was not handled yet."""
    same = (commands_handled.c.command_id == command.command_id, commands_handled.c.content == content_of(command))
    row = connection.execute(select(commands_handled).where(*same)).first()
    return None if row is None else HandledCommand(row.content, FeedbackCode(row.code), row.handled_at)


def note_answer(connection: Connection, command: Command, handled: HandledCommand, now: int) -> None:
    """Note that a command was answered once more."""
    same = (commands_handled.c.command_id == command.command_id, commands_handled.c.content == handled.content)
    connection.execute(update(commands_handled).where(*same).values(handled_at=now))


def is_id_taken(connection: Connection, command_id: bytes) -> bool:
    """Return whether a command with this id was handled, whatever it said; an earlier release noted forgeries, too."""
    same_id = (commands_handled.c.command_id == command_id, commands_handled.c.genuine.is_(True))
    return connection.scalar(select(func.count()).where(*same_id)) != 0


def remember(connection: Connection, command: Command, code: str, now: int) -> None:
    """Note that a command whose signature holds was handled, in the transaction of its effect."""
    row = {
        "command_id": command.command_id,
        "content": content_of(command),
        "genuine": True,
        "court": command.court,
        "kind": command.kind,
        "code": code,
        "handled_at": now,
    }
    connection.execute(insert(commands_handled).values(row))


def content_of(command: Command) -> bytes:
    """Return by what a command is known: all it says, whoever signed it when."""
    return fingerprint(signed_part(command.body))
