"""The lists counted again from the log by a plain dictionary: what a copy of a partition must hold, byte for byte.

Written from the rules of today alone, without the product's code for them: the higher version stands; what replaces another
must be genuine (`proofs`); bytes nobody can read stand in an entry's place until something readable and genuine comes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from liandong.schemas.wire.codec import Undecodable, decode_prefix
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.proofs import prefix_of
from liandong.tests.worlds.jurisdiction import mth

ENDED_FROM = 3
Genuine = Callable[[bytes], bool]
"""Whether somebody who may have signed these bytes."""


@dataclass(frozen=True)
class Standing:
    """What stands under one key."""

    body: bytes
    """The last readable record, empty if there was none."""
    opaque: bytes | None = None
    """Newer bytes that nobody can read, none perhaps."""

    @property
    def version(self) -> int:
        return int(decode_prefix(self.body)["version"]) if self.body else 0

    @property
    def ended(self) -> bool:
        return bool(self.body) and decode_prefix(self.body)["status"] >= ENDED_FROM

    @property
    def live(self) -> bool:
        """Whether it is somebody's, and not of a canary."""
        return (
            bool(self.body) and self.opaque is None and not self.ended and not decode_prefix(self.body)["record_class"]
        )


@dataclass
class Recounted:
    """One partition of a list."""

    standing: dict[bytes, Standing] = field(default_factory=dict)

    def take(self, one: Written, genuine: Genuine) -> None:
        """Take the next record of the partition."""
        key = one.key
        if one.value is None:
            self._null(key)
            return
        if one.framed in {"barrier", "court-checkpoint"}:
            return
        prefix = prefix_of(one.body) if one.framed == "list-record" else None
        if prefix is not None and key and prefix["entry_id"] == key and prefix["version"] >= 1:
            self._record(key, one.body, genuine)
        elif key and not key.startswith((b"barrier/", b"checkpoint/")) and len(key) <= 500:
            self._unreadable(key, one.value)

    def _null(self, key: bytes | None) -> None:
        before = self.standing.get(key or b"")
        if key and before is not None and before.ended and before.opaque is None:
            del self.standing[key]

    def _record(self, key: bytes, body: bytes, genuine: Genuine) -> None:
        before, new = self.standing.get(key), Standing(body)
        if before is None or (genuine(body) and _replaces(new, before, genuine)):
            self.standing[key] = new

    def _unreadable(self, key: bytes, value: bytes) -> None:
        before = self.standing.get(key)
        self.standing[key] = Standing(before.body if before else b"", value)

    def digest(self) -> bytes:
        """The digest a notary would sign."""
        digest = SetDigest()
        digest.update([_leaf(entry_id, stands) for entry_id, stands in self.standing.items()])
        return digest.value()

    def snapshot(self) -> tuple[bytes, int]:
        """The Merkle root over the live entries, and how many they are."""
        leaves = [_leaf(entry_id, stands) for entry_id, stands in sorted(self.standing.items()) if stands.live]
        return mth(leaves), len(leaves)

    def index(self) -> dict[bytes, set[bytes]]:
        """Which entries a surrogate leads to; an unreadable record leads where the last readable one did."""
        found: dict[bytes, set[bytes]] = {}
        for entry_id, stands in self.standing.items():
            if stands.body and not stands.ended:
                for identity in _identities(stands.body):
                    found.setdefault(identity, set()).add(entry_id)
        return found


def _replaces(new: Standing, before: Standing, genuine: Genuine) -> bool:
    """Whether a genuine record stands over what is there: a higher version, or the same where what is there is worth nothing."""
    if new.version != before.version:
        return new.version > before.version
    return before.opaque is not None or (new.body[72:] != before.body[72:] and not genuine(before.body))


def _leaf(entry_id: bytes, stands: Standing) -> bytes:
    if stands.opaque is not None:
        return leaf(entry_id, -1, -1, bytes(72) + stands.opaque)
    return leaf(entry_id, stands.version, decode_prefix(stands.body)["status"], stands.body)


def _identities(body: bytes) -> Iterable[bytes]:
    try:
        return [each["surrogate"] for each in decode_prefix(body)["identities"]]
    except Undecodable:
        return []
