# mypyc: compile
"""The value of a record in the store.

A record that can be read is kept in Avro single-object encoding, whatever framing it came in: fingerprint and body,
proof included, are all that a hit needs. One that cannot be read is kept with the last readable one before it, so
that the entry's surrogates stay known: the gate answers REVIEW for them.
"""

from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple, cast

import fastavro

from ...schemas.wire.codec import GatePrefix, decode_prefix
from ...schemas.wire.framing import SINGLE_OBJECT, unframe

HEADER_LENGTH = 10
"""Single-object marker and fingerprint."""
_OPAQUE = b"\x4f\x01"
_OPAQUE_HEADER = 14
UNKNOWN_SCHEMA = bytes(8)
_NO_PROOF = bytes(72)

_PROOF_AND_ID = {"type": "fixed", "name": "Head", "size": 88}
_VERSION = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Leading",
        "fields": [{"name": "head", "type": _PROOF_AND_ID}, {"name": "version", "type": "long"}],
    }
)


StoredValue = bytes | memoryview
"""As read: a copy, or a buffer that lives as long as its snapshot."""


class Opaque(NamedTuple):
    """A record that could not be read."""

    last: bytes
    """Stored value of the last readable record, empty if there was none."""
    fingerprint: bytes
    """Of the schema it named, `UNKNOWN_SCHEMA` if it named none."""
    raw: bytes
    """The value as it came."""


def stored(fingerprint: bytes, body: bytes) -> bytes:
    """Return the stored value of a readable record."""
    return SINGLE_OBJECT + fingerprint + body


def stored_opaque(opaque: Opaque) -> bytes:
    """Return the stored value of a record that cannot be read."""
    return _OPAQUE + opaque.fingerprint + len(opaque.last).to_bytes(4, "big") + opaque.last + opaque.raw


def opaque_of(value: StoredValue) -> Opaque | None:
    """Take an unreadable record apart; None if the value is a readable one."""
    if value[:2] != _OPAQUE:
        return None
    end = _OPAQUE_HEADER + int.from_bytes(value[HEADER_LENGTH:_OPAQUE_HEADER], "big")
    return Opaque(bytes(value[_OPAQUE_HEADER:end]), bytes(value[2:HEADER_LENGTH]), bytes(value[end:]))


def body_of(value: StoredValue) -> bytes:
    """Return the Avro body of a readable record."""
    return bytes(value[HEADER_LENGTH:])


def fingerprint_of(value: StoredValue) -> bytes:
    """Return the fingerprint of a readable record's schema."""
    return bytes(value[2:HEADER_LENGTH])


def prefix_of(value: StoredValue) -> GatePrefix:
    """Decode the gate prefix of a readable record."""
    return decode_prefix(body_of(value))


def body_of_raw(opaque: Opaque) -> bytes:
    """Return the body of a record of a later schema, which stands behind its framing."""
    return unframe(opaque.raw, opaque.fingerprint.hex().encode())[1]


def version_of(value: StoredValue) -> int:
    """Read the version of a record without decoding the rest; it is in the gate prefix, which later schemas have, too."""
    opaque = opaque_of(value)
    body = value[HEADER_LENGTH:] if opaque is None else body_of_raw(opaque)
    fields = fastavro.schemaless_reader(BytesIO(body), _VERSION, None)
    return cast("dict[str, int]", fields)["version"]


def opaque_leaf(leaf: Callable[[bytes, int, int, bytes], bytes], key: bytes, raw: bytes) -> bytes:
    """Return the digest's leaf of a record that cannot be read: the bytes as they came, version and status -1."""
    return leaf(key, -1, -1, _NO_PROOF + raw)
