"""The adapter of agencies whose transactions only map to measures: it does what the decision says."""

from ...schemas.law.decisions import Action
from ..gate.decision import CheckRequest, Decision
from .protocol import AdapterOutcome, Enforced, Handled, NotApplicable

_STOPPING_ACTIONS = (Action.REFUSE, Action.HOLD)
_ENFORCED = Handled(Enforced())
_NOT_APPLICABLE = Handled(NotApplicable())


def handled(decision: Decision) -> Handled:
    """Return Enforced where the transaction is refused or held, NotApplicable where it goes on; without sightings."""
    return _ENFORCED if decision.outcome.action in _STOPPING_ACTIONS else _NOT_APPLICABLE


def outcome_of(decision: Decision) -> AdapterOutcome:
    """Return what `handled` does, without the sightings."""
    return handled(decision).outcome


class GenericAdapter:
    """Refuses what is blocked, holds what a person has to decide, and meets nobody."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:  # noqa: ARG002  others look at it
        """Do what the decision says."""
        return handled(decision)
