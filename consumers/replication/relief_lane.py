"""One relief lane's part of a batch, and what the list itself proves of the entries in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...schemas.phrases import Phrase
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import KEY_ID_LENGTH
from ...topics.keys.entitlement import ListPlace
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message, TopicPartition
from ...topics.transport.received import unwrap
from ..store.layout import Incident
from ..store.reader import ListSnapshot
from ..store.relief import ReliefBatch, ReliefLane, ReliefReader, ReliefRecord
from ..store.values import body_of, fingerprint_of, opaque_of, prefix_of, stored
from .apply.edge_cases import fresher


def counting_values(record: ReliefRecord, verifier: Verifier) -> tuple[bytes, ...]:
    """Return which records of a row of the overlay count, in their order.

    Under a revoked key the list alone says something: heads prove what stands there. Nothing undoes a revocation.
    """
    return tuple(each for each in record.values if not verifier.is_revoked(body_of(each)[:KEY_ID_LENGTH]))


@dataclass(frozen=True, slots=True)
class ListedBasis:
    """The list beside the overlay. What stands there and does not hold is as if it were not there."""

    lists: ListSnapshot
    verifier: Verifier

    def listed(self, entry_id: bytes) -> bytes | None:
        """Return the last readable record the list has of an entry, as it is stored; None without one."""
        found = self.lists.find(entry_id)
        if found is None:
            return None
        value = bytes(found.value)
        opaque = opaque_of(value)
        return (value if opaque is None else opaque.last) or None

    def holds(self, listed: bytes, jurisdiction: str) -> bool:
        """Return whether that record is its court's. Raises TransportError if nobody can know now."""
        try:
            self.verifier.once_valid(fingerprint_of(listed), body_of(listed), prefix_of(listed), jurisdiction)
        except SignatureInvalid:
            return False
        return True

    def has_caught_up(self, entry_id: bytes, record: ReliefRecord) -> bool:
        """Return whether the list says what an overlay's records say, or what came later, or that they were not its court's.

        So it does where none of them counts any more.
        """
        counting = counting_values(record, self.verifier)
        if not counting:
            return True
        listed = self.listed(entry_id)
        if listed is None or counting == (listed,):
            return listed is not None
        before = prefix_of(listed)
        settled = all(
            before["version"] >= after["version"] or not self.verifier.follows(before, after)
            for after in map(prefix_of, counting)
        )
        return settled and self.holds(listed, record.jurisdiction)


class _BarrierMessage(NamedTuple):
    """A barrier in a relief lane, not verified yet."""

    message: Message
    fingerprint: bytes
    body: bytes


