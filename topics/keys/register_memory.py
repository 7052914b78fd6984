"""What this machine has read of the register of keys, kept for ever: records as the root signed them, one a line.

Whoever starts takes these before the topic, so that a topic that was emptied, cut or put back to an older state undoes no
revocation and hides no key, and its lower number shows. All processes of a machine share the file: it is appended to under a
lock and never written anew, and a line that is damaged is one record less until the topic gives it again. Copies of it may
be joined line by line in any order; an older copy in its place forgets what came since, until the topic is read.
"""

import binascii
import logging
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock

from ...schemas.fingerprints import fingerprint
from ..private_files import append_private, private_folder
from ..settings import Settings

FOLDER = "register"
_FILE, _LOCK = "records.txt", ".lock"
_LOCK_SECONDS = 30.0
_LONGEST = 1 << 20
"""Characters of a line; a record has some hundred."""

logger = logging.getLogger(__name__)


class RegisterMemory:
    """The file of one machine; its owner lets one thread at a time use it."""

    def __init__(self, folder: Path) -> None:
        """Open nothing."""
        self._path = folder / _FILE
        self._lock = FileLock(folder / _LOCK, timeout=_LOCK_SECONDS)
        self._place = 0
        """How far the file has been read."""
        self._known: set[bytes] = set()
        """Of the lines that stand in it."""
        self._unkept: dict[bytes, str] = {}
        self._using = threading.Lock()
        self.failing = False
        """Whether something could not be kept."""

    def recall(self) -> list[bytes]:
        """Return the values kept so far, oldest first; whoever takes them must verify them. What cannot be read is left out."""
        with self._using:
            try:
                return list(_values(self._read_on()))
            except OSError as failed:
                self._fail(failed)
                return []

    def keep(self, values: Iterable[bytes] = ()) -> None:
        """Keep values that are not kept yet; they are on the disk when this returns, unless this is `failing`: then it
        is tried again the next time.
        """
        with self._using:
            for value in values:
                line = binascii.b2a_base64(value, newline=False).decode()
                mark = _mark(line)
                if mark not in self._known:
                    self._unkept[mark] = line
            if not self._unkept:
                return
            try:
                self._append()
            except (OSError, TimeoutError) as failed:  # filelock's own is a TimeoutError
                self._fail(failed)
            else:
                self.failing = False

    def _append(self) -> None:
        private_folder(self._path.parent)
        with self._lock:
            for line in self._read_on():  # what other processes have kept since
                self._unkept.pop(_mark(line), None)
            if self._unkept:
                append_private(self._path, "".join(f"{line}\n" for line in self._unkept.values()))
                self._known.update(self._unkept)
                self._unkept.clear()

    def _read_on(self) -> list[str]:
        """Return the lines that came since this was last done; of a file that was put back or removed, all there are."""
        if not self._path.exists():
            self._place, self._known = 0, set()
            return []
        if self._path.stat().st_size < self._place:
            self._place, self._known = 0, set()
        with self._path.open("rb") as file:
            file.seek(self._place)
            raw = file.read()
        whole = raw[: raw.rfind(b"\n") + 1]
        self._place += len(whole)
        lines = [line for line in whole.decode("ascii", "replace").splitlines() if 0 < len(line) <= _LONGEST]
        self._known.update(map(_mark, lines))
        return lines

    def _fail(self, failed: Exception) -> None:
        if not self.failing:
            logger.warning("what was read of the register of keys cannot be kept in %s: %s", self._path, failed)
        self.failing = True


def memory_of(settings: Settings) -> RegisterMemory:
    """Return what the machine of these settings has read of the register."""
    return RegisterMemory(settings.state_dir / FOLDER)


def _mark(line: str) -> bytes:
    return fingerprint(line.encode())[:16]


def _values(lines: Iterable[str]) -> Iterator[bytes]:
    for line in lines:
        try:
            yield binascii.a2b_base64(line, strict_mode=True)
        except (binascii.Error, ValueError):
            logger.warning("a line of the register that was kept is damaged; the topic gives it again")
