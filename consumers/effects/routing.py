"""Which handler gets a message: the topic it came from decides."""

from sqlalchemy import Connection

from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..acts_db.outcomes import Poison
from ..commands.handling import handle
from ..interceptions.releases import release


def handle_any(connection: Connection, context: AgencyContext, message: Received) -> str:
    """Carry out a message in the caller's transaction; return what came of it, for people. Raises Retry or Poison."""
    if message.origin.topic == names.commands(context.agency):
        code = handle(connection, context, message)
        return "had its effect before" if code is None else f"answered with {code.value}"
    for jurisdiction in context.jurisdictions:
        if message.origin.topic == names.relief(jurisdiction):
            return f"{release(connection, context, message, jurisdiction)} releases"
    raise Poison("WRONG_TOPIC", f"{context.agency} handles nothing from {message.origin.topic}")
