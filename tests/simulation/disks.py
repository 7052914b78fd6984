"""The disk of a simulated machine: what a loss of power leaves of files that were written without waiting for the disk.

Everything else is on the disk when its write returns: SQLite with `synchronous=FULL`, the notary's tally, private files.
"""

from hashlib import sha256
from pathlib import Path

from liandong.topics.workers.chance import Chance

from . import backups
from .backups import DATA_FILE, PAGE, Backup


class Disk:
    """A machine's disk; `mortal_stores` tells it what is open and when it was flushed."""

    def __init__(self) -> None:
        self.full = False
        """Whether nothing more can be written."""
        self._boots = 1
        self.boot_id = _boot_id(self._boots)
        """Of the machine's present run; another one after every loss of power."""
        self._flushed: dict[Path, bytes] = {}
        """What the disk itself holds of every data file that is written without waiting for it."""

    def opened(self, folder: Path, *, made: bool) -> None:
        """Take note of an environment that does not flush by itself; one that was there before was flushed once."""
        path = folder / DATA_FILE
        if made:
            self._flushed[path] = b""
        elif path not in self._flushed:
            self._flushed[path] = path.read_bytes()

    def flushed(self, folder: Path) -> None:
        """Take note that the disk holds all that the system holds of an environment."""
        path = folder / DATA_FILE
        self._flushed[path] = path.read_bytes()

    def held(self, path: Path) -> bytes:
        """Return what the disk holds of a data file for sure; nothing if it was never flushed."""
        return self._flushed.get(path, b"")

    def backup(self, path: Path) -> Backup:
        """Copy a file, which may be in use."""
        return backups.copied(path)

    def restore(self, backup: Backup) -> None:
        """Put a copy in the place of a file nobody uses now."""
        backups.restore(backup)
        self._replaced(backup.path)

    def flip(self, path: Path, chance: Chance) -> int:
        """Flip a bit of a file nobody uses now, and return in which byte."""
        place = backups.flip(path, chance)
        self._replaced(path)
        return place

    def cut(self, path: Path, chance: Chance) -> int:
        """Cut a file short that nobody uses now, and return its new length."""
        length = backups.cut(path, chance)
        self._replaced(path)
        return length

    def lose_power(self, chance: Chance) -> list[Path]:
        """Leave of every file some pages as they were flushed and the others as they are; return the files that changed.

        Every process of the machine must have been killed.
        """
        self._boots += 1
        self.boot_id = _boot_id(self._boots)
        torn = [path for path in self._flushed if path.exists() and self._tear(path, chance)]
        self._flushed = {path: path.read_bytes() for path in self._flushed if path.exists()}
        return torn

    def _replaced(self, path: Path) -> None:
        if path in self._flushed:
            self._flushed[path] = path.read_bytes()

    def _tear(self, path: Path, chance: Chance) -> bool:
        before, now = self._flushed[path], path.read_bytes()
        if before == now:
            return False
        after = mixed(before, now, chance)
        path.write_bytes(after)
        return after != now


def _boot_id(boot: int) -> str:
    """As far from that of every other boot as real ones are: no bit that flips makes one of the other."""
    return sha256(str(boot).encode()).hexdigest()[:32]


def mixed(before: bytes, now: bytes, chance: Chance) -> bytes:
    """Return a file of which each page is either as it was or as it is. One that never reached the disk is missing: it reads
    as zeros, and behind the last one that did the file ends.
    """
    count = -(-max(len(before), len(now)) // PAGE)
    choices = int.from_bytes(chance.raw(-(-count // 8)), "big")
    pages, end = [], 0
    for number in range(count):
        place = number * PAGE
        page = (now if choices >> number & 1 else before)[place : place + PAGE]
        end = place + len(page) if page else end
        pages.append(page.ljust(PAGE, b"\0"))
    return b"".join(pages)[:end]
