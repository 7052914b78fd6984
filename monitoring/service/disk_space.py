"""Whether the disks are full under what this machine keeps: registers, acts, inboxes, tallies and evidence."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...topics.settings import Settings

LEAST_BYTES = 1 << 20
"""With less than this a database can end no transaction."""
_STORES = ("publisher", "courts/*", "agencies/*", "monitoring", "register")
"""Below the state directory: each may be a disk of its own."""


def free_bytes(folder: Path) -> int:
    """Return how much room there is on the disk of a folder."""
    return shutil.disk_usage(folder).free


def full_places(settings: Settings, free: Callable[[Path], int] = free_bytes) -> list[str]:
    """List the full disks under stores, each by the first folder on it; those that cannot be looked at are none."""
    full: dict[int, str] = {}
    for pattern in _STORES:
        for folder in sorted(settings.state_dir.glob(pattern)):
            with suppress(OSError):
                if free(folder) < LEAST_BYTES:
                    full.setdefault(folder.stat().st_dev, str(folder))
    return list(full.values())
