"""A sighting: an agency met somebody, or something of theirs, in the course of its own business.

By itself it goes nowhere and leaves no trace; only a live watch makes it a report to the court that asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from ...schemas.fingerprints import fingerprint
from ...schemas.people.certificates import Certificate


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was met; shows itself without name, numbers and content."""

    domain: str
    """`asset` or `whereabouts`."""
    kind: str
    """A kind of schemas/law/watch_kinds.py."""
    certificates: tuple[Certificate, ...]
    """Everything the subject was known by."""
    name: str = field(repr=False)
    occurred_at: int
    """ms UTC."""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Fields of the kind; others stay with the agency."""
    source: str = field(default="", repr=False)
    """The agency's own reference of the occurrence (booking, check, registration): the same one is never told twice.
    Without it the content is the reference."""
    traceparent: str = ""
    """Of the request it came of, empty without one; the same occurrence in another request is the same."""

    def fingerprint(self) -> bytes:
        """Return 32 bytes that tell two occurrences apart;
        nothing of the subject can be read from them without guessing it.
        """
        plain = [self.domain, self.kind]
        if self.source:
            plain += ["source", self.source]
        else:
            numbers = sorted(f"{one.type}|{one.country}|{one.number}" for one in self.certificates)
            plain += [
                "content",
                str(self.occurred_at),
                *numbers,
                *(f"{name}={value}" for name, value in sorted(self.fields.items())),
            ]
        return fingerprint(msgspec.msgpack.encode(plain))
