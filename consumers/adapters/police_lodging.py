"""Police lodging registration (旅馆业治安管理): whoever checks in is a sighting, for courts that asked and nobody else."""

from ...schemas.law.watch_kinds import Domain
from ..events.sightings import Sighting
from ..gate.decision import CheckRequest, Decision
from .generic import outcome_of
from .protocol import Handled

_FIELDS = ("place", "address", "room", "registered_phone")


class PoliceLodgingAdapter:
    """Registration of a stay decides nothing; it is told to a court with a live watch for HOTEL_STAY."""

    def handle(self, request: CheckRequest, decision: Decision) -> Handled:
        """Do what the decision says, and report every registration as a whereabouts sighting."""
        fields = {name: str(decision.values[name]) for name in _FIELDS if name in decision.values}
        fields.setdefault("place", request.site)
        source = str(decision.values.get("reference", ""))
        subject = request.subject
        stay = Sighting(
            Domain.WHEREABOUTS, "HOTEL_STAY", subject.certificates, subject.name, decision.at, fields, source
        )
        return Handled(outcome_of(decision), (stay,))
