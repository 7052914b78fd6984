"""The header `traceparent` of W3C Trace Context: by it a caller joins what a node logs of a request with its own traces."""

import re
from collections.abc import Iterable
from typing import Protocol

_NAME = "traceparent"
_header = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<ids>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<later>-.*)?"
)
_KNOWN_FLAGS = 0b11
"""Sampled, and of level 2 random."""


class RequestHeaders(Protocol):
    """The headers of a request, their names in lower case."""

    def get(self, name: str) -> str | None:
        """Return the first header of a name."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Give all headers; a name may come twice."""


def traceparent_in(headers: RequestHeaders) -> str:
    """Return the `traceparent` of a request; two of them are as none (the specification's own test of duplicates)."""
    sent = headers.get(_NAME)
    if sent is None or sum(name == _NAME for name, _ in headers.items()) > 1:
        return ""
    return traceparent_of(sent)


def traceparent_of(sent: str | None) -> str:
    """Return a `traceparent` as version 00 has it, empty if there is none or it is invalid: that is never an error.

    A later version may have more fields, which are not kept (W3C Trace Context §3.2.4, versioning).
    """
    read = _header.fullmatch(sent or "")
    if read is None or (read["version"] == "00" and read["later"] is not None):
        return ""
    return f"00-{read['ids']}-{int(read['flags'], 16) & _KNOWN_FLAGS:02x}"
