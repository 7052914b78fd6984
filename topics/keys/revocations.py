"""The root's own records that revoke keys, as barriers show them: what one covers is told from its bytes, by the root's word.

An offset in the topic of keys could not say that: where the topic was made again, or compacted, another record stands there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...schemas.phrases import Phrase
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import KEY_ID_LENGTH


class Revocation(NamedTuple):
    """What a record of the root says that revokes a key."""

    key_id: bytes
    revoked_at: int
    """ms UTC."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Revocation":
        """Return what a record of a key says. Raises SignatureInvalid if it revokes none."""
        if not record["revoked_at"]:
            raise SignatureInvalid(Phrase("it shows a record that revokes no key", "所示记录没有吊销任何密钥"))
        return cls(bytes(record["key_id"]), record["revoked_at"])


class RevokingRecords:
    """The records read so far that revoke a key: their values, and where the first of each key stands on the topic."""

    def __init__(self) -> None:
        self._values: dict[bytes, dict[bytes, tuple[int, bytes]]] = {}
        """By key and the root that signed: since when it is revoked, ms UTC, and the record, framed."""
        self._first_at: dict[bytes, int] = {}
        """By key, the offset of the first record that revokes it."""

    def begin_anew(self) -> None:
        """Forget where records stand: it is another topic. What they say stays."""
        self._first_at = {}

    def keep(self, record: Mapping[str, Any], root_id: bytes, value: bytes) -> None:
        """Keep the value of a record of a key if it revokes it, as of the earliest instant that this root said."""
        if record["revoked_at"]:
            by_root = self._values.setdefault(bytes(record["key_id"]), {})
            by_root[root_id] = min((record["revoked_at"], value), by_root.get(root_id, (record["revoked_at"], value)))

    def place(self, record: Mapping[str, Any], offset: int) -> None:
        """Note where a record that itself revokes a key stands: what is known from before stands nowhere on this topic."""
        if record["revoked_at"]:
            key_id = bytes(record["key_id"])
            self._first_at[key_id] = min(offset, self._first_at.get(key_id, offset))

    def below(self, offset: int) -> list[bytes]:
        """Return the ids of the keys whose revocation stands below an offset."""
        return [key_id for key_id, first in list(self._first_at.items()) if first < offset]

    def shown(self, key_ids: Iterable[bytes], root_id: bytes, at: int) -> dict[bytes, bytes]:
        """Return by key the record that revokes it as of an instant (ms UTC) or earlier: the given root's, else one's before it."""
        found: dict[bytes, bytes] = {}
        for key_id in key_ids:
            by_root = self._values.get(key_id, {})
            said = [by_root[root_id]] if root_id in by_root else sorted(by_root.values())
            if said and said[0][0] <= at:
                found[key_id] = said[0][1]
        return found


def signer_of(body: bytes) -> bytes:
    """Return the id of the key under a body."""
    return body[:KEY_ID_LENGTH]
