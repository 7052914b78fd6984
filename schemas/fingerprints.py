"""Short names for content, for a process's own databases, files, ids and logs.

None of them says to others that a record is right: that is `schemas.wire.suites`, and whom it means `schemas.people.surrogates`.
"""

from hashlib import file_digest, sha256
from io import BufferedReader


def fingerprint(content: bytes) -> bytes:
    """Return 32 bytes that only this content has."""
    return sha256(content).digest()


def fingerprint_of_file(file: BufferedReader) -> bytes:
    """Return the same for what stands in an open file from where it is read on, which need not fit into memory."""
    return file_digest(file, sha256).digest()
