"""Which acts of a court wait for a second approval, and for how long."""

from dataclasses import dataclass

from ...schemas.law.listing import Change
from ..intake.rows.model import StateOrganListing

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The policy of one installation, from its settings."""

    state_organs: StateOrganListing = "second-approval"
    acts: frozenset[Change] = frozenset()
    """Single acts that wait, on whichever entry."""
    days: int = 15
    """How long a proposal can be approved: art. 5 ¶2 gives a court 15 days to examine an application."""

    shares_set_apart: bool = False
    """Whether cases of corps' and military courts are shared (`corps_and_military_courts`): an approved row is read by that too."""

    def needs(self, change: Change, *, is_organ: bool) -> bool:
        """Whether an act waits; `is_organ`: it gives a state organ's list entry other contents."""
        return change in self.acts or (is_organ and self.state_organs == "second-approval")

    def until(self, now: int) -> int:
        """Return the end of what is proposed now, ms UTC."""
        return now + self.days * _DAY_MS


DEFAULT_POLICY = ApprovalPolicy()
"""That of an installation whose settings say nothing."""
