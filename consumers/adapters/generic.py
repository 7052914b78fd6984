"""The adapter of agencies whose transactions only map to measures: it does what the decision says."""

from ...schemas.decisions import Action
from ..gate.decision import CheckRequest, Decision
from .protocol import Enforced, Handled, NotApplicable, Outcome

_ENFORCED = Enforced()
_NOTHING = Handled(NotApplicable())


def outcome_of(decision: Decision) -> Outcome:
    """Enforced where the transaction is refused or held, NotApplicable where it goes on."""
    return _ENFORCED if decision.action in (Action.REFUSE, Action.HOLD) else _NOTHING.outcome


class GenericAdapter:
    """Refuses what is blocked, holds what a person has to decide, and meets nobody."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:  # noqa: ARG002  others look at it
        """What the decision says."""
        outcome = outcome_of(decision)
        return Handled(outcome) if outcome is _ENFORCED else _NOTHING