@dataclass(slots=True)
class ReliefLaneRun:
    """One relief lane's part of a batch."""

    lane: ReliefLane
    place: ListPlace
    batch: ReliefBatch
    basis: ListedBasis
    overlay: ReliefReader
    now: int
    barriers: dict[bytes | None, _BarrierMessage] = field(default_factory=dict)
    """By key, which names the notary: only the newest of a batch counts, so that a backlog of them costs nothing."""

    def take(self, message: Message) -> None:
        """Take one message; what cannot be trusted is kept as an incident and has no effect."""
        self.lane.next_offset = message.offset() + 1
        if message.value() is None:
            return
        try:
            fingerprint, body = unwrap(message)
            if is_version_of(fingerprint, "barrier"):
                self.barriers[message.key()] = _BarrierMessage(message, fingerprint, body)
            else:
                self._record(message, fingerprint, body)
        except SignatureInvalid as refused:
            self.lane.refused += 1
            self._note("wrong-signature", message, refused.message)
        except (Undecodable, FramingError) as unknown:
            self._note("undecodable", message, unknown.message)

    def pass_barriers(self) -> None:
        """Count the barriers of this batch that hold; their records stand in the same commit."""
        for message, fingerprint, body in self.barriers.values():
            try:
                self._barrier(fingerprint, body)
            except (SignatureInvalid, Undecodable) as refused:
                self._note("barrier", message, refused.message)

    def _record(self, message: Message, fingerprint: bytes, body: bytes) -> None:
        if not is_version_of(fingerprint, "list-record"):
            raise Undecodable(
                Phrase(
                    f"schema {fingerprint.hex()} is not a list record's that this release knows",
                    f"模式 {fingerprint.hex()} 不是本版本所知的名单记录",
                )
            )
        prefix = decode_prefix(body)
        entry_id = prefix["entry_id"]
        if entry_id != message.key():
            raise Undecodable(Phrase("the record names another entry than its key", "记录所指条目与其键不同"))
        overlaid, value = self._overlaid(entry_id), stored(fingerprint, body)
        waiting = () if overlaid is None else counting_values(overlaid, self.basis.verifier)
        if value in waiting:
            self.lane.stale += 1
            return
        self.place.require_partition(entry_id)
        self.basis.verifier.record(fingerprint, body, prefix, self.place.jurisdiction)
        kept = self._beside(prefix, waiting)
        if kept is None:
            self.lane.stale += 1
        else:
            first, *rivals = (*kept, value)
            self.batch.records[entry_id] = ReliefRecord(self.place.jurisdiction, first, tuple(rivals))
            self.lane.applied += 1

    def _beside(self, prefix: GatePrefix, waiting: Sequence[bytes]) -> list[bytes] | None:
        """Return which of the records that wait stay beside a proven one; None if it says no more than list and overlay.

        Raises SignatureInvalid if it may not say it.
        """
        listed = self.basis.listed(prefix["entry_id"])
        basis = None if listed is None else prefix_of(listed)
        if listed is not None and basis is not None and not self._comes_after(basis, prefix):
            if self.basis.holds(listed, self.place.jurisdiction):
                self._require_follows(basis, prefix)
                return None
            basis = None
        kept = []
        for value in waiting:
            held = prefix_of(value)
            if self._comes_after(held, prefix):
                continue
            if basis is not None and not self.basis.verifier.follows(basis, held):
                continue  # the list came later, and showed that what waits was not the entry's court's
            if basis is None and not self._are_of_one(held, prefix):
                kept.append(value)  # whose the entry is the list will say
                continue
            self._require_follows(held, prefix)
            return None
        return kept

    def _comes_after(self, held: GatePrefix, prefix: GatePrefix) -> bool:
        return held["version"] < prefix["version"] and self.basis.verifier.follows(held, prefix)

    def _are_of_one(self, held: GatePrefix, prefix: GatePrefix) -> bool:
        """Return whether one of two records may replace the other in some list."""
        follows = self.basis.verifier.follows
        return follows(held, prefix) or follows(prefix, held)

    def _require_follows(self, held: GatePrefix, prefix: GatePrefix) -> None:
        """Require that who signed a record may say what becomes of what is held. Raises SignatureInvalid."""
        if not self.basis.verifier.follows(held, prefix):
            raise SignatureInvalid(
                Phrase(
                    f"{prefix['court']} may not say what becomes of an entry of {held['court']}",
                    f"{prefix['court']} 无权处分 {held['court']} 的条目",
                )
            )

    def _overlaid(self, entry_id: bytes) -> ReliefRecord | None:
        """Return what the overlay has of an entry, this batch included."""
        if entry_id in self.batch.records:
            return self.batch.records[entry_id]
        with self.overlay.snapshot() as overlay:
            return overlay.record(entry_id)

    def _barrier(self, fingerprint: bytes, body: bytes) -> None:
        barrier, lane = decode(fingerprint, body), self.lane
        notary, number, issued_at = barrier["notary"], barrier["number"], barrier["issued_at"]
        at = TopicPartition(lane.topic, lane.partition)
        self.basis.verifier.barrier(body, barrier, at, lane.jurisdiction)
        if number > lane.newest.get(notary, -1):
            lane.newest = lane.newest | {notary: number}
            lane.fresh_as_of = fresher(lane.fresh_as_of, issued_at, self.now)

    def _note(self, kind: str, message: Message, detail: str) -> None:
        place = (self.now, self.lane.topic, self.lane.partition, message.offset())
        self.batch.incidents.append(Incident(kind, *place, detail, message.key() or b"", message.value() or b""))
