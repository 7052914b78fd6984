"""Short names for content, for a process's own databases, files, ids and logs.

None of them says to others that a record is right: that is `schemas.wire.suites`, and whom it means `schemas.people.surrogates`.
"""

from hashlib import sha256


def fingerprint(content: bytes) -> bytes:
    """Return 32 bytes that only this content has."""
    return sha256(content).digest()
