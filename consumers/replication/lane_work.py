# mypyc: compile
"""One lane's part of a batch: what stands there, what is taken out, what the digest becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...schemas.digest import SetDigest, leaf
from ...schemas.listing import ENDED_FROM
from ...topics.ports import Message
from ..store.batch import Batch
from ..store.layout import Incident, LaneState
from ..store.values import Opaque, body_of, opaque_leaf, prefix_of
from .verification import Verifier


@dataclass(frozen=True, slots=True)
class Ground:
    """What a batch is worked through on."""

    stored: Callable[[bytes], memoryview | None]
    """What stands at a place in the store before this batch."""
    verifier: Verifier
    now: int
    """ms UTC."""
    courts: dict[tuple[str, str], int]
    """Highest sequences before this batch."""


class LaneWork:
    """Collects what a batch does to one lane; nothing but the `Batch` and its own lane state is written."""

    def __init__(self, lane: LaneState, highest: bytes, batch: Batch, ground: Ground) -> None:
        """`lane` is this batch's own copy; `highest` is the highest place the lane has ever held."""
        self.lane = lane
        self.highest = highest
        self.batch = batch
        self.ground = ground
        self.added: list[bytes] = []
        self.removed: list[bytes] = []
        """Leaves of the digest, in the order of the log."""

    def there(self, place: bytes) -> bytes | None:
        """What stands at a place, this batch included."""
        records = self.batch.records
        found = records[place] if place in records else self.ground.stored(place)
        return None if found is None else bytes(found)

    def note(self, kind: str, message: Message, detail: str) -> None:
        """Keeps an incident with the bytes it is about."""
        where = (self.ground.now, self.lane.topic, self.lane.partition, message.offset())
        self.batch.incidents.append(Incident(kind, *where, detail, message.key() or b"", message.value() or b""))

    def take_out(self, place: bytes, old: bytes, opaque: Opaque | None) -> None:
        """Takes the record at a place out of digest and index; the caller puts another there or none."""
        key, readable = place[len(self.lane.prefix) :], old
        if opaque is not None:
            self.removed.append(opaque_leaf(key, opaque.raw))
            self.lane.opaque -= 1
            self.batch.opaque[place] = False
            readable = opaque.last
        if readable:
            prefix = prefix_of(readable)
            if opaque is None:
                self.removed.append(leaf(key, prefix["version"], prefix["status"], body_of(readable)))
            if prefix["status"] < ENDED_FROM:
                for identity in prefix["identities"]:
                    self.batch.index[identity["surrogate"] + place] = False

    def raise_sequences(self, sequences: dict[bytes, int]) -> None:
        """Keeps the courts' highest sequences where these are higher."""
        known, batch, topic = self.ground.courts, self.batch.courts, self.lane.topic
        for court, sequence in sequences.items():
            name = (topic, court.decode())
            if sequence > max(known.get(name, 0), batch.get(name, 0)):
                batch[name] = sequence

    def digests(self, cuts: Sequence[tuple[int, int]]) -> list[bytes]:
        """Brings the digest up to date; its value at each cut (how many leaves were added and removed by then)."""
        digest, values, added, removed = SetDigest(self.lane.digest), [], 0, 0
        for more, less in cuts:
            digest.update(self.added[added:more], self.removed[removed:less])
            values.append(digest.value())
            added, removed = more, less
        digest.update(self.added[added:], self.removed[removed:])
        self.lane.digest = digest.state()
        return values
