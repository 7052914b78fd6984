"""The public side of a participant's keys: which it has and had, since when, until when.

The private files are the truth about which key is current; the book follows them, so that a crash between the two
heals at the next look.
"""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from ...schemas.wire.intl import INTL
from ...schemas.wire.suites import key_id
from ..private_files import write_private

Use = Literal["sign", "seal"]


class KeyEntry(BaseModel):
    """One public key; times in ms UTC, 0 = open or not revoked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Use
    suite: str = INTL
    public_key: str
    """Hexadecimal."""
    valid_from: int
    valid_until: int = 0
    revoked_at: int = 0

    @property
    def key_id(self) -> bytes:
        """First eight bytes of the suite's hash of the public key."""
        return key_id(bytes.fromhex(self.public_key), self.suite)

    def ended(self, at: int, *, compromised: bool) -> "KeyEntry":
        """Return the same key, not valid from `at` on; ends that were set earlier stay."""
        if compromised:
            return self if self.revoked_at else self.model_copy(update={"revoked_at": at})
        if self.valid_until and self.valid_until <= at:
            return self
        return self.model_copy(update={"valid_until": at})


_Entries = TypeAdapter(list[KeyEntry])


class KeyBook:
    """`keys.yaml` of one participant; entries are never removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> list[KeyEntry]:
        """Return all keys, oldest first."""
        if not self._path.exists():
            return []
        return _Entries.validate_python(yaml.safe_load(self._path.read_text(encoding="utf-8")))

    def note(self, new: KeyEntry, overlap: int = 0) -> None:
        """Make this key the current one for its use unless it is known; others end `overlap` ms after it begins."""
        entries, end = self.entries(), new.valid_from + overlap
        if any((entry.suite, entry.public_key) == (new.suite, new.public_key) for entry in entries):
            return
        closed = [one.ended(end, compromised=False) if one.use == new.use else one for one in entries]
        self._write([*closed, new])

    def end(self, at: int, *, compromised: bool, but: frozenset[bytes] = frozenset()) -> None:
        """End all keys, except those with these ids."""
        self._write([one if one.key_id in but else one.ended(at, compromised=compromised) for one in self.entries()])

    def _write(self, entries: list[KeyEntry]) -> None:
        write_private(self._path, yaml.safe_dump(_Entries.dump_python(entries), sort_keys=False))
