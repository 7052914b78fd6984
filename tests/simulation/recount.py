"""The lists counted again from the log by a plain dictionary: what a copy of a partition must hold, byte for byte.

Written from the rules (docs/wire.md) alone, without the product's code for them: the first record under a key stands as it came;
what does not hold gives way to what does; what replaces another is its own court's and of a higher version; what cannot be
read stands only if it is signed; a null value changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from liandong.schemas.wire.codec import Undecodable, decode_prefix
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.proofs import prefix_of
from liandong.tests.worlds.jurisdiction import mth

ENDED_FROM = 3


class Judging(Protocol):
    """Who may say what, by the world's own count of keys."""

    def is_sound(self, one: Written) -> bool:
        """Whether somebody who may have signed this record, and it stands where it belongs."""

    def is_later_schema(self, one: Written) -> bool:
        """Whether a court signed these bytes that nobody can read, for where they stand."""

    def may_follow(self, court: str, successor: str) -> bool:
        """Whether a court may end what another one said."""

    def signer_of(self, body: bytes) -> str:
        """Who owns the key under a record."""

    def covered(self, one: Written) -> set[bytes]:
        """The keys whose revocation a barrier covers."""


@dataclass(frozen=True)
class Standing:
    """What stands under one key."""

    body: bytes
    """The last readable record, empty if there was none."""
    opaque: bytes | None = None
    """Newer bytes that nobody can read, none perhaps."""
    leading: bytes = field(default=b"", compare=False)
    """The body that stands, readable or not: its leading fields can be read."""
    sound: bool = field(default=False, compare=False)

    @property
    def version(self) -> int:
        return int(decode_prefix(self.leading)["version"])

    @property
    def court(self) -> str:
        return decode_prefix(self.leading)["court"]

    @property
    def record_class(self) -> int:
        return int(decode_prefix(self.leading)["record_class"])

    @property
    def ended(self) -> bool:
        return bool(self.body) and decode_prefix(self.body)["status"] >= ENDED_FROM

    @property
    def live(self) -> bool:
        """Whether it is somebody's, and not of a canary."""
        return self.sound and self.opaque is None and not self.ended and not self.record_class


@dataclass
class Recounted:
    """One partition of a list."""

    standing: dict[bytes, Standing] = field(default_factory=dict)
    revoked: set[bytes] = field(default_factory=set)
    """Keys whose revocation a barrier covers that was passed."""
    counted: list[Written] = field(default_factory=list)
    """Every record that is its court's and stands where it belongs, whether another one has taken its place or not."""

    def take(self, one: Written, judging: Judging) -> None:
        """Take the next record of the partition."""
        key = one.key
        if one.schema == "barrier" and one.body[:8] not in self.revoked:
            self.revoked |= judging.covered(one)
        if one.value is None or one.framed in {"barrier", "court-checkpoint"} or one.body[:8] in self.revoked:
            return
        prefix = prefix_of(one.body) if one.framed == "list-record" else None
        if prefix is not None and key and prefix["entry_id"] == key and prefix["version"] >= 1:
            new = Standing(one.body, None, one.body, judging.is_sound(one))
            if new.sound:
                self.counted.append(one)
            if key not in self.standing or _replaces(new, self.standing[key], judging):
                self.standing[key] = new
        elif key and not key.startswith((b"barrier/", b"checkpoint/")) and len(key) <= 500:
            self._unreadable(key, one, judging)

    def _unreadable(self, key: bytes, one: Written, judging: Judging) -> None:
        if not judging.is_later_schema(one):
            return
        before = self.standing.get(key)
        last = before.body if before and before.sound else b""
        new = Standing(last, one.value, one.body, sound=True)
        if before is None or _replaces(new, before, judging):
            self.standing[key] = new

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


def _replaces(new: Standing, before: Standing, judging: Judging) -> bool:
    """Whether a record stands over what is there."""
    if not new.sound or not before.sound:
        return new.sound
    own = new.record_class == before.record_class and judging.may_follow(before.court, judging.signer_of(new.leading))
    return own and new.version > before.version


def _leaf(entry_id: bytes, stands: Standing) -> bytes:
    if stands.opaque is not None:
        return leaf(entry_id, -1, -1, bytes(72) + stands.opaque)
    return leaf(entry_id, stands.version, decode_prefix(stands.body)["status"], stands.body)


def _identities(body: bytes) -> Iterable[bytes]:
    try:
        return [each["surrogate"] for each in decode_prefix(body)["identities"]]
    except Undecodable:
        return []
