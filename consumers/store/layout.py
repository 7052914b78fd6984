"""What stands where in the list store.

Tables of a generation (two of them, so that a rebuild fills one while the gate reads the other):

    records   place -> stored value            place = lane number (2 bytes) and entry id
    index     surrogate and place -> nothing   live entries only; a composite key costs less than LMDB's duplicates
    state     rows by kind: lane/ mark/ court/ opaque/ heads-read/ position/ topic/ index-proven

and one table that outlives generations and formats:

    trust     generation, head/ floor/ receipt/ receipt-sequence incident/: what must never be forgotten or fall back

A lane is a partition of a state topic. Records lie by lane, so every lane appends in its own region.
"""

from typing import NamedTuple

import msgspec

from ...schemas.wire.intl import INTL

STORE_FORMAT = 1
"""Of the generation's tables; a store of another format is filled again from the log."""
LANE_LENGTH = 2
SURROGATE_LENGTH = 16
KEPT_MARKS = 100
"""Barriers remembered per lane and notary."""

ROW_LANE = b"lane/"
ROW_MARK = b"mark/"
ROW_COURT = b"court/"
ROW_OPAQUE = b"opaque/"
ROW_HEADS_READ = b"heads-read/"
ROW_POSITION = b"position/"
ROW_TOPIC = b"topic/"
ROW_INDEX_PROVEN = b"index-proven"
ROW_GENERATION = b"generation"
ROW_HEAD = b"head/"
ROW_FLOOR = b"floor/"
ROW_RECEIPT = b"receipt/"
ROW_RECEIPT_SEQUENCE = b"receipt-sequence"
ROW_INCIDENT = b"incident/"


class LaneState(msgspec.Struct, array_like=True):
    """Where the copy of one partition stands; written in the commit of the records it counts."""

    number: int
    topic: str
    partition: int
    jurisdiction: str
    begun_at: int
    """When this copy of the lane was begun, ms UTC."""
    next_offset: int = -1
    """-1 = nothing read yet."""
    digest: bytes = b""
    """State of the set digest, `schemas.wire.suites.RunningDigest`; empty before the first leaf."""
    records: int = 0
    """Entries, ended ones and opaque ones included."""
    opaque: int = 0
    """Entries whose newest record could not be decoded."""
    applied: int = 0
    stale: int = 0
    refused: int = 0
    """Since the store was made: written, ignored as not newer, not applied because the signature does not hold."""
    fresh_as_of: int = 0
    """Issue time of the newest barrier passed, never later than the node's own clock; ms UTC, 0 = none yet."""
    rebuild_until: int = -1
    """Where the log ended when this copy of the lane was begun: before that it proves nothing; -1 = not looked yet."""
    suite: str = INTL
    """Whose digest it is."""
    partitions: int = 0
    """How many the topic has."""
    revoked: tuple[bytes, ...] = ()
    """Ids of the keys whose revocation a barrier that was passed covers: what they sign behind it changes nothing."""

    @property
    def name(self) -> tuple[str, int]:
        """Topic and partition."""
        return self.topic, self.partition

    @property
    def prefix(self) -> bytes:
        """The lane's part of the keys."""
        return lane_prefix(self.number)


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """A barrier in one lane, and what the copy of that lane was when it was passed."""

    number: int
    issued_at: int
    offset: int
    digest: bytes
    records: int


class TrustedHead(msgspec.Struct, array_like=True, frozen=True):
    """The highest head of one notary that was ever trusted; lower ones are refused (TUF rollback rule).

    What follows its suite, and all that is proven or unequal, is of the copy that is written now.
    """

    notary: str
    jurisdiction: str
    number: int
    hash: bytes
    valid_until: int
    proven_number: int = -1
    """Newest barrier at which the copy equalled the notary's head, -1 = none."""
    proven_at: int = 0
    proven_until: int = 0
    """`valid_until` of the head that proved it, ms UTC."""
    unequal: tuple["UnequalLane", ...] = ()
    """Lanes that differed at the newest compared barrier; empty when the copy was equal."""
    unequal_number: int = -1
    proven_hash: bytes = b""
    """Hash of the body of the head that proved it; empty if none has."""
    suite: str = INTL
    """Whose digests the newest of its heads holds; a copy with another one's is proven by none of them."""
    proven_digest: str = ""
    """Of the whole list where it was proven (`proof.list_digest`)."""
    shortfalls: tuple["Shortfall", ...] = ()
    """What its newest compared head lacks of what was trusted before, though its digests are equal."""
    unequal_at: int = 0
    """When the newest barrier was issued at which something was unequal or lacking, ms UTC."""

    @property
    def row(self) -> str:
        """Under which name it is kept."""
        return f"{self.jurisdiction}/{self.notary}"

    @property
    def objects(self) -> bool:
        """Whether its newest comparison proves nothing."""
        return bool(self.unequal or self.shortfalls)

    def of_new_copy(self) -> "TrustedHead":
        """Return it as it is for a copy that was compared with nothing yet."""
        return TrustedHead(self.notary, self.jurisdiction, self.number, self.hash, self.valid_until, suite=self.suite)


