"""The notary's count of a list: the newest record of every entry, digests, and who has how many.

This is written apart from the agencies' store on purpose: two programs that agree prove more than one program twice.
Both follow the same rule. A record of an entry that is not held is taken as it is, signed well or not, since it can
only be looked at with suspicion; a record that would replace or end one that is held must have a signature that holds.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ...schemas.law.listing import ENDED_FROM, RecordClass
from ...schemas.wire.digest import SetDigest
from ...topics.transport.ports import TopicPartition
from ..log.sequences import SequenceSet

_PACKED = struct.Struct(">qi32sBH?")
_PENDING_LIMIT = 4_096
OPAQUE_CLASS = 255
"""Stands for the class of a record that cannot be read."""


class TallyResult(StrEnum):
    """What became of a record."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """The version held, byte for byte: a redelivery."""
    LOWER = "lower"
    """A lower version than the one held. Alarm: compaction would keep the wrong one."""
    CONFLICT = "conflict"
    """The version held, with other content. Alarm: a version must never be used twice."""
    HEALED = "healed"
    """As CONFLICT, but what was held was forged and this is not: applied."""
    REMOVED = "removed"
    """A null value over an entry that has ended."""
    KEPT = "kept"
    """A null value over an entry that has not ended. Alarm."""
    REFUSED = "refused"
    """It would have replaced a held record, but its signature does not hold. Alarm."""


class TallyEntry(NamedTuple):
    """What the tally keeps of the newest record of an entry: 48 bytes."""

    version: int
    """Of a record that cannot be read: the last version that could, 0 if none."""
    status: int
    body_hash: bytes
    """SHA-256 of the body behind its proof, or of all the bytes that cannot be read."""
    record_class: int
    court: int
    """Number of the court in the tally's own table."""
    verified: bool
    """Its signature holds."""

    def pack(self) -> bytes:
        """The bytes to store."""
        return _PACKED.pack(*self)

    @classmethod
    def unpack(cls, raw: bytes) -> "TallyEntry":
        """What `pack` stored."""
        return cls._make(_PACKED.unpack(raw))

    def leaf(self, entry_id: bytes) -> bytes:
        """The leaf of `schemas.wire.digest.leaf`, from what is kept."""
        version, status = (-1, -1) if self.opaque else (self.version, self.status)
        numbers = version.to_bytes(8, "big", signed=True) + status.to_bytes(4, "big", signed=True)
        return entry_id + numbers + self.body_hash

    @property
    def opaque(self) -> bool:
        """Bytes this release cannot read."""
        return self.record_class == OPAQUE_CLASS

    @property
    def live(self) -> bool:
        """Active or shielded, and no canary."""
        return self.status < ENDED_FROM and self.record_class not in {RecordClass.CANARY, OPAQUE_CLASS}


def judge(held: TallyEntry | None, seen: TallyEntry) -> TallyResult:
    """What a copy does with a record, given what it holds of that entry."""
    if held is None:
        return TallyResult.APPLIED
    if seen.opaque:
        return TallyResult.DUPLICATE if held.opaque and seen.body_hash == held.body_hash else TallyResult.APPLIED
    if seen.version < held.version:
        return TallyResult.LOWER
    if seen.version == held.version and not held.opaque:
        if seen.body_hash == held.body_hash:
            return TallyResult.DUPLICATE
        return TallyResult.HEALED if seen.verified and not held.verified else TallyResult.CONFLICT
    return TallyResult.APPLIED if seen.verified else TallyResult.REFUSED


@dataclass(slots=True)
class LaneTally:
    """One partition of a list."""

    offset: int = 0
    """The next offset to be applied."""
    records: int = 0
    live: dict[int, int] = field(default_factory=dict)
    """Live entries by court, canaries excluded."""
    digest: SetDigest = field(default_factory=SetDigest)
    pending: tuple[list[bytes], list[bytes]] = field(default_factory=lambda: ([], []))
    """Leaves added and taken out since the digest was last brought up to date."""

    def settle(self) -> SetDigest:
        """The digest with everything in it; many leaves at once are cheaper than one by one."""
        added, removed = self.pending
        if added or removed:
            self.digest.update(added, removed)
            self.pending = ([], [])
        return self.digest


