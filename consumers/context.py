"""As whom an agency acts: its name, its keys, whom it obeys, what it holds, where its records wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..schemas.sealing import Recipient, SealingKey
from ..schemas.signing import Keyring, Signer
from ..schemas.surrogates import MatchingKey
from ..topics.outbox import SqlOutbox
from ..topics.ports import Clock


class Directory(Keyring, Protocol):
    """The registered keys of all participants (`topics.keyring.KeyDirectory`)."""

    def recipients(self, participant: str) -> list[Recipient]:
        """Sealing keys of a participant, its superior and the escrow. Raises NoSealingKey."""

    def refresh(self) -> None:
        """Looks for newly registered and revoked keys; does nothing if that was done a moment ago."""


@dataclass(frozen=True, slots=True)
class AgencyContext:
    """What handling a command and reporting a sighting need."""

    agency: str
    jurisdictions: frozenset[str]
    """Whose courts this agency obeys."""
    held: frozenset[str]
    """Kinds of assets and whereabouts this agency can tell of."""
    signer: Signer = field(repr=False)
    sealing_keys: Sequence[SealingKey] = field(repr=False)
    """The current one first; older ones open what was sealed before a rotation."""
    directory: Directory = field(repr=False)
    matching_keys: Sequence[MatchingKey] = field(repr=False)
    outbox: SqlOutbox = field(repr=False)
    clock: Clock = field(repr=False)
    watch_max_days: int = 180
    """Longest term of a watch this agency accepts."""
