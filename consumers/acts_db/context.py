"""As whom an agency acts: its name, its keys, whom it obeys, what it can tell of, where its records wait."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine

from ...schemas.law.watch_kinds import held_by
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.sealing import SealingKey
from ...schemas.wire.signing import Signer
from ...topics.keys.keyrings import Directory
from ...topics.keys.participants import Participants
from ...topics.keys.signing_time import hindrance
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.envelope import SchemaIds
from ...topics.transport.registry import registered
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from .agency_home import load_agency
from .database import OUTBOX_LANES
from .tables import outbox

WRITTEN_SCHEMAS = ("receipt", "interception", "control-feedback", "asset-event", "whereabouts-event")
"""The schemas of what an agency writes."""


class OwnSealingKeys(Iterable[SealingKey], Protocol):
    """The private sealing keys an agency has now (`topics.keys.sealing_file.SealingFile`); erased ones are not among them."""

    def newest(self, retention: str, period: str) -> SealingKey | None:
        """Return the key of a retention kind for a period, else that of the newest period before it; None without any."""

    def were_erased(self, key_ids: Iterable[bytes]) -> bool:
        """Return whether all of these keys are known to have been erased."""


@dataclass(frozen=True, slots=True)
class Instant:
    """What time it is for an agency, ms UTC: a clock that is slow keeps nothing alive that has ended, and misses nothing that has
    begun.
    """

    own: int
    """By its own clock."""
    latest: Mapping[str, int] = field(default_factory=dict)
    """By jurisdiction: the later of its own clock and the newest barrier that stands in all lanes of its lists."""

    def of(self, jurisdiction: str) -> int:
        """Return what time it is in a jurisdiction; by the own clock alone where no barrier says anything."""
        return self.latest.get(jurisdiction, self.own)

    @property
    def last(self) -> int:
        """What time it is by whichever clock is furthest ahead."""
        return max((self.own, *self.latest.values()))


@dataclass(frozen=True, slots=True)
class AgencyContext:
    """What handling a command and reporting a sighting need."""

    agency: str
    jurisdictions: frozenset[str]
    """Whose courts this agency obeys."""
    kinds: frozenset[str]
    """Kinds of assets and whereabouts this agency can tell of."""
    signer: Signer = field(repr=False)
    sealing_keys: OwnSealingKeys = field(repr=False)
    directory: Directory = field(repr=False)
    matching_keys: Sequence[MatchingKey] = field(repr=False)
    outbox: SqlOutbox = field(repr=False)
    clock: Clock = field(repr=False)
    chance: Chance = field(repr=False)
    watch_max_days: int = 180
    """Longest term of a watch this agency accepts."""
    interceptions_every_seconds: float = 600.0
    """Between two batches of interceptions."""
    registry: SchemaIds | None = field(default=None, repr=False)
    """With one, what is sent has Confluent framing."""
    shares_set_apart: bool = False
    """Whether this agency takes watches in cases of corps' and military courts."""
    barrier_at: Callable[[str], int] = field(default=lambda _jurisdiction: 0, repr=False)
    """When the newest barrier that stands in all lanes of a jurisdiction's lists was issued, ms UTC, 0 = nobody knows."""

    def instant(self) -> Instant:
        """Return what time it is."""
        own = self.clock.now()
        return Instant(own, {each: max(own, self.barrier_at(each)) for each in self.jurisdictions})

    def may_sign(self) -> bool:
        """Whether what is signed and sent now counts for others: else it waits (`topics.keys.signing_time`)."""
        return hindrance(self.agency, self.signer.key_id, self.directory, self.clock.now()) is None


def context_of(
    settings: Settings, agency: str, directory: Directory, engine: Engine, clock: Clock, chance: Chance
) -> AgencyContext:
    """Make the context of an agency of this machine; `engine` comes from `open_acts`.
    Raises PARTICIPANT_UNKNOWN, AGENCY_UNKNOWN.
    """
    manifest, participants = load_agency(settings, agency), Participants(settings)
    return AgencyContext(
        agency,
        frozenset(manifest.jurisdictions),
        held_by(manifest.agency_kind),
        participants.signer(agency),
        participants.sealing_keys(agency),
        directory,
        participants.matching_keys(),
        SqlOutbox(engine, OUTBOX_LANES, tables=outbox, clock=clock),
        clock,
        chance,
        settings.watch_max_days,
        settings.interceptions_every_seconds,
        registered(settings, *WRITTEN_SCHEMAS),
        shares_set_apart=settings.corps_and_military_courts == "shared",
    )
