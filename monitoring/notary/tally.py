"""The notary's count of a list: the newest record of every entry, digests, and who has how many.

This is written apart from the agencies' store on purpose: two programs that agree prove more than one program twice.
Both follow the same rules (`schemas/wire/rules.json`). A record of an entry that is not held is taken as it is, signed well or
not, since it can only be looked at with suspicion; what replaces or ends one that holds is its own court's.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ...schemas.law.listing import ENDED_FROM, RecordClass
from ...schemas.wire.rules import copy_rule
from ...schemas.wire.suites import INTL_SUITE, RunningDigest, Suite
from ...topics.transport.ports import TopicPartition
from ..log.heads import CourtFloor
from ..log.sequences import SequenceSet
from .checkpoints import CheckpointTally, PublisherCheckpoint
from .court_numbers import CourtNumbers, MissingNumbers, NumberedRecord
from .findings import ListFindings

_PACKED = struct.Struct(">qi32sBH?")
ENTRY_ID = 16
"""Bytes of an entry's id, the end of the key it is stored under."""
_PENDING_LIMIT = 4_096
OPAQUE_CLASS = 255
"""Stands for the class of a record that cannot be read."""


class TallyResult(StrEnum):
    """What became of a record in the tally."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """The version held, byte for byte: a redelivery."""
    LOWER = "lower"
    """A lower version than the one held. Alarm: compaction would keep the wrong one."""
    CONFLICT = "conflict"
    """The version held, with other content. Alarm: a version must never be used twice."""
    HEALED = "healed"
    """As CONFLICT, but what was held was forged and this is not: applied."""
    KEPT = "kept"
    """A null value over an entry; it changes nothing. Alarm."""
    REFUSED = "refused"
    """It would have replaced a held record, but its signature does not hold, or it does not belong there. Alarm."""
    NOT_ITS_COURT = "not-its-court"
    """Its signature holds, and it is not that of the entry's court, or the entry's class would change. Alarm."""
    UNREADABLE = "unreadable"
    """It cannot be read and no court has signed it; it changes nothing. Alarm."""
    REVOKED = "revoked"
    """Signed with a key whose revocation the notaries had read before it came; it changes nothing. Alarm."""


class TallyEntry(NamedTuple):
    """What the tally keeps of the newest record of an entry: 48 bytes."""

    version: int
    """Of a record that cannot be read, too: its gate prefix never moves."""
    status: int
    body_hash: bytes
    """Hash of the body behind its proof, or of all the bytes that cannot be read, of the tally's suite."""
    record_class: int
    court: int
    """Number of the court in the tally's own table."""
    verified: bool
    """Its signature holds."""

    def pack(self) -> bytes:
        """Return the 48 bytes to store."""
        return _PACKED.pack(*self)

    @classmethod
    def unpack(cls, raw: bytes) -> "TallyEntry":
        """Read what `pack` made."""
        return cls._make(_PACKED.unpack(raw))

    def leaf(self, entry_id: bytes) -> bytes:
        """Make the leaf that `schemas.wire.suites.Suite.leaf` makes of the whole record."""
        version, status = (-1, -1) if self.opaque else (self.version, self.status)
        numbers = version.to_bytes(8, "big", signed=True) + status.to_bytes(4, "big", signed=True)
        return entry_id + numbers + self.body_hash

    @property
    def opaque(self) -> bool:
        """Whether it stands for bytes this release cannot read."""
        return self.record_class == OPAQUE_CLASS

    @property
    def live(self) -> bool:
        """Whether it is active or shielded, its court's, and no canary."""
        return (
            self.verified and self.status < ENDED_FROM and self.record_class not in {RecordClass.CANARY, OPAQUE_CLASS}
        )

    @property
    def said_of(self) -> int:
        """The class of the entry: nobody signs a canary of a later schema."""
        return int(RecordClass.REAL) if self.opaque else self.record_class


class SignedBy(NamedTuple):
    """Who signed a record."""

    key_id: bytes
    participant: str = ""
    """Of a record whose signature holds: the court it names, or one above it."""


