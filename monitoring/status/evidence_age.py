"""How old the evidence is that the status is computed from, and why it gets no younger."""

from dataclasses import dataclass
from typing import Any

from ...schemas.dates import rfc3339

_AWAY = {"BROKER_UNREACHABLE", "AUTHENTICATION_FAILED", "KAFKA_NOT_RUNNING"}


@dataclass(frozen=True, slots=True)
class EvidenceAge:
    """How old what the status is computed from is, and what keeps it from getting younger; times in ms UTC."""

    read_at: int = 0
    """When the log was read to its end last; 0: when the newest record was written that this machine has read."""
    code: str = ""
    """Of the error why it cannot be read now, empty if it can."""
    since: int = 0
    """Since when it cannot; 0: since then."""

    @property
    def away(self) -> bool:
        """Whether it is Kafka that does not answer."""
        return self.code in _AWAY

    def as_dict(self, now: int, newest: int) -> dict[str, Any]:
        """Return what the document says of it; `newest` is when the newest record was written that was read, 0: none was."""
        at = self.read_at or newest
        told = (
            {"as_of": rfc3339(at), "age_seconds": max(0, now - at) / 1_000}
            if at
            else {"as_of": None, "age_seconds": None}
        )
        since = self.since or (at if self.code else 0)
        return {**told, "code": self.code or None, "since": rfc3339(since) if since else None}
