"""One relief lane's part of a batch, and what the list itself proves of the entries in it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.signatures import ListPlace, Verifier
from ...topics.transport.ports import Message, TopicPartition
from ...topics.transport.received import unwrap
from ..store.layout import Incident
from ..store.reader import ListSnapshot
from ..store.relief import ReliefBatch, ReliefLane, ReliefReader, ReliefRecord
from ..store.values import body_of, fingerprint_of, opaque_of, prefix_of, stored
from .apply.edge_cases import fresher


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
        """Return whether the list says what an overlay's record says, or what came later, or that it was not its court's."""
        listed = self.listed(entry_id)
        if listed is None or listed == record.value:
            return listed is not None
        before, after = prefix_of(listed), prefix_of(record.value)
        settled = before["version"] >= after["version"] or not self.verifier.follows(before, after)
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
            raise Undecodable(f"schema {fingerprint.hex()} is not a list record's that this release knows")
        prefix = decode_prefix(body)
        entry_id = prefix["entry_id"]
        if entry_id != message.key():
            raise Undecodable("the record names another entry than its key")
        overlaid = self._overlaid(entry_id)
        if overlaid is not None and overlaid.value == stored(fingerprint, body):
            self.lane.stale += 1
            return
        self.place.require_partition(entry_id)
        self.basis.verifier.record(fingerprint, body, prefix, self.place.jurisdiction)
        if self._is_news(prefix, overlaid):
            self.batch.records[entry_id] = ReliefRecord(self.place.jurisdiction, stored(fingerprint, body))
            self.lane.applied += 1
        else:
            self.lane.stale += 1

    def _is_news(self, prefix: GatePrefix, overlaid: ReliefRecord | None) -> bool:
        """Return whether a proven record says more than list and overlay. Raises SignatureInvalid if it may not say it."""
        listed, verifier = self.basis.listed(prefix["entry_id"]), self.basis.verifier
        basis = None if listed is None else prefix_of(listed)
        if listed is not None and basis is not None and not self._comes_after(basis, prefix):
            if self.basis.holds(listed, self.place.jurisdiction):
                return self._is_older(basis, prefix)
            basis = None
        waiting = None if overlaid is None else prefix_of(overlaid.value)
        if waiting is None or self._comes_after(waiting, prefix):
            return True
        if basis is not None and not verifier.follows(basis, waiting):
            return True  # the list came later, and showed that what waits was not the entry's court's
        return self._is_older(waiting, prefix)

    def _comes_after(self, held: GatePrefix, prefix: GatePrefix) -> bool:
        return held["version"] < prefix["version"] and self.basis.verifier.follows(held, prefix)

    def _is_older(self, held: GatePrefix, prefix: GatePrefix) -> bool:
        """Return False for what is not newer; raise SignatureInvalid for what another court says."""
        if not self.basis.verifier.follows(held, prefix):
            raise SignatureInvalid(f"{prefix['court']} may not say what becomes of an entry of {held['court']}")
        return False

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
