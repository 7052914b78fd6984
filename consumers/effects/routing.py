"""Which handler gets a message: the topic it came from decides."""

from sqlalchemy import Connection

from ...schemas.phrases import Phrase
from ...schemas.wire.feedback import FEEDBACK_TEXTS
from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..acts_db.outcomes import Poison
from ..commands.handling import handle
from ..interceptions.releases import release


def handle_any(connection: Connection, context: AgencyContext, message: Received) -> Phrase:
    """Carry out a message in the caller's transaction; return what came of it, for people. Raises Retry or Poison."""
    if message.origin.topic == names.commands(context.agency):
        code = handle(connection, context, message)
        if code is None:
            return Phrase("had its effect before", "此前已生效")
        return Phrase(f"answered with {code.value}", f"已答复 {code.value}（{FEEDBACK_TEXTS[code][1]}）")
    for jurisdiction in context.jurisdictions:
        if message.origin.topic == names.relief(jurisdiction):
            releases = release(connection, context, message, jurisdiction)
            return Phrase(f"{releases} releases", f"放行 {releases} 次")
    raise Poison("WRONG_TOPIC", f"{context.agency} handles nothing from {message.origin.topic}")
