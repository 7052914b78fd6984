"""What a replicator is told when it begins."""

from dataclasses import dataclass

from ...schemas.wire.intl import INTL


@dataclass(frozen=True, slots=True)
class ReplicatorConfig:
    """Which lists a node copies, and how eagerly."""

    jurisdictions: tuple[str, ...]
    batch: int = 10_000
    """Most messages in one commit. Larger ones are no faster, and whoever is freed meanwhile waits for their flush."""
    wait_seconds: float = 0.1
    """How long to do nothing while no message comes; due receipts are looked at as often."""
    suite: str = INTL
    """Whose digest the copy keeps; heads of another one prove nothing here."""
    commit_seconds: float = 5.0
    """How often synced offsets are committed to the group, for lag tools; 0 = never (a subscriber without a group)."""
