"""Real-estate registry: a title that was registered is an asset (不动产), told to courts that asked."""

from ...schemas.law.watch_kinds import Domain
from ..events.sightings import Sighting
from ..gate.decision import CheckRequest, Decision
from .generic import outcome_of
from .protocol import Handled

_FIELDS = ("unit_number", "certificate_number", "location", "area", "use")
REGISTERED = "real-estate-title"


class RealEstateAdapter:
    """Refuses purchases that are blocked; reports a registered title under a live watch for REAL_ESTATE."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:
        """Do what the decision says; report a registered title as an asset sighting."""
        outcome = outcome_of(decision)
        if request.transaction != REGISTERED:
            return Handled(outcome)
        values = {name: str(value) for name, value in decision.values.items()}
        fields = {name: values[name] for name in _FIELDS if name in values}
        fields |= {"description": "不动产权属登记", "act": "REGISTERED", "amount": values.get("price", "")}
        fields |= {"reference": values.get("certificate_number") or values.get("unit_number", "")}
        subject, source = request.subject, values.get("reference", "")
        title = Sighting(Domain.ASSET, "REAL_ESTATE", subject.certificates, subject.name, decision.at, fields, source)
        return Handled(outcome, (title,))
