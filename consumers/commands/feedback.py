"""Feedback to the court that gave a command: code, kind and due date clear, the rest sealed."""

from sqlalchemy import Connection

from ...schemas.wire.control import Command
from ...schemas.wire.feedback import FeedbackCode
from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.sending import AgencyEvent, SealedPart, send

FEEDBACK_SCHEMA = "control-feedback"


def answer(connection: Connection, context: AgencyContext, command: Command, code: FeedbackCode, message: str) -> bytes:
    """Put the feedback to a command into the outbox, and return its handle."""
    handle, now = context.chance.random_id(), context.clock.now()
    detail = SealedPart("feedback-detail", {"message": message, "details": {}})
    fields = {
        "feedback_id": handle,
        "command_id": command.command_id,
        "jurisdiction": command.jurisdiction,
        "court": command.court,
        "kind": command.kind,
        "code": code.value,
        "due_at": command.due_at,
        "at": now,
    }
    topic = names.feedback(command.jurisdiction)
    send(connection, context, AgencyEvent(FEEDBACK_SCHEMA, topic, handle, now, fields, detail))
    return handle
