# mypyc: compile
"""What the gate asks: the newest record of every entry a surrogate leads to, from list and overlay, and how fresh."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...schemas.fingerprints import fingerprint
from ...schemas.law.decisions import Trust
from ...schemas.law.listing import ENDED_FROM
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import KEY_ID_LENGTH
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ..store.layout import LANE_LENGTH, StoredPosition
from ..store.reader import ListReader, ListSnapshot
from ..store.relief import ReliefReader, ReliefSnapshot
from ..store.values import opaque_of, prefix_of, version_of
from .listed_entry import ListedEntry, listed_entry
from .relief_lane import counting_values
from .revoked_keys import RevokedKeys

_REMEMBERED = 200_000


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
    unexamined: int = 0
    """For how many revoked keys it is not known yet what they signed; meanwhile nobody passes for certain."""

    @property
    def examined(self) -> bool:
        """Whether everything is known of what revoked keys signed."""
        return not self.unexamined


_NOWHERE = ListPosition("", -1, "", 0, 0, proven=False)


class ListView:
    """The list as it is now. Any number of threads may ask."""

    def __init__(
        self, lists: ListReader, relief: ReliefReader, keyring: RefreshingKeyring, revoked: RevokedKeys | None = None
    ) -> None:
        """`revoked` is what is known of records under revoked keys; without it nobody examines them, and each asks a person."""
        self._lists = lists
        self._relief = relief
        self._keyring = keyring
        self._revoked = revoked or RevokedKeys()
        self._verifier = Verifier(keyring)
        self._verified: set[bytes] = set()

    def find(self, surrogates: Sequence[bytes]) -> list[ListedEntry]:
        """Return the live entries (active, shielded, unreadable) whose newest record names one of these surrogates."""
        entries: dict[bytes, ListedEntry] = {}
        # the overlay first: a row that is gone from it is in the list, and the list's snapshot is the later one
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            for surrogate in surrogates:
                found = [place[LANE_LENGTH:] for place in lists.places(surrogate)]
                for entry_id in dict.fromkeys((*found, *relief.entries(surrogate), *self._revoked.entries(surrogate))):
                    newest = self._newest(entry_id, lists, relief)
                    if newest is not None and newest.asks:
                        _add(entries, self._revoked.restored(entry_id), surrogate)
                    _add(entries, newest, surrogate)
        return list(entries.values())

    def known_surrogates(self, surrogates: Sequence[bytes]) -> set[bytes]:
        """Return those of these surrogates anything is known under: no is certain and quick, yes must be looked into.

        The overlay is asked first, as in `find`: a row that is gone from it is in the list by then.
        """
        relieved = self._relief.known_surrogates(surrogates)
        listed = self._lists.known_surrogates(surrogates)
        known = listed | relieved if relieved else listed
        restored = {each for each in surrogates if self._revoked.entries(each)}
        return known | restored if restored else known

    def entry(self, entry_id: bytes) -> ListedEntry | None:
        """Return the newest record of an entry, ended ones included; None if it is unknown."""
        with self._relief.snapshot() as relief, self._lists.snapshot() as lists:
            newest = self._newest(entry_id, lists, relief)
        return (self._revoked.restored(entry_id) or newest) if newest is not None and newest.asks else newest

    def position(self, jurisdiction: str | None = None) -> ListPosition:
        """Return barrier, digest and freshness of one jurisdiction's lists;
        without one, of the jurisdiction least to be relied on.
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
            unexamined = self._revoked.unexamined(state.barrier_at)
            positions_of_copy.append(ListPosition(*at, state.proven, state.barrier_at, state.finding, unexamined))
        return min(positions_of_copy, key=lambda one: (one.proven, one.fresh_as_of), default=_NOWHERE)

    def trust(self, entry: ListedEntry) -> Trust:
        """Return whether the court's signature under an entry holds;
        asked before it first reaches somebody, remembered after a yes.

        NOBODYS also for an entry that was never readable. Raises TransportError if the signing key is unknown and the register
        of participants cannot be reached: then nobody knows, and nobody may be blocked by it.
        """
        if entry.source != "relief" and not self._holds(entry):
            return Trust.NOBODYS
        return Trust.OPEN if entry.asks or self._is_open(entry) else Trust.PROVEN

    def _holds(self, entry: ListedEntry) -> bool:
        digest = fingerprint(entry.body)
        if digest in self._verified:
            return True
        try:
            self._verifier.once_valid(entry.fingerprint, entry.body, entry.prefix, entry.jurisdiction)
        except SignatureInvalid:
            return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified.add(digest)
        return True

    def _is_open(self, entry: ListedEntry) -> bool:
        """Return whether the key under an entry is revoked by now, and what it signed is not looked through yet."""
        key = self._keyring.key(entry.body[:KEY_ID_LENGTH])
        if key is None or not key.revoked_at or self._revoked.is_settled(key):
            return False
        return self._revoked.counts(key.revoked_at, self.position(entry.jurisdiction).barrier_at)

    def _newest(self, entry_id: bytes, lists: ListSnapshot, relief: ReliefSnapshot) -> ListedEntry | None:
        """Return the record of the higher version, the list's of two equal ones: they are the same bytes.

        The overlay may be ahead of the list, but only the entry's own court frees anybody from it.
        """
        stored, overlay = lists.find(entry_id), relief.record(entry_id)
        if stored is None:
            counting = counting_values(overlay, self._verifier) if overlay else ()
            if overlay is None or not counting:
                return None
            return listed_entry(entry_id, counting[0], None, "relief", overlay.jurisdiction)
        state = bytes(stored.value)
        counting = counting_values(overlay, self._verifier) if overlay else ()
        freeing = [each for each in counting if self._frees(each, state)]
        if overlay is not None and freeing:
            return listed_entry(entry_id, max(freeing, key=version_of), None, "relief", overlay.jurisdiction)
        newest = listed_entry(entry_id, state, opaque_of(state), "state", lists.lane(stored.place).jurisdiction)
        return replace(newest, asks=True) if self._asks(newest) else newest

    def _asks(self, newest: ListedEntry) -> bool:
        """Return whether a record of the list is doubtful, or came after others that are and was not looked at yet."""
        if self._revoked.is_doubtful(newest.entry_id, newest.body):
            return True
        return self._revoked.restored(newest.entry_id) is not None and bool(newest.body) and self._is_open(newest)

    def _frees(self, overlay: bytes, state: bytes) -> bool:
        """Return whether a record of the overlay goes before what the list has."""
        opaque = opaque_of(state)
        readable = state if opaque is None else opaque.last
        follows = not readable or self._verifier.follows(prefix_of(readable), prefix_of(overlay))
        return follows and version_of(overlay) > version_of(state)


def _add(entries: dict[bytes, ListedEntry], entry: ListedEntry | None, surrogate: bytes) -> None:
    if entry is None or entry.prefix["status"] >= ENDED_FROM:
        return
    if any(identity["surrogate"] == surrogate for identity in entry.prefix["identities"]):
        entries[entry.entry_id] = entry
