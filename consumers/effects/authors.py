"""Who signed a message, whatever it says: what cannot be read as well.

The proof in a message's first bytes is held against the register of keys. Only somebody who may speak on the topic counts: a
court that this agency obeys.
"""

from ...schemas.wire.control import COMMAND_CONTEXT
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import PublicKey, SignatureInvalid, verify
from ...topics.catalogue import names
from ...topics.transport.received import unwrap_value
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received


def author_of(context: AgencyContext, message: Received) -> str:
    """Return the court whose signature under a message holds now; empty if nobody's does who may speak there."""
    try:
        body = unwrap_value(message.value, message.headers).body
    except FramingError:
        return ""
    now, topic = context.clock.now(), message.origin.topic
    for signed_as in _contexts(context, topic):
        try:
            key = verify(body, signed_as, context.directory, now)
        except SignatureInvalid:
            continue
        return key.participant if _may_speak(context, topic, key) else ""
    return ""


def _contexts(context: AgencyContext, topic: str) -> tuple[str, ...]:
    """Return what a signature on a topic may be made for."""
    if topic == names.commands(context.agency):
        return (COMMAND_CONTEXT,)
    return next((names.state_topics(each) for each in context.jurisdictions if names.relief(each) == topic), ())


def _may_speak(context: AgencyContext, topic: str, key: PublicKey) -> bool:
    if key.kind != "court" or key.jurisdiction not in context.jurisdictions:
        return False
    return topic in (names.commands(context.agency), names.relief(key.jurisdiction))
