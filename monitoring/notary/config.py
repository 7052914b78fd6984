"""What a notary is and what it works with."""

from dataclasses import dataclass
from pathlib import Path

from ...schemas.wire.intl import INTL
from ...topics.keys.keyrings import MarkedKeyring
from ...topics.metrics.definitions import Signals
from ...topics.transport.ports import Subscriber
from .signing import NotaryIdentity


@dataclass(frozen=True, slots=True)
class NotaryConfig:
    """What a notary is and how often it speaks; durations in ms."""

    jurisdiction: str
    notary: str
    directory: Path
    """Where its tally lies; nobody else's."""
    interval: int = 1_000
    head_valid: int = 60_000
    evidence_window: int = 400 * 86_400_000
    """Logs are complete for this long; a copy older than that must rebuild itself."""
    snapshot_interval: int = 3_600_000
    """How often a head shows the live entries."""
    suite: str = INTL
    """Whose digests its heads hold."""


@dataclass(frozen=True, slots=True)
class NotaryPorts:
    """What a notary works with."""

    identity: NotaryIdentity
    subscriber: Subscriber
    keyring: MarkedKeyring
    signals: Signals
