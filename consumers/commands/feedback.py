"""Feedback to the court that gave a command: code, kind and due date clear, the rest sealed."""

from dataclasses import dataclass

from sqlalchemy import Connection

from ...schemas.fingerprints import fingerprint
from ...schemas.wire.control import Command
from ...schemas.wire.feedback import FeedbackCode
from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.sending import AgencyEvent, SealedPart, send

FEEDBACK_SCHEMA = "control-feedback"


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What an agency answers a command with."""

    content: bytes
    """By what the command is known (`handled.content_of`)."""
    code: FeedbackCode
    message: str


def answer(connection: Connection, context: AgencyContext, command: Command, said: CommandAnswer) -> bytes:
    """Put the feedback to a command into the outbox, and return its handle."""
    handle, now = _handle(context, said), context.clock.now()
    detail = SealedPart("feedback-detail", {"message": said.message, "details": {}})
    fields = {
        "feedback_id": handle,
        "command_id": command.command_id,
        "jurisdiction": command.jurisdiction,
        "court": command.court,
        "kind": command.kind,
        "code": said.code.value,
        "due_at": command.due_at,
        "at": now,
    }
    topic = names.feedback(command.jurisdiction)
    send(connection, context, AgencyEvent(FEEDBACK_SCHEMA, topic, handle, now, fields, detail))
    return handle


def _handle(context: AgencyContext, said: CommandAnswer) -> bytes:
    """Return the same handle for the same answer, which nobody but the agency can foresee.

    An acts store that is put back answers again what it answered in the time it lost: its court shall have that once.
    """
    known = b"liandong feedback\x00" + said.content + said.code.value.encode()
    return fingerprint(context.signer.sign(known))[:16]
