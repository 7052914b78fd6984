"""Where tests write: in memory where the machine has plenty, since most of what they write is forced onto the disk."""

import os
import tempfile
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")  # noqa: S108  only where it is large and nobody chose another place
_NEEDED = 6 * 2**30


def write_in_memory() -> None:
    """Choose this machine's memory file system for this session and its processes, if there is room and programs may run there."""
    if "TMPDIR" in os.environ or "PYTEST_DEBUG_TEMPROOT" in os.environ or not _has_room():
        return
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(_MEMORY)


def _has_room() -> bool:
    if not os.access(_MEMORY, os.W_OK) or psutil.virtual_memory().available < _NEEDED:
        return False
    found = os.statvfs(_MEMORY)
    return found.f_bavail * found.f_frsize >= _NEEDED and not found.f_flag & os.ST_NOEXEC
