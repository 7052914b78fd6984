# mypyc: compile
"""What the gate asks: the newest record of every entry a surrogate leads to, from list and overlay, and how fresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...schemas.fingerprints import fingerprint
from ...schemas.law.listing import ENDED_FROM
from ...schemas.wire.codec import GatePrefix, decode
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ..store.layout import LANE_LENGTH, StoredPosition
from ..store.reader import ListReader, ListSnapshot
from ..store.relief import ReliefReader, ReliefSnapshot
from ..store.values import UNKNOWN_SCHEMA, Opaque, body_of, fingerprint_of, opaque_of, prefix_of, version_of

_REMEMBERED = 200_000
_EMPTY_PREFIX: GatePrefix = {
    "proof": bytes(72),
    "entry_id": b"",
    "version": -1,
    "court": "",
    "court_sequence": 0,
    "instrument": 0,
    "record_class": 0,
    "status": 0,
    "person_kind": 0,
    "person_role": 0,
    "effective_from": 0,
    "effective_until": 0,
    "identities": [],
}
"""Of an entry no record of which could ever be read: nothing is known but that it is there."""


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as this node knows it best."""

    entry_id: bytes
    prefix: GatePrefix
    body: bytes
    """Avro body, proof included; of an opaque entry the last one that could be read, empty if there was none."""
    opaque: bool
    """The newest record cannot be read: whatever the last one said, a person must look (REVIEW)."""
    source: Literal["state", "relief"]
    jurisdiction: str
    fingerprint: bytes
    """Of the schema `body` was written with."""

    def record(self) -> dict[str, Any]:
        """Decode the whole record. Raises Undecodable."""
        return decode(self.fingerprint, self.body)


@dataclass(frozen=True, slots=True)
class ListPosition:
    """What a decision rested on."""

    notary: str
    barrier: int
    """-1 = no barrier was passed in all partitions yet."""
    digest: str
    """Of all partitions at that barrier, hex; `proof.list_digest` computes the same from the notary's head."""
    fresh_as_of: int
    """Issue time of the oldest, over all partitions and lanes, of the newest barrier applied; ms UTC, 0 = never."""
    valid_until: int
    """Until when the notary's head proves freshness, ms UTC; 0 without proof."""
    proven: bool
    """The copy was equal to a notary's head at that barrier; without proof it refuses nobody and lets nobody pass for certain."""
    barrier_at: int = 0
    """When the newest barrier passed everywhere was issued, by its notary's clock alone; ms UTC."""
    finding: str = ""
    """`LIST_SHRUNK` while the list lacks what was trusted before."""


_NOWHERE = ListPosition("", -1, "", 0, 0, proven=False)


class ListView:
    """The list as it is now. Any number of threads may ask."""

    def __init__(self, lists: ListReader, relief: ReliefReader, keyring: RefreshingKeyring) -> None:
        self._lists = lists
        self._relief = relief
        self._verifier = Verifier(keyring)
        self._verified: set[bytes] = set()

    def find(self, surrogates: Sequence[bytes]) -> list[ListedEntry]:
        """Return the live entries (active, shielded, unreadable) whose newest record names one of these surrogates."""
        entries: dict[bytes, ListedEntry] = {}
        # the overlay first: a row that is gone from it is in the list, and the list's snapshot is the later one
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            for surrogate in surrogates:
                for place in lists.places(surrogate):
                    self._add(entries, _newest(place[LANE_LENGTH:], lists, relief, place), surrogate)
                for entry_id in relief.entries(surrogate):
                    self._add(entries, _newest(entry_id, lists, relief), surrogate)
        return list(entries.values())

    def known_surrogates(self, surrogates: Sequence[bytes]) -> set[bytes]:
        """Return those of these surrogates anything is known under: no is certain and quick, yes must be looked into.

        The overlay is asked first, as in `find`: a row that is gone from it is in the list by then.
        """
        relieved = self._relief.known_surrogates(surrogates)
        listed = self._lists.known_surrogates(surrogates)
        return listed | relieved if relieved else listed

    def entry(self, entry_id: bytes) -> ListedEntry | None:
        """Return the newest record of an entry, ended ones included; None if it is unknown."""
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            return _newest(entry_id, lists, relief)

    def position(self, jurisdiction: str | None = None) -> ListPosition:
        """Return barrier, digest and freshness of one jurisdiction's lists;
        without one, of the jurisdiction furthest behind.
        """
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            positions, lanes = lists.positions(), relief.lanes()
        if jurisdiction is not None:
            positions = {jurisdiction: positions.get(jurisdiction, StoredPosition())}
        positions_of_copy = []
        for name, state in positions.items():
            fresh = min((lane.fresh_as_of for lane in lanes if lane.jurisdiction == name), default=0)
            fresh = min(fresh, state.fresh_as_of)
            at = state.notary, state.barrier, state.digest, fresh, state.valid_until
            positions_of_copy.append(ListPosition(*at, state.proven, state.barrier_at, state.finding))
        return min(positions_of_copy, key=lambda one: one.fresh_as_of, default=_NOWHERE)

    def verify_once(self, entry: ListedEntry) -> bool:
        """Return whether the court's signature under an entry holds;
        asked before a first BLOCK, remembered after a yes.

        False also for an entry that was never readable. Raises TransportError if the signing key is unknown and the register
        of participants cannot be reached: then nobody knows, and nobody may be blocked by it.
        """
        if entry.source == "relief":
            return True
        digest = fingerprint(entry.body)
        if digest in self._verified:
            return True
        try:
            self._verifier.record(entry.fingerprint, entry.body, entry.prefix, entry.jurisdiction)
        except SignatureInvalid:
            return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified.add(digest)
        return True

    def _add(self, entries: dict[bytes, ListedEntry], entry: ListedEntry | None, surrogate: bytes) -> None:
        if entry is None or entry.prefix["status"] >= ENDED_FROM:
            return
        if any(identity["surrogate"] == surrogate for identity in entry.prefix["identities"]):
            entries[entry.entry_id] = entry


def _newest(
    entry_id: bytes, lists: ListSnapshot, relief: ReliefSnapshot, place: bytes | None = None
) -> ListedEntry | None:
    """Return the record of the higher version; equal ones are the same bytes, and the list's are preferred."""
    value: memoryview | None = None
    if place is not None:
        value = lists.value(place)
    else:
        stored = lists.find(entry_id)
        if stored is not None:
            place, value = stored
    overlay = relief.record(entry_id)
    state = None if value is None else bytes(value)
    if overlay is not None and (state is None or version_of(overlay.value) > version_of(state)):
        return _listed(entry_id, overlay.value, None, "relief", overlay.jurisdiction)
    if state is None or place is None:
        return None
    return _listed(entry_id, state, opaque_of(state), "state", lists.lane(place).jurisdiction)


def _listed(
    entry_id: bytes, value: bytes, opaque: Opaque | None, source: Literal["state", "relief"], jurisdiction: str
) -> ListedEntry:
    is_opaque = opaque is not None
    readable = value if opaque is None else opaque.last
    if not readable:
        unknown: GatePrefix = {**_EMPTY_PREFIX, "entry_id": entry_id}
        return ListedEntry(entry_id, unknown, b"", is_opaque, source, jurisdiction, UNKNOWN_SCHEMA)
    prefix, body, fingerprint = prefix_of(readable), body_of(readable), fingerprint_of(readable)
    return ListedEntry(entry_id, prefix, body, is_opaque, source, jurisdiction, fingerprint)
