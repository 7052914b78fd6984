"""One archive with everything: it installs and plays the demo on a machine without network.

`python -m liandong.bundle.archive [--glibc 2.28]` writes dist/liandong-bundle-VERSION.tar.gz and its checksum. On Linux the
wheels are chosen to run with that glibc and newer ones.
"""

import argparse
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict
from pathlib import Path

from packaging.utils import parse_wheel_filename

from .. import __version__
from ..topics.embedded.runtime import KAFKA_VERSION
from .jars import jars
from .machine import manylinux, needed
from .materials import materials
from .parts import DEMO, ROOT

NAME = f"liandong-bundle-{__version__}"
ARCHIVE = ROOT / "dist" / f"{NAME}.tar.gz"
GLIBC = "2.28"
"""Of the older distributions that courts and agencies still run."""
INSTALLER = Path(__file__).parent / "installer"
DOCUMENTS = ("README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "docs")


def fill(folder: Path, glibc: str) -> None:
    """Put everything of the bundle into an empty folder; needs the network, or a mirror of it."""
    _wheels(folder / "wheels", glibc)
    (folder / "requirements.lock").write_text(_lock(folder / "wheels"), encoding="utf-8")
    kafka = folder / f"kafka-{KAFKA_VERSION}"
    kafka.mkdir()
    for jar in jars():
        shutil.copy(jar.file, kafka)
    for name in DOCUMENTS:
        _copy(ROOT / name, folder / "documents" / name)
    (folder / f"liandong-{__version__}.cdx.json").write_text(materials(), encoding="utf-8")
    for file in sorted(INSTALLER.glob("install.*")):
        shutil.copy(file, folder)
    (folder / "install.sh").chmod(0o755)
    said = {"version": __version__, "kafka": KAFKA_VERSION, **asdict(needed(folder / "wheels"))}
    (folder / "machine.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    (folder / "SHA256SUMS").write_text(_sums(folder), encoding="utf-8")


def pack(folder: Path, archive: Path) -> None:
    """Make the archive of a filled folder, and its checksum beside it."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_name(archive.name + ".new")
    with tarfile.open(fresh, "w:gz", compresslevel=1) as tar:  # wheels and jars are compressed already
        tar.add(folder, arcname=NAME, filter=_nobodys)
    fresh.replace(archive)
    archive.with_name(archive.name + ".sha256").write_text(f"{_sha256(archive)}  {archive.name}\n", encoding="utf-8")


def _wheels(target: Path, glibc: str) -> None:
    """Collect the wheel of the product and, by the hashes of the lock, those of everything it needs."""
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", target, ROOT], check=True)
    platforms = manylinux(int(glibc.removeprefix("2."))) if platform.libc_ver()[0] == "glibc" else []
    chosen = [word for one in platforms for word in ("--platform", one)]
    wanted = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", ROOT / DEMO)
    subprocess.run([*pip, "download", *chosen, *wanted, "--dest", target], check=True)


def _lock(wheels: Path) -> str:
    """Lock exactly the wheels of the bundle, by hash."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(wheel.name)
        lines.append(f"{name}=={version} --hash=sha256:{_sha256(wheel)}\n")
    return "".join(lines)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "generators"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _sums(folder: Path) -> str:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return "".join(f"{_sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in files)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Let whoever unpacks it own it, and everybody read it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


def main() -> None:
    """Build the bundle and say where it is."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--glibc", default=GLIBC, help="the oldest it is to run with (Linux); default %(default)s")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="liandong-bundle-") as place:
        folder = Path(place) / NAME
        folder.mkdir()
        fill(folder, given.glibc)
        pack(folder, ARCHIVE)
    print(f"{ARCHIVE}  {ARCHIVE.stat().st_size / 2**20:.0f} MiB")  # noqa: T201  this is the program's output


if __name__ == "__main__":
    main()