class UnequalLane(msgspec.Struct, array_like=True, frozen=True):
    """A partition whose copy differs from the notary's head."""

    topic: str
    partition: int
    own: str
    notary: str
    """Digests, hex."""


class Shortfall(msgspec.Struct, array_like=True, frozen=True):
    """What a list has less than was trusted before."""

    topic: str
    court: str = ""
    """Whose numbers end too low; empty: the topic is another one of that name, and lacks what the one before held."""
    highest: int = 0
    trusted: int = 0
    """The court's highest number now, and the highest ever trusted."""


class TopicIds(msgspec.Struct, array_like=True, frozen=True):
    """By which ids a topic is known."""

    signed: bytes
    """In the heads; of the notaries' cluster."""
    own: bytes
    """At the broker this node reads."""


class ListFloor(msgspec.Struct, array_like=True, frozen=True):
    """What the lists of a jurisdiction never fall below, since a copy was proven by a head that said so."""

    jurisdiction: str
    courts: dict[str, int] = {}
    """`topic/court` to the highest number of the court that a head counted and the copy held."""
    topics: dict[str, TopicIds] = {}
    """By logical topic."""


class StoredPosition(msgspec.Struct, array_like=True, frozen=True):
    """What the state lanes of a jurisdiction are known to be; the relief lane's freshness is kept apart."""

    notary: str = ""
    barrier: int = -1
    digest: str = ""
    fresh_as_of: int = 0
    valid_until: int = 0
    proven: bool = False
    barrier_at: int = 0
    """When the newest barrier that was passed in all lanes was issued by its notary's clock, ms UTC; not capped by ours."""
    finding: str = ""
    """`LIST_SHRUNK` while the list lacks what was trusted before."""


LIST_SHRUNK = "LIST_SHRUNK"


class Incident(msgspec.Struct, frozen=True):
    """Something that must be looked at by a person; raw bytes are kept for that."""

    kind: str
    """wrong-signature, undecodable, foreign, revoked, conflict, tombstone, barrier, head-rollback, head-fork, head-signature, head-suite,
    unequal, list-shrunk, index."""
    at: int
    topic: str
    partition: int
    offset: int
    detail: str
    key: bytes = b""
    raw: bytes = b""


class Generation(msgspec.Struct, array_like=True, frozen=True):
    """Which tables the gate reads and which the replicator fills; they differ during a rebuild."""

    active: int
    writing: int
    format: int = STORE_FORMAT


class LanePartition(NamedTuple):
    """A partition of a state topic, and the jurisdiction whose list stands in it."""

    topic: str
    partition: int
    jurisdiction: str
    partitions: int
    """How many the topic has."""


class MarkKey(NamedTuple):
    """The key of a barrier's mark, without the barrier's number."""

    lane: int
    notary: str


class StoredEntry(NamedTuple):
    """Where an entry stands in a snapshot, and the value that stands there."""

    place: bytes
    value: memoryview


def lane_prefix(number: int) -> bytes:
    """Return the two bytes every place of a lane starts with."""
    return number.to_bytes(LANE_LENGTH, "big")


def lane_row(number: int) -> bytes:
    """Return the key of a lane's state."""
    return ROW_LANE + lane_prefix(number)


def mark_row(lane: int, notary: str, number: int) -> bytes:
    """Return the key of a barrier's mark; keys sort by number within lane and notary."""
    return mark_prefix(lane, notary) + number.to_bytes(8, "big")


def mark_prefix(lane: int, notary: str) -> bytes:
    """Return what the keys of all marks of a notary in a lane start with."""
    return ROW_MARK + lane_prefix(lane) + notary.encode() + b"\x00"


def parse_mark_row(key: bytes) -> MarkKey:
    """Read lane and notary from a mark's key."""
    start = len(ROW_MARK)
    lane = int.from_bytes(key[start : start + LANE_LENGTH], "big")
    return MarkKey(lane, bytes(key[start + LANE_LENGTH : -9]).decode())


def pack(row: msgspec.Struct) -> bytes:
    """Encode a row for the store."""
    return msgspec.msgpack.encode(row)