def judge(
    stored: TallyEntry | None, incoming: TallyEntry, follows: Callable[[int], bool], *, revoked: bool
) -> TallyResult:
    """Decide by the table what becomes of a record, given what is stored of that entry.

    `follows` says whether the record's signer may replace what a court said, by its number; `revoked` whether the record's key
    counts as revoked where it stands.
    """
    own = newer = same = False
    if stored is not None:
        own = stored.said_of == incoming.said_of and follows(stored.court)
        same = stored.body_hash == incoming.body_hash and stored.opaque == incoming.opaque
        newer = incoming.version > stored.version
    facts = {
        "value": "unreadable" if incoming.opaque else "record",
        "revoked": revoked,
        "sound": incoming.verified,
        "held": "nothing" if stored is None else "sound" if stored.verified else "unsound",
        "own": own,
        "version": "higher" if newer else "same" if stored and incoming.version == stored.version else "lower",
        "content": "same" if same else "other",
    }
    return TallyResult[copy_rule(facts)]


@dataclass(slots=True)
class LaneTally:
    """The count of one partition of a list."""

    digest: RunningDigest
    offset: int = 0
    """The next offset to be applied."""
    records: int = 0
    live: dict[int, int] = field(default_factory=dict)
    """Live entries by court, canaries excluded."""
    added: list[bytes] = field(default_factory=list)
    """Leaves that came since the digest was last brought up to date."""
    removed: list[bytes] = field(default_factory=list)
    """Leaves that went since then."""
    revoked: frozenset[bytes] = frozenset()
    """Ids of the keys whose revocation some notary's barrier covers that was passed."""

    def settle(self) -> RunningDigest:
        """Bring the digest up to date and return it; many leaves at once are cheaper than one by one."""
        if self.added or self.removed:
            self.digest.update(self.added, self.removed)
            self.added, self.removed = [], []
        return self.digest

    def replace(self, entry_id: bytes, stored: TallyEntry | None, incoming: TallyEntry) -> None:
        """Count an entry as it is now instead of as it was; None: it was not there."""
        if stored is not None:
            self.records -= 1
            self.removed.append(stored.leaf(entry_id))
            if stored.live:
                self.live[stored.court] -= 1
        self.records += 1
        self.added.append(incoming.leaf(entry_id))
        if incoming.live:
            self.live[incoming.court] = self.live.get(incoming.court, 0) + 1
        if len(self.added) + len(self.removed) >= _PENDING_LIMIT:
            self.settle()


