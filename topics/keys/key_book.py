"""The public side of a participant's keys: which it has and had, since when, until when.

The private files are the truth about which key is current; the book follows them, so that a crash between the two
heals at the next look.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ...schemas.files.plain_yaml import own_yaml
from ...schemas.law.retention import Period
from ...schemas.phrases import Phrase
from ...schemas.wire.intl import INTL
from ...schemas.wire.suites import key_id
from ..private_files import write_private
from .key_files import KeyFileBroken, StoredKey

Use = Literal["sign", "seal"]
GRACE_MS = 31 * 86_400_000
"""How long after its period a sealing key goes on being used while its owner has none for the period that came: losing
the content is worse. What is sealed to it then is erased that much later."""


class KeyEntry(BaseModel):
    """One public key; times in ms UTC, 0 = open or not revoked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Use
    suite: str = INTL
    public_key: str = Field(pattern=r"^(?:[0-9a-f]{2})*$")
    """Hexadecimal."""
    retention: str = ""
    """Of a sealing key: what is sealed to it (schemas/law/retention.py)."""
    period: str = ""
    """Of a sealing key: the month in which that is."""
    valid_from: int
    valid_until: int = 0
    revoked_at: int = 0

    @property
    def key_id(self) -> bytes:
        """First eight bytes of the suite's hash of the public key."""
        return key_id(bytes.fromhex(self.public_key), self.suite)

    def usable_at(self, at: int) -> bool:
        """Return whether it is valid at an instant, ms UTC."""
        ends = [end for end in (self.valid_until, self.revoked_at) if end]
        return at >= self.valid_from and not any(at >= end for end in ends)

    def ended(self, at: int, *, compromised: bool) -> "KeyEntry":
        """Return the same key, not valid from `at` on; ends that were set earlier stay."""
        if compromised:
            return self if self.revoked_at else self.model_copy(update={"revoked_at": at})
        if self.valid_until and self.valid_until <= at:
            return self
        return self.model_copy(update={"valid_until": at})

    def ended_as(self, valid_until: int, revoked_at: int) -> "KeyEntry":
        """Return the same key with the earlier of its ends and of these, 0 = open."""
        ends = {
            "valid_until": min(filter(None, (self.valid_until, valid_until)), default=0),
            "revoked_at": min(filter(None, (self.revoked_at, revoked_at)), default=0),
        }
        return self.model_copy(update=ends)


_Entries = TypeAdapter(list[KeyEntry])


class KeyBook:
    """`keys.yaml` of one participant; entries are never removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> list[KeyEntry]:
        """Return all keys, oldest first. Raises KEY_FILE_BROKEN."""
        if not self._path.exists():
            return []
        try:
            return _Entries.validate_python(own_yaml(self._path.read_bytes()))
        except ValueError as broken:  # pydantic's errors are
            raise KeyFileBroken(self._path, Phrase("no list of public keys", "不是公钥清单")) from broken

    def note_signing(self, new: KeyEntry, overlap: int = 0) -> None:
        """Make this signing key the current one unless it is known; others end `overlap` ms after it begins.

        It begins behind every one that has begun: how high a version may be hangs on that (docs/wire.md). One that a clock ahead
        of its time has made holds it back no further.
        """
        entries = self.entries()
        if any((entry.suite, entry.public_key) == (new.suite, new.public_key) for entry in entries):
            return
        begun = [one.valid_from for one in entries if one.use == "sign" and one.valid_from <= new.valid_from]
        new = new.model_copy(update={"valid_from": max([new.valid_from, *(at + 1 for at in begun)])})
        end = new.valid_from + overlap
        closed = [one.ended(end, compromised=False) if one.use == "sign" else one for one in entries]
        self._write([*closed, new])

    def note_sealing(self, keys: Iterable[tuple[str, Period, StoredKey]], now: int, overlap: int) -> None:
        """Enter sealing keys (retention, period, public key) that are not in the book yet.

        Each takes the place of those of its retention kind and period, and of those of earlier periods that are used beyond
        theirs; they end after `overlap` ms. Without one of a later period a key is good for the grace beyond its own.
        """
        entries = self.entries()
        known = {(entry.suite, entry.public_key) for entry in entries}
        new = [
            KeyEntry(
                use="seal",
                suite=key.suite,
                public_key=key.raw.hex(),
                retention=retention,
                period=str(period),
                valid_from=max(period.start, now),
                valid_until=period.end + GRACE_MS,
            )
            for retention, period, key in keys
            if (key.suite, key.raw.hex()) not in known
        ]
        if new:
            newest: dict[str, str] = {}
            for one in (*entries, *new):
                newest[one.retention] = max(newest.get(one.retention, ""), one.period)
            replaced = {(one.retention, one.period) for one in new}
            kept = [
                one.ended(now + overlap, compromised=False) if (one.retention, one.period) in replaced else one
                for one in entries
            ]
            self._write([_within_period(one, newest, now + overlap) for one in (*kept, *new)])

    def end(self, at: int, *, compromised: bool, but: frozenset[bytes] = frozenset()) -> None:
        """End all keys, except those with these ids."""
        self._write([one if one.key_id in but else one.ended(at, compromised=compromised) for one in self.entries()])

    def enter(self, new: Iterable[KeyEntry]) -> None:
        """Enter keys of which this book lacks all but what the topic says."""
        self._write(sorted([*self.entries(), *new], key=lambda one: one.valid_from))

    def take_ends(self, ends: Callable[[bytes], tuple[int, int]]) -> None:
        """Take over what is known elsewhere of each key by its id: until when it is valid and when it was revoked, 0 = open.

        The earlier of two ends counts.
        """
        entries = self.entries()
        after = [one.ended_as(*ends(one.key_id)) for one in entries]
        if after != entries:
            self._write(after)

    def _write(self, entries: list[KeyEntry]) -> None:
        write_private(self._path, yaml.safe_dump(_Entries.dump_python(entries), sort_keys=False))


def _within_period(entry: KeyEntry, newest: dict[str, str], soonest: int) -> KeyEntry:
    """End a sealing key with its period if there is a later one, but not before `soonest` (ms UTC)."""
    period = Period.parse(entry.period)
    if entry.use != "seal" or period is None or entry.period >= newest[entry.retention]:
        return entry
    return entry.ended(max(period.end, soonest), compromised=False)
