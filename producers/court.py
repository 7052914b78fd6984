"""A court's place at the publisher of its jurisdiction, opened from the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..schemas.errors import WrongUsage
from ..topics.keys.manifest import Participant
from ..topics.keys.participants import Participants
from ..topics.settings import Settings
from ..topics.transport.registry import registered
from ..topics.workers.chance import Chance
from ..topics.workers.clock import Clock
from .acts.acts import Acts
from .register.register import Register, open_register
from .updates.updates import CourtIdentity


@dataclass(frozen=True, slots=True)
class Court:
    """An open court: the register is its jurisdiction's, the identity its own."""

    register: Register
    identity: CourtIdentity = field(repr=False)
    clock: Clock

    @property
    def acts(self) -> Acts:
        """Its single acts."""
        return Acts(self.register, self.identity, self.clock)


def court_named(settings: Settings, court: str | None) -> Participant:
    """Return the court of this id, or the only one on this machine. Raises COURT_NEEDED, NOT_A_COURT, COURT_RETIRED."""
    participants = Participants(settings)
    if court is None:
        courts = [each for each in participants.list() if each.kind == "court" and not each.retired_at]
        if len(courts) != 1:
            known = ", ".join(each.id for each in courts) or "none yet: `liandong participant new ID --kind court`"
            raise WrongUsage("COURT_NEEDED", "which court acts?", f"name it with --court; on this machine: {known}")
        return courts[0]
    participant = participants.load(court)
    if participant.kind != "court":
        raise WrongUsage("NOT_A_COURT", f"{court} is registered as {participant.kind}", "name a court with --court")
    if participant.retired_at:
        raise WrongUsage(
            "COURT_RETIRED", f"{court} is retired", "its cases go on at another court, under that court's id"
        )
    return participant


@contextmanager
def open_court(settings: Settings, court: str | None, clock: Clock, chance: Chance) -> Iterator[Court]:
    """Open the register for a court and close it."""
    participant = court_named(settings, court)
    participants = Participants(settings)
    identity = CourtIdentity(
        participant.id,
        participant.name,
        participant.jurisdictions[0],
        participants.signer(participant.id),
        tuple(participants.matching_keys()),
        chance,
        registered(settings, "list-record", "control-command"),
    )
    register = open_register(settings, identity.jurisdiction, clock)
    try:
        yield Court(register, identity, clock)
    finally:
        register.close()
