"""What the hot loop hands over: barriers, other framings, records nobody can read, tombstones."""

from dataclasses import dataclass

from ....schemas.wire.avro_schemas import is_version_of
from ....schemas.wire.codec import Undecodable, decode
from ....schemas.wire.framing import FramingError
from ....schemas.wire.signing import SignatureInvalid
from ....topics.transport.ports import Message, TopicPartition
from ....topics.transport.received import MARKERS, may_be_entry, unwrap
from ...store.batch import PassedBarrier
from ...store.layout import Mark
from ...store.values import UNKNOWN_SCHEMA, Opaque, body_of, opaque_leaf, opaque_of, prefix_of, stored, stored_opaque
from .lane_work import DigestCut, LaneWork
from .standing import Standing


def fresher(before: int, issued_at: int, now: int) -> int:
    """Return as of when a lane is fresh once it has passed a barrier: nothing from the future of the own clock counts, nor from
    before that clock was set back; ms UTC.
    """
    return max(min(before, now), min(issued_at, now))


@dataclass(frozen=True, slots=True)
class BarrierSeen:
    """A barrier in the log, not verified yet, and how far the lane's work was when it came."""

    message: Message
    fingerprint: bytes
    body: bytes
    cut: DigestCut
    records: int


class EdgeCases:
    """Deals with one lane's unusual messages of one batch."""

    def __init__(self, work: LaneWork, standing: Standing) -> None:
        self._work, self._standing = work, standing
        self._barriers: dict[bytes, BarrierSeen] = {}
        """By key, which names the notary: only the newest of a batch counts, so that a backlog of them costs nothing."""
        self._wanted: list[BarrierSeen] = []
        """Besides those the ones that heads wait for."""

    def value(self, message: Message, value: bytes | None) -> bytes | None:
        """Return the value as the hot loop wants it, None if the message has been dealt with."""
        if value is None:
            self._tombstone(message)
            return None
        try:
            fingerprint, body = unwrap(message)
        except FramingError as unknown:
            self.opaque(message, UNKNOWN_SCHEMA, unknown.message)
            return None
        if is_version_of(fingerprint, "list-record"):
            return stored(fingerprint, body)
        if is_version_of(fingerprint, "barrier"):
            work = self._work
            if self._cover(message, fingerprint, body):
                cut = DigestCut(len(work.added), len(work.removed))
                before = self._barriers.get(message.key() or b"")
                if before is not None and before.message.offset() in work.context.markers_wanted(*work.lane.name):
                    self._wanted.append(before)
                self._barriers[message.key() or b""] = BarrierSeen(message, fingerprint, body, cut, work.lane.records)
        elif not any(is_version_of(fingerprint, marker) for marker in MARKERS):
            self.opaque(
                message, fingerprint, f"schema {fingerprint.hex()} is not a list record's that this release knows"
            )
        return None

    def opaque(self, message: Message, fingerprint: bytes, why: str) -> None:
        """Note a record nobody can read. One that the entry's own court signed is of a later schema: it is kept, becomes a leaf
        of its own, and its entry becomes REVIEW. What nobody signed has no effect.
        """
        work, key, raw = self._work, message.key(), message.value()
        work.note("undecodable", message, why)
        if key is None or raw is None or not may_be_entry(key):
            return
        try:
            body = unwrap(message).body
            if body[:8] in work.revoked:
                self.refuse_revoked(message)
                return
            prefix = work.context.verifier.unreadable(work.list_place, key, body)
        except (FramingError, SignatureInvalid):
            work.lane.refused += 1
            return
        place = work.lane.prefix + key
        old = work.value_at(place)
        before = None if old is None else opaque_of(old)
        if before is not None and before.raw == raw:
            work.lane.stale += 1
        elif old is None or self._standing.takes_unreadable(message, old, prefix):
            self._keep_opaque(place, old, Opaque(self._last(old), fingerprint, raw))

    def refuse_revoked(self, message: Message) -> None:
        """Note what was signed with a key whose revocation a barrier before it covers; it changes nothing."""
        self._work.lane.refused += 1
        self._work.note("revoked", message, "its key had been revoked when it came")

    def _cover(self, message: Message, fingerprint: bytes, body: bytes) -> bool:
        """Let the revocations count from here on that the notary of a barrier had read; return False for a barrier that is known
        not to hold. Raises RegisterBehind.
        """
        work, verifier = self._work, self._work.context.verifier
        try:
            barrier = decode(fingerprint, body)
            covered = verifier.covered_by(barrier)
            if covered <= work.revoked or body[:8] in work.revoked:
                return True
            verifier.barrier(body, barrier, TopicPartition(*work.lane.name), work.lane.jurisdiction)
        except (SignatureInvalid, Undecodable) as refused:
            work.note("barrier", message, refused.message)
            return False
        work.revoke(covered)
        return True

    def _last(self, old: bytes | None) -> bytes:
        """Return the last readable record there was, by which the entry's people are known; what does not hold names nobody."""
        before = None if old is None else opaque_of(old)
        if before is not None:
            return before.last
        return old if old is not None and self._standing.holds(old) else b""

    def _keep_opaque(self, place: bytes, old: bytes | None, opaque: Opaque) -> None:
        work, key = self._work, place[len(self._work.lane.prefix) :]
        before = None if old is None else opaque_of(old)
        if old is None:
            work.lane.records += 1
        elif before is not None:
            work.removed.append(opaque_leaf(work.leaf, key, before.raw))
        elif opaque.last:
            prefix = prefix_of(old)
            work.removed.append(work.leaf(key, prefix["version"], prefix["status"], body_of(old)))
        else:
            work.take_out(place, old, None)
        work.lane.opaque += before is None
        work.batch.records[place] = stored_opaque(opaque)
        work.batch.opaque[place] = True
        work.added.append(opaque_leaf(work.leaf, key, opaque.raw))
        work.highest = max(work.highest, place)

    def pass_barriers(self, newest: dict[str, int]) -> list[PassedBarrier]:
        """Bring the digest up to date, and return the barriers of this batch that hold, with the lane's digest at each.

        `newest` is the lane's newest barrier by notary: a lower one is an incident, the same again is nothing.
        """
        work = self._work
        barriers = sorted([*self._barriers.values(), *self._wanted], key=lambda barrier: barrier.message.offset())
        digests = work.digests([barrier.cut for barrier in barriers])
        passed_barriers = []
        for barrier, digest in zip(barriers, digests, strict=True):
            try:
                passed = self._passed(barrier, digest, newest)
            except (SignatureInvalid, Undecodable) as refused:
                work.note("barrier", barrier.message, refused.message)
                continue
            if passed is not None:
                passed_barriers.append(passed)
                work.lane.fresh_as_of = fresher(work.lane.fresh_as_of, passed.mark.issued_at, work.context.now)
        return passed_barriers

    def _passed(self, seen: BarrierSeen, digest: bytes, newest: dict[str, int]) -> PassedBarrier | None:
        """Verify a barrier; None if it is the newest one again or a lower one. Raises SignatureInvalid, Undecodable."""
        lane, context = self._work.lane, self._work.context
        barrier = decode(seen.fingerprint, seen.body)
        notary, number, issued_at = barrier["notary"], barrier["number"], barrier["issued_at"]
        context.verifier.barrier(seen.body, barrier, TopicPartition(*lane.name), lane.jurisdiction)
        if number <= newest.get(notary, -1):
            if number < newest[notary]:
                self._work.note("barrier", seen.message, f"number {number} after {newest[notary]}")
            return None
        return PassedBarrier(lane.number, notary, Mark(number, issued_at, seen.message.offset(), digest, seen.records))

    def _tombstone(self, message: Message) -> None:
        """Note a null value under an entry's key; it changes no copy. The publisher appends what it would hide."""
        key = message.key()
        if key is not None and may_be_entry(key) and self._work.value_at(self._work.lane.prefix + key) is not None:
            self._work.note("tombstone", message, "a null value over an entry")
