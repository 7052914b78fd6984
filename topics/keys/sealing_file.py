"""The private sealing keys of a participant: one file, a line each, in which an erased key is overwritten where it stood.

A line is `retention period key-id seed`, the seed with its suite as in other key files (`key_files`). New keys are appended
and no line ever moves, so that no second copy of a seed is left in blocks that were freed. What does not belong to its key id, an overwritten seed or one a crash tore, is no key.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...schemas.phrases import Phrase
from ...schemas.wire.intl import INTL
from ...schemas.wire.sealing import SealingKey
from ...schemas.wire.suites import find_suite
from ..private_files import private_in_place, write_private
from .key_files import KeyFileMissing, StoredKey

_LINE = re.compile(rb"([a-z]+) ([0-9]{4}-[0-9]{2}) ([0-9a-f]{16}) (?:([^ :\n]+):)?([0-9a-f]{64})\n")
_OVERWRITTEN = "0" * 64


@dataclass(frozen=True, slots=True)
class PeriodKey:
    """A line of the file."""

    retention: str
    period: str
    key_id: bytes
    suite: str
    erased: bool
    key: SealingKey | None = field(repr=False)
    """None once it was erased, and if its suite is not known here."""
    seed_at: int = field(repr=False)
    """Where its seed stands in the file."""


class SealingFile:
    """`sealing.key` of one participant. Iterating gives the keys that are there now, newest first: it looks at the file
    again whenever that has changed, so a running process learns of renewed keys and forgets erased ones.
    """

    def __init__(self, path: Path) -> None:
        """Open nothing; a file that is missing holds no keys."""
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._lines: Sequence[PeriodKey] = ()

    def __iter__(self) -> Iterator[SealingKey]:
        """Give all keys that can open something."""
        return (line.key for line in reversed(self.lines()) if line.key is not None)

    def lines(self) -> Sequence[PeriodKey]:
        """Return what stands in the file, erased keys included, oldest first."""
        try:
            stat = self.path.stat()
            seen = stat.st_ino, stat.st_size, stat.st_mtime_ns
            if seen != self._seen:
                self._lines = _parsed(self.path.read_bytes())
                self._seen = seen
        except FileNotFoundError:
            self._seen, self._lines = None, ()
        return self._lines

    def were_erased(self, key_ids: Iterable[bytes]) -> bool:
        """Return whether all of these keys stand here as erased; of one that is missing, because its file was lost, it is not known."""
        return {line.key_id for line in self.lines() if line.erased}.issuperset(key_ids)

    def opening(self, retention: str) -> list[SealingKey]:
        """Return the keys that open what is kept as `retention`. Raises KEY_FILE_MISSING if there is none."""
        keys = [line.key for line in self.lines() if line.retention == retention and line.key is not None]
        if not keys:
            raise KeyFileMissing(self.path, Phrase(f"no sealing key for {retention}", f"没有 {retention} 类的密封密钥"))
        return keys

    def newest(self, retention: str, period: str) -> SealingKey | None:
        """Return the key of a retention kind for a period, else that of the newest period before it; None without any."""
        usable = [line for line in self.lines() if line.retention == retention and line.period <= period and line.key]
        return max(reversed(usable), key=lambda line: line.period).key if usable else None

    def add(self, seeds: Sequence[tuple[str, str, StoredKey]]) -> None:
        """Append new keys (retention, period, seed); on the disk when this returns."""
        text = b"".join(
            f"{retention} {period} {SealingKey(*seed).key_id.hex()} {seed}\n".encode()
            for retention, period, seed in seeds
        )
        if not text:
            return
        if not self.path.exists():
            write_private(self.path, text)
            return
        with private_in_place(self.path) as file:
            content = file.read()
            file.write(text if content.endswith(b"\n") or not content else b"\n" + text)
        self._seen = None

    def overwrite(self, lines: Sequence[PeriodKey]) -> None:
        """Destroy the seeds of these lines; on the disk when this returns. Doing it again changes nothing."""
        with private_in_place(self.path) as file:
            for line in lines:
                file.seek(line.seed_at)
                file.write(_OVERWRITTEN.encode())
        self._seen = None


def _parsed(content: bytes) -> Sequence[PeriodKey]:
    return [_line(found) for found in _LINE.finditer(content)]


def _line(found: re.Match[bytes]) -> PeriodKey:
    retention, period, id_, suite, seed = (part.decode() for part in found.groups(INTL.encode()))
    erased = seed == _OVERWRITTEN
    key = None if erased or find_suite(suite) is None else SealingKey(bytes.fromhex(seed), suite)
    if key is not None and key.key_id.hex() != id_:
        key = None
    return PeriodKey(retention, period, bytes.fromhex(id_), suite, erased, key, found.start(5))
