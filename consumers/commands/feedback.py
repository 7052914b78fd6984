"""Feedback to the court that gave a command: code, kind and due date clear, the rest sealed."""

from collections.abc import Mapping

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.wire.control import Command, sealing_context
from ...schemas.wire.feedback import FeedbackCode
from ...schemas.wire.sealing import seal
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.transport.envelope import outgoing
from ..acts_db.context import AgencyContext

FEEDBACK_SCHEMA = "control-feedback"


def answer(connection: Connection, context: AgencyContext, command: Command, code: FeedbackCode, message: str) -> bytes:
    """Put the feedback to a command into the outbox, and return its handle."""
    handle, now = ids.new_random(), context.clock.now()
    detail: Mapping[str, object] = {"message": message, "details": {}}
    recipients = context.directory.recipients(command.court)
    record = {
        "feedback_id": handle,
        "command_id": command.command_id,
        "jurisdiction": command.jurisdiction,
        "court": command.court,
        "agency": context.agency,
        "kind": command.kind,
        "code": code.value,
        "due_at": command.due_at,
        "at": now,
        "sealed": seal("feedback-detail", detail, sealing_context(FEEDBACK_SCHEMA, handle), recipients),
    }
    body = encode_signed(FEEDBACK_SCHEMA, record, FEEDBACK_SCHEMA, context.signer)
    topic, event_id = names.feedback(command.jurisdiction), ids.text("evt", handle)
    sent = outgoing(
        FEEDBACK_SCHEMA,
        body,
        topic,
        handle,
        event_id=event_id,
        source=context.agency,
        time_ms=now,
        registry=context.registry,
    )
    context.outbox.append(connection, "events", [sent])
    return handle