class Tally:
    """Both lists of one jurisdiction as they stand at the offsets applied."""

    def __init__(
        self, lanes: Iterable[TopicPartition], find: Callable[[bytes], bytes | None], suite: Suite = INTL_SUITE
    ) -> None:
        """Start empty; `find` reads a packed `TallyEntry` from where `changed` was last put."""
        self.may_follow: Callable[[str, str], bool] = str.__eq__
        """Whether a court may replace what another one said, by the register."""
        self.suite = suite
        self.lanes = {lane: LaneTally(suite.set_digest(b"")) for lane in sorted(lanes)}
        self.courts: dict[str, int] = {}
        """Court → the number that stands for it in `TallyEntry`."""
        self.sequences: dict[tuple[str, str], SequenceSet] = {}
        """(logical topic, court) → court sequences seen in records whose signature holds, or by who signed before."""
        self.read = CourtNumbers()
        """Those of them that stood in records this tally has read itself."""
        self.topic_ids: dict[str, bytes] = {}
        """By list the topic it stands in, as the broker tells it from others of its name; empty before anything was counted."""
        self.findings = ListFindings()
        self.changed: dict[bytes, bytes] = {}
        """Packed newest records not yet stored, by `entry_key`."""
        partitions: dict[str, list[int]] = {}
        for lane in self.lanes:
            partitions.setdefault(lane.topic, []).append(lane.partition)
        self.checkpoints = CheckpointTally(partitions)
        self._find = find
        self._topics = {topic: index for index, topic in enumerate(sorted({lane.topic for lane in self.lanes}))}

    def court_number(self, court: str) -> int:
        """Return the number that stands for a court in `TallyEntry`; a new one for a new court."""
        return self.courts.setdefault(court, len(self.courts))

    def entry_key(self, lane: TopicPartition, entry_id: bytes) -> bytes:
        """Return the key an entry is stored under: list, partition, entry id."""
        return struct.pack(">BH", self._topics[lane.topic], lane.partition) + entry_id

    def pass_marker(self, lane: TopicPartition, key_id: bytes, covered: frozenset[bytes]) -> None:
        """Take what a barrier's notary knew of revoked keys; one whose own key is revoked here says nothing more."""
        counted = self.lanes[lane]
        if key_id not in counted.revoked:
            counted.revoked |= covered

    def apply(self, lane: TopicPartition, entry_id: bytes, incoming: TallyEntry, by: SignedBy) -> TallyResult:
        """Take a record into the tally if the rules let it; return what became of it."""
        key = self.entry_key(lane, entry_id)
        stored = self._stored(key)

        def follows(court: int) -> bool:
            of = list(self.courts)[court]
            return of == by.participant or self.may_follow(of, by.participant)

        outcome = judge(stored, incoming, follows, revoked=by.key_id in self.lanes[lane].revoked)
        if outcome in {TallyResult.APPLIED, TallyResult.HEALED}:
            self.lanes[lane].replace(entry_id, stored, incoming)
            self.changed[key] = incoming.pack()
        return outcome

    def is_held_above(self, lane: TopicPartition, entry_id: bytes, court: str) -> bool:
        """Whether the court of what stands of an entry is one above this court."""
        stored = self._stored(self.entry_key(lane, entry_id))
        return stored is not None and self.may_follow(court, list(self.courts)[stored.court])

    def keep(self, lane: TopicPartition, entry_id: bytes) -> TallyResult:
        """Take a null value, which changes nothing; over nothing it says nothing either."""
        stored = self._stored(self.entry_key(lane, entry_id))
        return TallyResult.DUPLICATE if stored is None else TallyResult.KEPT

    def _stored(self, key: bytes) -> TallyEntry | None:
        packed = self.changed[key] if key in self.changed else self._find(key)
        return TallyEntry.unpack(packed) if packed else None

    def note_sequence(self, lane: TopicPartition, record: NumberedRecord) -> bool:
        """Note the sequence number of a verified record of a court; return False if it was read before.

        Numbers begin at 1: a lower one, which a court may have signed all the same, is none.
        """
        if record.number < 1:
            return True
        self.sequences.setdefault((lane.topic, record.court), SequenceSet()).add(record.number)
        return self.read.add(lane, record, self.lanes[lane].revoked)

    def missing(self) -> dict[tuple[str, str], MissingNumbers]:
        """Return by list and court which numbers are missing."""
        revoked: dict[str, frozenset[bytes]] = {}
        for lane, counted in self.lanes.items():
            revoked[lane.topic] = revoked.get(lane.topic, frozenset()) | counted.revoked
        return {
            (topic, court): self.read.missing(
                topic, court, seen, self.checkpoints.said_of(topic, court).published, revoked.get(topic, frozenset())
            )
            for (topic, court), seen in self.sequences.items()
        }

    def pass_checkpoint(self, lane: TopicPartition, checkpoint: PublisherCheckpoint) -> bool | None:
        """Hold a checkpoint against what is counted where it stands; see `CheckpointTally.pass_one`."""
        counted = self.lanes[lane].live
        live = {court: counted.get(number, 0) for court, number in self.courts.items() if court}
        return self.checkpoints.pass_one(lane, checkpoint, live)

    def highest_of(self, topic: str, court: str) -> int:
        """Return the highest sequence seen of a court in a list, 0 if none was."""
        sequence = self.sequences.get((topic, court))
        return sequence.highest if sequence else 0

    def restore_sequence(self, floor: CourtFloor) -> None:
        """Take a signed head's word for what the log may no longer hold."""
        if floor.contiguous:
            self.sequences[floor.topic, floor.court] = SequenceSet([(1, floor.contiguous)])

    def live_of(self, topic: str, court: str) -> int:
        """Count the live entries of a court in a list."""
        number = self.courts.get(court, -1)
        return sum(tally.live.get(number, 0) for lane, tally in self.lanes.items() if lane.topic == topic)
