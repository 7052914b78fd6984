# mypyc: compile
"""What the gate asks: the newest record of every entry a surrogate leads to, from list and overlay, and how fresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from ...schemas.codec import GatePrefix, decode
from ...schemas.listing import ENDED_FROM
from ...schemas.signing import SignatureInvalid
from ..store.layout import StoredPosition
from ..store.reader import ListReader, Snapshot
from ..store.relief import ReliefReader, ReliefSnapshot
from ..store.values import UNKNOWN_SCHEMA, Opaque, body_of, fingerprint_of, opaque_of, prefix_of, version_of
from .verification import RefreshingKeyring, Verifier

_REMEMBERED = 200_000
_NOTHING: GatePrefix = {
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
class Found:
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
        """The whole record. Raises Undecodable."""
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
    """The copy was equal to the notary's head at that barrier, and no notary found it unequal since."""


_NOWHERE = ListPosition("", -1, "", 0, 0, proven=False)


class ListView:
    """The list as it is now. Any number of threads may ask."""

    def __init__(self, lists: ListReader, relief: ReliefReader, keyring: RefreshingKeyring) -> None:
        self._lists = lists
        self._relief = relief
        self._verifier = Verifier(keyring)
        self._verified: set[bytes] = set()

    def find(self, surrogates: Sequence[bytes]) -> list[Found]:
        """Live entries (active, shielded or unreadable) that name one of these surrogates in their newest record."""
        found: dict[bytes, Found] = {}
        # the overlay first: a row that is gone from it is in the list, and the list's snapshot is the later one
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            for surrogate in surrogates:
                for place in lists.places(surrogate):
                    self._add(found, _newest(place[2:], lists, relief, place), surrogate)
                for entry_id in relief.entries(surrogate):
                    self._add(found, _newest(entry_id, lists, relief), surrogate)
        return list(found.values())

    def known(self, surrogates: Sequence[bytes]) -> set[bytes]:
        """Those of these surrogates anything is known under: no is certain and quick, yes must be looked into.

        The overlay first, as in `find`: a row that is gone from it is in the list by then.
        """
        freed = self._relief.known(surrogates)
        listed = self._lists.known(surrogates)
        return listed | freed if freed else listed

    def entry(self, entry_id: bytes) -> Found | None:
        """The newest record of an entry, ended ones included."""
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            return _newest(entry_id, lists, relief)

    def position(self, jurisdiction: str | None = None) -> ListPosition:
        """Barrier, digest and freshness of one jurisdiction's lists; without one, of the jurisdiction furthest behind."""
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            positions, lanes = lists.positions(), relief.lanes()
        if jurisdiction is not None:
            positions = {jurisdiction: positions.get(jurisdiction, StoredPosition())}
        all_of = []
        for name, one in positions.items():
            fresh = min((lane.fresh_as_of for lane in lanes if lane.jurisdiction == name), default=0)
            fresh = min(fresh, one.fresh_as_of)
            all_of.append(ListPosition(one.notary, one.barrier, one.digest, fresh, one.valid_until, one.proven))
        return min(all_of, key=lambda one: one.fresh_as_of, default=_NOWHERE)

    def verify_once(self, found: Found) -> bool:
        """Whether the court's signature under an entry holds; asked before a first BLOCK, remembered after a yes.

        False also for an entry that was never readable. TransportError if the signing key is unknown and the register of
        participants cannot be reached: then nobody knows, and nobody may be blocked by it.
        """
        if found.source == "relief":
            return True
        known = sha256(found.body).digest()
        if known in self._verified:
            return True
        try:
            self._verifier.record(found.fingerprint, found.body, found.prefix, found.jurisdiction)
        except SignatureInvalid:
            return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified.add(known)
        return True

    def _add(self, found: dict[bytes, Found], one: Found | None, surrogate: bytes) -> None:
        if one is None or one.prefix["status"] >= ENDED_FROM:
            return
        if any(identity["surrogate"] == surrogate for identity in one.prefix["identities"]):
            found[one.entry_id] = one


def _newest(entry_id: bytes, lists: Snapshot, relief: ReliefSnapshot, place: bytes | None = None) -> Found | None:
    """The record of the higher version; equal ones are the same bytes, and the list's are preferred."""
    at = (place, lists.value(place)) if place is not None else lists.find(entry_id)
    overlay = relief.record(entry_id)
    state = bytes(at[1]) if at is not None and at[1] is not None else None
    if overlay is not None and (state is None or version_of(overlay.value) > version_of(state)):
        return _found(entry_id, overlay.value, None, ("relief", overlay.jurisdiction))
    if state is None or at is None:
        return None
    return _found(entry_id, state, opaque_of(state), ("state", lists.lane(at[0]).jurisdiction))


def _found(
    entry_id: bytes, value: bytes, opaque: Opaque | None, where: tuple[Literal["state", "relief"], str]
) -> Found:
    readable = value if opaque is None else opaque.last
    if not readable:
        unknown: GatePrefix = {**_NOTHING, "entry_id": entry_id}
        return Found(entry_id, unknown, b"", opaque is not None, *where, UNKNOWN_SCHEMA)
    prefix, body = prefix_of(readable), body_of(readable)
    return Found(entry_id, prefix, body, opaque is not None, *where, fingerprint_of(readable))
