"""The keys that records of the register tell of, each with the earliest of its ends, and the hash over all of them."""

from collections.abc import Mapping
from typing import Any

from ...schemas.wire.key_register import register_hash

Record = Mapping[str, Any]


class RegisterContent:
    """What some records of `participant-key` come to, in whatever order they came."""

    def __init__(self) -> None:
        self._records: dict[bytes, Record] = {}
        self._hash: tuple[str, bytes] | None = None
        """The suite it was made with, and the hash; None when it has to be made again."""

    def __len__(self) -> int:
        return len(self._records)

    def take(self, record: Record) -> None:
        """Take a record: the last of a key counts, with the earliest of all its ends."""
        known = self._records.get(record["key_id"])
        if known is not None:
            ends = {name: earlier(known[name], record[name]) for name in ("valid_until", "revoked_at")}
            record = {**record, **ends}
        if record != known:
            self._records[record["key_id"]], self._hash = record, None

    def hash(self, suite: str) -> bytes:
        """Return the hash over all keys, of the suite of the root that counts."""
        if self._hash is None or self._hash[0] != suite:
            self._hash = suite, register_hash(self._records.values(), suite)
        return self._hash[1]


def earlier(one: int, other: int) -> int:
    """Return the earlier of two instants, 0 = never."""
    return min(filter(None, (one, other)), default=0)