class Tally:
    """Both lists of one jurisdiction as they stand at the offsets applied."""

    def __init__(self, lanes: Iterable[TopicPartition], find: Callable[[bytes], bytes | None]) -> None:
        """Starts empty; `find` reads a packed `TallyEntry` from where `changed` was last put."""
        self.lanes = {lane: LaneTally() for lane in sorted(lanes)}
        self.courts: dict[str, int] = {}
        """Court → the number that stands for it in `TallyEntry`."""
        self.sequences: dict[tuple[str, str], SequenceSet] = {}
        """(logical topic, court) → court sequences seen in records whose signature holds."""
        self.changed: dict[bytes, bytes] = {}
        """Packed newest records not yet stored, by `entry_key`; empty for those removed."""
        self._find = find
        self._topics = {topic: index for index, topic in enumerate(sorted({lane.topic for lane in self.lanes}))}

    def court_number(self, court: str) -> int:
        """The number that stands for a court in `TallyEntry`; a new one for a new court."""
        return self.courts.setdefault(court, len(self.courts))

    def entry_key(self, lane: TopicPartition, entry_id: bytes) -> bytes:
        """Where an entry is kept: list, partition, entry id."""
        return struct.pack(">BH", self._topics[lane.topic], lane.partition) + entry_id

    def apply(self, lane: TopicPartition, entry_id: bytes, seen: TallyEntry) -> TallyResult:
        """Takes a record into the tally if the rule lets it."""
        key = self.entry_key(lane, entry_id)
        held = self._held(key)
        outcome = judge(held, seen)
        if outcome in {TallyResult.APPLIED, TallyResult.HEALED}:
            if seen.opaque and held is not None:
                seen = seen._replace(version=held.version)
            self._replace(self.lanes[lane], entry_id, held, seen)
            self.changed[key] = seen.pack()
        return outcome

    def remove(self, lane: TopicPartition, entry_id: bytes) -> TallyResult:
        """Takes a null value: an entry that has ended is forgotten after its legal retention."""
        key = self.entry_key(lane, entry_id)
        held = self._held(key)
        if held is None:
            return TallyResult.DUPLICATE
        if held.opaque or held.status < ENDED_FROM:
            return TallyResult.KEPT
        self._replace(self.lanes[lane], entry_id, held, None)
        self.changed[key] = b""
        return TallyResult.REMOVED

    def _held(self, key: bytes) -> TallyEntry | None:
        packed = self.changed[key] if key in self.changed else self._find(key)
        return TallyEntry.unpack(packed) if packed else None

    def note_sequence(self, topic: str, court: str, number: int) -> None:
        """Notes the sequence number of a verified record of a court."""
        self.sequences.setdefault((topic, court), SequenceSet()).add(number)

    def restore_sequences(self, topic: str, court: str, contiguous: int) -> None:
        """Takes a signed head's word for what the log may no longer hold."""
        if contiguous:
            self.sequences[topic, court] = SequenceSet([(1, contiguous)])

    def live_of(self, topic: str, court: str) -> int:
        """Live entries of a court in a list."""
        number = self.courts.get(court, -1)
        return sum(tally.live.get(number, 0) for lane, tally in self.lanes.items() if lane.topic == topic)

    @staticmethod
    def _replace(tally: LaneTally, entry_id: bytes, held: TallyEntry | None, seen: TallyEntry | None) -> None:
        added, removed = tally.pending
        if held is not None:
            tally.records -= 1
            removed.append(held.leaf(entry_id))
            if held.live:
                tally.live[held.court] -= 1
        if seen is not None:
            tally.records += 1
            added.append(seen.leaf(entry_id))
            if seen.live:
                tally.live[seen.court] = tally.live.get(seen.court, 0) + 1
        if len(added) + len(removed) >= _PENDING_LIMIT:
            tally.settle()
