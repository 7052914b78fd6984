"""The adapter of agencies whose transactions only map to measures: it does what the decision says."""

from ...schemas.law.decisions import Action
from ..gate.decision import CheckRequest, Decision
from .protocol import Enforced, Handled, NotApplicable, Outcome

_STOPPING = (Action.REFUSE, Action.HOLD)
_STOPPED = Handled(Enforced())
_NOTHING = Handled(NotApplicable())


def handled(decision: Decision) -> Handled:
    """Enforced where the transaction is refused or held, NotApplicable where it goes on; nobody was met."""
    return _STOPPED if decision.outcome.action in _STOPPING else _NOTHING


def outcome_of(decision: Decision) -> Outcome:
    """As `handled`, without what was met."""
    return handled(decision).outcome


class GenericAdapter:
    """Refuses what is blocked, holds what a person has to decide, and meets nobody."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:  # noqa: ARG002  others look at it
        """What the decision says."""
        return handled(decision)
