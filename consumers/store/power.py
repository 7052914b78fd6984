"""What a loss of power may have spoilt, and what must outlast it.

The list is written without waiting for the disk, which is waited for at barriers (`ListStore.sync`). While the machine runs
nothing is lost by that, whichever process dies: the system holds what was written. After a loss of power pages may be missing
in any order, and LMDB could not tell. So a file beside the store names the boot of the machine since which it is written;
found after another boot, the copy is made again from the log. What the log does not give again, the highest head ever
trusted and the receipts not yet handed on, stands in a file of its own, written whole at every sync, and when a whole copy is opened
that has other rows than the file.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import psutil
import structlog

from ...schemas.fingerprints import fingerprint
from ...topics.private_files import write_private
from ...topics.storage.mapped import checksum
from .errors import TrustDamaged

_log = structlog.get_logger(__name__)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_DAMAGED = b"damaged"
_STORE_FILES = ("data.mdb", "lock.mdb")
_TRUSTED = b"liandong-trusted-1\n"
"""What the file of trusted rows begins with, before a fingerprint of the rest; one without it is of an older release."""
_HASH = 32
KeptRows = list[tuple[bytes, bytes]]


def boot_id() -> str:
    """Return an id of the machine's present run: Linux's own, elsewhere the time of the boot."""
    if _BOOT_ID.exists():
        return _BOOT_ID.read_text(encoding="ascii").strip()
    return str(int(psutil.boot_time()))


class PowerMark:
    """The file beside a store that says since which boot of the machine it is written,
    and the one with what must outlast it.
    """

    def __init__(self, folder: Path, boot: str) -> None:
        """Take the store's folder, and the id of the machine's present run."""
        self._folder = folder
        self._boot = boot
        self._mark = folder / "written-since-boot"
        self.trusted = folder / "trusted"
        """What must outlast the store."""
        self._seal = folder / "sealed"

    def spoilt(self) -> bool:
        """Return whether the machine went down while the store was written, its files were found damaged, or are not
        those that were closed last.
        """
        if self._mark.exists():
            return self._mark.read_bytes() != self._boot.encode()
        return self._seal.exists() and self._seal.read_bytes() != checksum(self._folder)

    def spoil(self) -> None:
        """Note that the store is damaged: the next start makes it again."""
        write_private(self._mark, _DAMAGED)

    def discard(self) -> None:
        """Remove the store's files; `begin` must follow once what is trusted stands in the new ones."""
        self.spoil()
        for name in _STORE_FILES:
            (self._folder / name).unlink(missing_ok=True)

    def begin(self) -> None:
        """Note that the store is being written: from here on a loss of power spoils it."""
        write_private(self._mark, self._boot.encode())

    def end(self) -> None:
        """Note that all of the store is on the disk and nothing more is written, and what its file is then."""
        if not self.spoilt():
            write_private(self._seal, checksum(self._folder))
            self._mark.unlink(missing_ok=True)

    def keep(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Write the rows that must outlast the store; they are on the disk when this returns."""
        content = msgspec.msgpack.encode(list(rows))
        write_private(self.trusted, _TRUSTED + fingerprint(content) + content)

    def keeps(self, rows: KeptRows) -> bool:
        """Return whether these are the rows written last."""
        try:
            return self.kept_rows() == rows
        except TrustDamaged as damaged:
            _log.warning("what must outlast the copy is damaged", reason=damaged.message)
            return False

    def kept_rows(self) -> KeptRows:
        """Return the rows written last; none if the machine went down before the first sync. Raises TRUST_DAMAGED."""
        if not self.trusted.exists():
            return []
        raw = self.trusted.read_bytes()
        content = raw
        if raw.startswith(_TRUSTED):
            content = raw[len(_TRUSTED) + _HASH :]
            if fingerprint(content) != raw[len(_TRUSTED) :][:_HASH]:
                raise TrustDamaged(self.trusted)
        try:
            return msgspec.msgpack.decode(content, type=KeptRows)
        except msgspec.DecodeError as damaged:
            raise TrustDamaged(self.trusted) from damaged
