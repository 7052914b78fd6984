# mypyc: compile
"""An entry as a node knows it best, whichever way its newest record came."""

from dataclasses import dataclass
from typing import Any, Literal

from ...schemas.wire.codec import GatePrefix, decode
from ..store.values import UNKNOWN_SCHEMA, Opaque, body_of, fingerprint_of, prefix_of

_EMPTY_PREFIX: GatePrefix = {
    "proof": bytes(72),
    "entry_id": b"",
    "version": -1,
    "court": "",
    "court_sequence": 0,
    "instrument": 0,
    "record_class": 0,
    "status": 0,
    "person_kind": 0,
    "person_role": 0,
    "effective_from": 0,
    "effective_until": 0,
    "identities": [],
}
"""Of an entry no record of which could ever be read: nothing is known but that it is there."""


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as this node knows it best."""

    entry_id: bytes
    prefix: GatePrefix
    body: bytes
    """Avro body, proof included; of an opaque entry the last one that could be read, empty if there was none."""
    opaque: bool
    """The newest record cannot be read: whatever the last one said, a person must look (REVIEW)."""
    source: Literal["state", "relief"]
    jurisdiction: str
    fingerprint: bytes
    """Of the schema `body` was written with."""
    asks: bool = False
    """Its key was revoked since, and no head from before proves it: a person has to look."""

    def record(self) -> dict[str, Any]:
        """Decode the whole record. Raises Undecodable."""
        return decode(self.fingerprint, self.body)


def listed_entry(
    entry_id: bytes, value: bytes, opaque: Opaque | None, source: Literal["state", "relief"], jurisdiction: str
) -> ListedEntry:
    """Make it of what is stored."""
    is_opaque = opaque is not None
    readable = value if opaque is None else opaque.last
    if not readable:
        unknown: GatePrefix = {**_EMPTY_PREFIX, "entry_id": entry_id}
        return ListedEntry(entry_id, unknown, b"", is_opaque, source, jurisdiction, UNKNOWN_SCHEMA)
    prefix, body, fingerprint = prefix_of(readable), body_of(readable), fingerprint_of(readable)
    return ListedEntry(entry_id, prefix, body, is_opaque, source, jurisdiction, fingerprint)
