"""What a message carries, whatever somebody wrote: schema and body in whichever framing, headers, and whether its key can be an
entry's.
"""

from collections.abc import Callable
from operator import methodcaller
from typing import NamedTuple

from ...schemas.phrases import Phrase
from ...schemas.wire.framing import FINGERPRINT_HEADER, SINGLE_OBJECT, FramingError, unframe
from .ports import Headers, Message

BARRIER_KEY, CHECKPOINT_KEY = b"barrier/", b"checkpoint/"
"""Markers stand on compacted topics under this and their writer's name; no entry id starts so before the year 5000."""
MARKERS = ("barrier", "court-checkpoint")
"""Schemas of what stands among the records of a list and is none."""
_asked: Callable[[Message], list[tuple[str, bytes]] | None] = methodcaller("headers")
LONGEST_KEY = 500
"""Longer keys cannot be kept; entry ids have 16 bytes."""


class Framed(NamedTuple):
    """An Avro body and the fingerprint of the schema it was written with; whether that is known is another question."""

    fingerprint: bytes
    body: bytes


def unwrap(message: Message) -> Framed:
    """Return what a message carries. Raises FramingError, whatever stands in its value and headers."""
    value = message.value()
    if value is not None and value[:2] == SINGLE_OBJECT:
        return Framed(*unframe(value))  # the client library makes the headers anew at every call
    return unwrap_value(value, headers_of(message))


def headers_of(message: Message) -> list[tuple[str, bytes]]:
    """Return the headers of a message; one without a value counts as empty.

    The client library cannot read a name that is not UTF-8: it returns a list with a hole and an error at once, and keeps the
    list. To touch the hole ends the process. So the list is taken from it, and it is asked in a way that finds the error: the
    interpreter does not look for one once it has made its own calls of a method faster.
    """
    try:
        return [(name, value or b"") for name, value in _asked(message) or ()]
    except (SystemError, UnicodeDecodeError):
        message.set_headers([])
        return []


def unwrap_value(value: bytes | None, headers: Headers) -> Framed:
    """Return what a message carries of which value and headers were kept. Of two equal headers the first counts.

    Raises FramingError, whatever stands there.
    """
    if value is None:
        raise FramingError(Phrase("the message has no value", "消息没有值"))
    return Framed(*unframe(value, next((raw for name, raw in headers if name == FINGERPRINT_HEADER), None)))


def may_be_entry(key: bytes | None) -> bool:
    """Whether a key can be an entry's."""
    return bool(key) and not key.startswith((BARRIER_KEY, CHECKPOINT_KEY)) and len(key) <= LONGEST_KEY if key else False
