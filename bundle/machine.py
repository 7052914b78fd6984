"""What a bundle needs of the machine it is installed on, read off its wheels."""

import platform
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

_OLD_NAMES = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
"""The minor version of glibc 2 that these stand for."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine; the installer compares it with the one it runs on."""

    python: str
    """Such as 3.11; wheels with machine code are for exactly one."""
    system: str
    machine: str
    glibc: str | None
    """The oldest that will do, where the system has one."""


def needed(wheels: Path) -> Machine:
    """Find what the wheels in a folder ask for; they were chosen for this system."""
    minors = [minor for wheel in wheels.glob("*.whl") if (minor := _glibc_minor(wheel)) is not None]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Machine(python, sys.platform, platform.machine(), f"2.{max(minors)}" if minors else None)


def manylinux(minor: int) -> list[str]:
    """Name every platform whose wheels run with glibc 2.`minor` on this kind of processor."""
    return [f"manylinux_2_{each}_{platform.machine()}" for each in range(minor, 4, -1)]


def _glibc_minor(wheel: Path) -> int | None:
    platforms = {tag.platform for tag in parse_wheel_filename(wheel.name)[3]}
    if any(one.startswith("linux_") for one in platforms):
        return _linked_minor(wheel)
    found = [int(one.split("_")[2]) for one in platforms if one.startswith("manylinux_2_")]
    found += [_OLD_NAMES[old] for one in platforms if (old := one.partition("_")[0]) in _OLD_NAMES]
    return min(found, default=None)


def _linked_minor(wheel: Path) -> int | None:
    """Return the glibc that extension modules built on this machine were linked with, symbol by symbol."""
    with zipfile.ZipFile(wheel) as archive:
        return max(
            (minor for name in archive.namelist() if name.endswith(".so") for minor in _symbols(archive.read(name))),
            default=None,
        )


def _symbols(library: bytes) -> Iterable[int]:
    return (int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", library))
