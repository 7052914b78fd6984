"""The adapter of an agency: what it did with a decision, and what it met.

An adapter returns its outcome and events; the node journals, seals and sends them. It opens nothing and sends nothing.
Adapters are found by the entry point group `liandong.adapters`; the name is the one `agencies.yaml` gives.
"""

from dataclasses import dataclass
from typing import Protocol

from ..acts_db.outcomes import Retry
from ..events.sightings import Sighting
from ..gate.decision import CheckRequest, Decision

__all__ = ["Adapter", "AdapterOutcome", "Enforced", "Handled", "NotApplicable", "Refused", "Retry"]

ENTRY_POINTS = "liandong.adapters"


@dataclass(frozen=True, slots=True)
class Enforced:
    """The transaction is refused or held, as the decision says; the entry's court is told."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Nothing to enforce; `reason` for the journal."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The agency does not do what the decision says and answers for it; `reason` for the journal and the operator."""

    reason: str


AdapterOutcome = Enforced | NotApplicable | Refused


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a transaction. Sightings go nowhere unless a court's live watch asks for them."""

    outcome: AdapterOutcome
    sightings: tuple[Sighting, ...] = ()


class Adapter(Protocol):
    """Behaviour of one kind of agency. Only `Retry` may be raised: something it needs does not answer now."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:
        """Act on a decision, and return what the agency did."""
