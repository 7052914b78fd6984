# mypyc: compile
"""One lane's part of a batch: what stands there, what is taken out, what the digest becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ....schemas.law.listing import ENDED_FROM
from ....schemas.wire.suites import suite_of
from ....topics.keys.entitlement import ListPlace
from ....topics.keys.signatures import Verifier
from ....topics.transport.ports import Message
from ...store.batch import StoreBatch
from ...store.layout import Incident, LaneState
from ...store.values import Opaque, body_of, opaque_leaf, prefix_of


@dataclass(frozen=True, slots=True)
class ApplyContext:
    """Read-only inputs for applying one batch: stored values, verifier, clock, court sequences."""

    stored: Callable[[bytes], memoryview | None]
    """What stands at a place in the store before this batch."""
    verifier: Verifier
    now: int
    """ms UTC."""
    courts: dict[tuple[str, str], int]
    """Highest sequences before this batch."""
    markers_wanted: Callable[[str, int], frozenset[int]] = lambda _topic, _partition: frozenset()
    """By lane the offsets of the barriers that heads wait for."""


class DigestCut(NamedTuple):
    """A moment in a batch: how many leaves the lane had added and removed by then."""

    added: int
    removed: int


class LaneWork:
    """Collects what a batch does to one lane; nothing but the `StoreBatch` and its own lane state is written."""

    def __init__(self, lane: LaneState, highest: bytes, batch: StoreBatch, context: ApplyContext) -> None:
        """Begin with a lane of this batch's own copy, and the highest place it has ever held."""
        self.lane = lane
        self.list_place = ListPlace(lane.topic, lane.partition, lane.partitions, lane.jurisdiction)
        suite = suite_of(lane.suite)
        self.leaf = suite.leaf
        self._set_digest = suite.set_digest
        self.highest = highest
        self.batch = batch
        self.context = context
        self.added: list[bytes] = []
        self.revoked = frozenset(lane.revoked)
        self.removed: list[bytes] = []
        """Leaves of the digest, in the order of the log."""

    def value_at(self, place: bytes) -> bytes | None:
        """Return what stands at a place, this batch included."""
        records = self.batch.records
        value = records[place] if place in records else self.context.stored(place)
        return None if value is None else bytes(value)

    def note(self, kind: str, message: Message, detail: str) -> None:
        """Keep an incident with the bytes it is about."""
        place = (self.lane.topic, self.lane.partition, message.offset())
        self.batch.incidents.append(
            Incident(kind, self.context.now, *place, detail, message.key() or b"", message.value() or b"")
        )

    def revoke(self, keys: frozenset[bytes]) -> None:
        """Let nothing that these keys sign change anything from here on."""
        self.revoked |= keys
        self.lane.revoked = tuple(sorted(self.revoked))

    def take_out(self, place: bytes, old: bytes, opaque: Opaque | None) -> None:
        """Take the record at a place out of digest and index; the caller puts another there or none."""
        key, readable = place[len(self.lane.prefix) :], old
        if opaque is not None:
            self.removed.append(opaque_leaf(self.leaf, key, opaque.raw))
            self.lane.opaque -= 1
            self.batch.opaque[place] = False
            readable = opaque.last
        if readable:
            prefix = prefix_of(readable)
            if opaque is None:
                self.removed.append(self.leaf(key, prefix["version"], prefix["status"], body_of(readable)))
            if prefix["status"] < ENDED_FROM:
                for identity in prefix["identities"]:
                    self.batch.index[identity["surrogate"] + place] = False

    def finish(self, highest: bytes, next_offset: int, applied: int, sequences: dict[bytes, int]) -> None:
        """Note the lane's highest place, how far it was read, how many records took effect, and higher sequences."""
        self.highest = highest
        self.lane.next_offset = next_offset
        self.lane.applied += applied
        before, batch, topic = self.context.courts, self.batch.courts, self.lane.topic
        for court, sequence in sequences.items():
            name = (topic, court.decode())
            if sequence > max(before.get(name, 0), batch.get(name, 0)):
                batch[name] = sequence

    def digests(self, cuts: Sequence[DigestCut]) -> list[bytes]:
        """Bring the digest up to date, and return its value at each cut."""
        digest, values, added, removed = self._set_digest(self.lane.digest), [], 0, 0
        for cut in cuts:
            digest.update(self.added[added : cut.added], self.removed[removed : cut.removed])
            values.append(digest.value())
            added, removed = cut.added, cut.removed
        digest.update(self.added[added:], self.removed[removed:])
        self.lane.digest = digest.state()
        return values
