"""A court's place at the publisher of its jurisdiction, opened from the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..schemas.errors import WrongUsage
from ..topics.keys.manifest import Participant
from ..topics.keys.participants import Participants
from ..topics.settings import Settings
from ..topics.transport.ports import Publisher
from ..topics.transport.registry import registered
from ..topics.workers.chance import Chance
from ..topics.workers.clock import Clock
from ..topics.workers.worker import Part
from .acts.acts import Acts
from .register.register import Register, open_register
from .relay.checkpoints import Checkpoints, publisher_checkpoints
from .relay.relay import Relay, new_owner
from .updates.updates import CourtIdentity


@dataclass(frozen=True, slots=True)
class Court:
    """An open court: the register is its jurisdiction's, the identity its own."""

    register: Register
    identity: CourtIdentity = field(repr=False)
    clock: Clock
    checkpoints: Checkpoints | None = None
    """Those of its jurisdiction's publisher, where its key is on this machine."""

    @property
    def acts(self) -> Acts:
        """Its single acts."""
        return Acts(self.register, self.identity, self.clock)

    def parts(self, publisher: Publisher) -> list[Part]:
        """Return what must run for that what is accepted reaches the log: the relay of the register's outbox."""
        owner = new_owner(self.identity.chance)
        relay = Relay(self.register.outbox, publisher, self.clock, owner, checkpoints=self.checkpoints)
        return [Part("relay", relay, relay.wait)]


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
        yield Court(
            register, identity, clock, publisher_checkpoints(settings, identity.jurisdiction, register, clock, chance)
        )
    finally:
        register.close()
