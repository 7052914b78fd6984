"""The hash over all keys and their ends, by which the root says what its register holds and readers what they have read."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

_TEXTS = ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")
_TIMES = ("valid_from", "valid_until", "revoked_at")


def register_hash(keys: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the 32 bytes over keys given as records of the schema `participant-key`, each once and with its earliest ends.

    Their order does not matter. Of no keys it is the SHA-256 of nothing.
    """
    content = sha256()
    for key in sorted(keys, key=lambda each: bytes(each["key_id"])):
        content.update(key["key_id"])
        for part in (*(key[name].encode() for name in _TEXTS), key["public_key"]):
            content.update(len(part).to_bytes(2, "big") + part)
        for name in _TIMES:
            content.update(key[name].to_bytes(8, "big", signed=True))
    return content.digest()
