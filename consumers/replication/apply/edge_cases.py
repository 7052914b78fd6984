"""What the hot loop hands over: barriers, other framings, records nobody can read, tombstones."""

from dataclasses import dataclass

from ....schemas.law.listing import ENDED_FROM
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

    def __init__(self, work: LaneWork) -> None:
        self._work = work
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
            cut = DigestCut(len(work.added), len(work.removed))
            seen = BarrierSeen(message, fingerprint, body, cut, work.lane.records)
            before = self._barriers.get(message.key() or b"")
            if before is not None and before.message.offset() in work.context.markers_wanted(*work.lane.name):
                self._wanted.append(before)
            self._barriers[message.key() or b""] = seen
        elif not any(is_version_of(fingerprint, marker) for marker in MARKERS):
            self.opaque(
                message, fingerprint, f"schema {fingerprint.hex()} is not a list record's that this release knows"
            )
        return None

    def opaque(self, message: Message, fingerprint: bytes, why: str) -> None:
        """Keep a record nobody can read: it becomes a leaf of its own, its entry becomes REVIEW,
        and an incident is noted.
        """
        work, key, raw = self._work, message.key(), message.value()
        work.note("undecodable", message, why)
        if key is None or raw is None or not may_be_entry(key):
            return
        place = work.lane.prefix + key
        old = work.value_at(place)
        before = None if old is None else opaque_of(old)
        if before is not None and before.raw == raw:
            work.lane.stale += 1
            return
        if old is None:
            work.lane.records += 1
        if before is not None:
            work.removed.append(opaque_leaf(work.leaf, key, before.raw))
        else:
            work.lane.opaque += 1
            if old is not None:
                prefix = prefix_of(old)
                work.removed.append(work.leaf(key, prefix["version"], prefix["status"], body_of(old)))
        last = before.last if before else old or b""
        work.batch.records[place] = stored_opaque(Opaque(last, fingerprint, raw))
        work.batch.opaque[place] = True
        work.added.append(opaque_leaf(work.leaf, key, raw))
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
        """Take out an entry that has ended: a null value says its legal retention is over.
        Over a live entry it is an incident.
        """
        work, key = self._work, message.key()
        if key is None or not may_be_entry(key):
            return
        place = work.lane.prefix + key
        old = work.value_at(place)
        if old is None:
            return
        if opaque_of(old) is not None or prefix_of(old)["status"] < ENDED_FROM:
            work.note("tombstone", message, "a null value over an entry that has not ended")
            return
        work.take_out(place, old, None)
        work.batch.records[place] = None
        work.lane.records -= 1
