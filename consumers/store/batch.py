# mypyc: compile
"""What one batch does to the store; the store keeps all of it in one commit or nothing."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .layout import Incident, LaneState, ListFloor, Mark, StoredPosition, TrustedHead


@dataclass(frozen=True, slots=True)
class PassedBarrier:
    """A barrier passed in one lane."""

    lane: int
    notary: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that is in the store until it was handed on."""

    sequence: int
    body: bytes


class StoredReceipts(NamedTuple):
    """What the store knows of receipts."""

    last_sequence: int
    """The last sequence that was given, 0 = none."""
    waiting: list[KeptReceipt]
    """Those not yet handed on."""


@dataclass(slots=True)
class StoreBatch:
    """Filled while a batch is worked through; later writes of the same row win."""

    records: dict[bytes, bytes | None] = field(default_factory=dict)
    """By place; None takes the record out."""
    index: dict[bytes, bool] = field(default_factory=dict)
    """By surrogate and place; False takes the row out."""
    opaque: dict[bytes, bool] = field(default_factory=dict)
    """Places whose record cannot be read, or can be again (False)."""
    lanes: dict[int, LaneState] = field(default_factory=dict)
    passed: list[PassedBarrier] = field(default_factory=list)
    courts: dict[tuple[str, str], int] = field(default_factory=dict)
    """Topic and court to its highest sequence."""
    heads: dict[str, TrustedHead] = field(default_factory=dict)
    floors: list[ListFloor] = field(default_factory=list)
    heads_read: dict[str, int] = field(default_factory=dict)
    """`topic/partition` of the heads to the next offset."""
    positions: dict[str, StoredPosition] = field(default_factory=dict)
    serving: dict[str, StoredPosition] = field(default_factory=dict)
    """During a rebuild: what is known now of the copy that serves meanwhile."""
    topic_ids: dict[str, bytes] = field(default_factory=dict)
    """By logical topic the broker's id of the one this copy is read from."""
    index_proven_at: int = 0
    """When the index was proven from the records, ms UTC; 0 = not in this batch."""
    incidents: list[Incident] = field(default_factory=list)
    receipts: list[KeptReceipt] = field(default_factory=list)
    handed_on: list[int] = field(default_factory=list)
    """Sequences of receipts that were handed on and need not be kept."""
    stamps: dict[str, list[int]] = field(default_factory=dict)
    """Jurisdiction to the timestamps of the records written, ms UTC; for the latency, not stored."""
    activate: bool = False
    """Ends a rebuild: the tables written become the ones the gate reads."""

    def __bool__(self) -> bool:
        """Return whether there is anything to keep."""
        return bool(
            self.lanes or self.heads or self.heads_read or self.positions or self.topic_ids
            or self.incidents or self.receipts or self.handed_on or self.activate or self.index_proven_at
        )  # fmt: skip
