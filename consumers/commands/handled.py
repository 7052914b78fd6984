"""Which commands were handled: the keys that make a redelivery have no second effect."""

from sqlalchemy import Connection, func, insert, select

from ...schemas.fingerprints import fingerprint
from ...schemas.wire.control import Command, signed_part
from ..acts_db.tables import commands_handled


def was_handled(connection: Connection, command: Command) -> bool:
    """Return whether this very command had its effect, or this very forgery its refusal, already."""
    contents = [_content(command, genuine=genuine) for genuine in (True, False)]
    same = (commands_handled.c.command_id == command.command_id, commands_handled.c.content.in_(contents))
    return connection.scalar(select(func.count()).where(*same)) != 0


def is_id_taken(connection: Connection, command_id: bytes) -> bool:
    """Return whether a genuine command with this id was handled, whatever it said."""
    same_id = (commands_handled.c.command_id == command_id, commands_handled.c.genuine.is_(True))
    return connection.scalar(select(func.count()).where(*same_id)) != 0


def remember(connection: Connection, command: Command, code: str, now: int, *, genuine: bool) -> None:
    """Note that a command was handled, in the transaction of its effect.

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
    connection.execute(insert(commands_handled).values(row))


def _content(command: Command, *, genuine: bool) -> bytes:
    return fingerprint(signed_part(command.body) if genuine else command.body)
