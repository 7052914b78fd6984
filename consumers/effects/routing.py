"""Which handling a message gets: by the topic it came from."""

from sqlalchemy import Connection

from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..commands.handling import handle
from ..interceptions.releases import release


def handle_any(connection: Connection, context: AgencyContext, message: Received) -> str:
    """The effect of a message, in the caller's transaction; what it was, for people. Raises Retry or Poison."""
    if message.origin.topic == names.commands(context.agency):
        code = handle(connection, context, message)
        return "had its effect before" if code is None else f"answered with {code.value}"
    return f"{release(connection, context, message)} releases"
