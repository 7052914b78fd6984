"""What a message on a list topic is."""

from ...schemas.wire.framing import FINGERPRINT_HEADER, SINGLE_OBJECT, FramingError, unframe
from .ports import Message

BARRIER_KEY = b"barrier/"
"""Barriers stand on compacted topics under this and the notary's name; no entry id starts so before the year 5000."""
LONGEST_KEY = 500
"""Longer keys cannot be kept; entry ids have 16 bytes."""


def unwrap(message: Message, value: bytes) -> tuple[bytes, bytes]:
    """Return fingerprint and Avro body of a value, whichever framing it has. Raises FramingError."""
    if value[:2] == SINGLE_OBJECT:
        return unframe(value)
    fingerprint = next((raw for name, raw in message.headers() or () if name == FINGERPRINT_HEADER), None)
    try:
        return unframe(value, fingerprint)
    except ValueError as broken:
        raise FramingError(f"the header {FINGERPRINT_HEADER} is not hexadecimal") from broken


def may_be_entry(key: bytes | None) -> bool:
    """Whether a key can be an entry's."""
    return bool(key) and not key.startswith(BARRIER_KEY) and len(key) <= LONGEST_KEY if key else False
