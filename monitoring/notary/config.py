"""What a notary is, what it works with, and what ends it."""

from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import LiandongError
from ...schemas.wire.intl import INTL
from ...topics.keys.keyrings import MarkedKeyring
from ...topics.metrics.definitions import Signals
from ...topics.transport.ports import Subscriber
from .signing import NotaryIdentity


class NotaryDuplicated(LiandongError):
    """Somebody else writes barriers under this name; two heads of one number could differ."""

    def __init__(self, notary: str, number: int) -> None:
        super().__init__(
            "NOTARY_DUPLICATED",
            f"barrier {number} carries the name {notary} and was not issued here",
            "run each notary once; give a second one a name and key of its own (`liandong participant new`)",
        )


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
