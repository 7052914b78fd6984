"""Where tests write: in memory where the machine has plenty, since most of what they write is forced onto the disk."""

import os
import tempfile
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")  # noqa: S108  only where it is large and nobody chose another place
_NEEDED = 6 * 2**30


def session_folder() -> Path:
    """Make the folder of one test session; what its processes leave behind as temporary is in it too."""
    chosen = "TMPDIR" in os.environ or "PYTEST_DEBUG_TEMPROOT" in os.environ
    if not chosen and _has_room():
        os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(_MEMORY)
    folder = Path(tempfile.mkdtemp(prefix="liandong-tests-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else where we are root
    temporary = folder / "tmp"
    temporary.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    return folder


def _has_room() -> bool:
    """Whether a memory file system is there, with room, on a machine with memory to spare, and programs may run on it."""
    if not os.access(_MEMORY, os.W_OK) or psutil.virtual_memory().available < _NEEDED:
        return False
    found = os.statvfs(_MEMORY)
    return found.f_bavail * found.f_frsize >= _NEEDED and not found.f_flag & os.ST_NOEXEC
