"""The hash over all keys and their ends, by which the root says what its register holds and readers what they have read."""

from collections.abc import Iterable, Mapping
from typing import Any

from .suites import suite_of

_TEXTS = ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")
_TIMES = ("valid_from", "valid_until", "revoked_at")


def register_hash(keys: Iterable[Mapping[str, Any]], suite: str) -> bytes:
    """Return the 32 bytes over keys given as records of the schema `participant-key`, each once and with its earliest ends.

    Their order does not matter. `suite` is that of the root's key: the register is the root's. Raises SuiteUnknown.
    """
    parts = list[bytes]()
    for key in sorted(keys, key=lambda each: bytes(each["key_id"])):
        parts.append(bytes(key["key_id"]))
        for part in (*(key[name].encode() for name in _TEXTS), key["public_key"]):
            parts += (len(part).to_bytes(2, "big"), part)
        parts += (key[name].to_bytes(8, "big", signed=True) for name in _TIMES)
    return suite_of(suite).content_hash(b"".join(parts))
