"""The header `traceparent` of W3C Trace Context: by it a caller joins what a node logs of a request with its own traces."""

import re

_header = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<ids>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<later>-.*)?"
)
_KNOWN_FLAGS = 0b11
"""Sampled, and of level 2 random."""


def traceparent_of(sent: str | None) -> str:
    """Return a `traceparent` as version 00 has it, empty if there is none or it is invalid: that is never an error.

    A later version may have more fields, which are not kept (W3C Trace Context §3.2.4, versioning).
    """
    read = _header.fullmatch(sent or "")
    if read is None or (read["version"] == "00" and read["later"] is not None):
        return ""
    return f"00-{read['ids']}-{int(read['flags'], 16) & _KNOWN_FLAGS:02x}"
