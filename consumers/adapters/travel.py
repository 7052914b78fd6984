"""Railway, air and ship: a ticket that is refused is a sighting of the debtor (出行, 法〔2016〕41号).

A ticket that is sold is none: that a listed person travels as the law allows is nobody's business.
"""

from ...schemas.law.decisions import Verdict
from ...schemas.law.watch_kinds import Domain
from ..events.sightings import Sighting
from ..gate.decision import CheckRequest, Decision
from .generic import handled, outcome_of
from .protocol import Handled


class TravelAdapter:
    """Refuses what is blocked and reports the attempt under a live watch."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:
        """Do what the decision says; report a refused attempt as a sighting of kind TRAVEL."""
        if decision.verdict is not Verdict.BLOCK:
            return handled(decision)
        fields = {name: str(value) for name, value in decision.values.items() if isinstance(value, str)}
        fields |= {"place": request.site, "outcome": "REFUSED"}
        subject = request.subject
        attempt = Sighting(Domain.WHEREABOUTS, "TRAVEL", subject.certificates, subject.name, decision.at, fields)
        return Handled(outcome_of(decision), (attempt,))
