"""A tree of the product with a patch applied, and worlds run in it by a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NamedTuple, Self

from liandong.tests.simulation.planted.catalogue import PlantedBug
from liandong.tests.simulation.running import MEMORY

ROOT = Path(__file__).resolve().parents[3]
_LEFT_OUT = (".*", "*.so", "build", "dist", "bench", "bundle", "containers", "docs", "broker")
PACKAGE = "liandong"
APPLY = ("git", "apply", "-C1", "--recount")
"""One line of context on each side is enough: what stands around a safeguard may change."""


class PatchOutOfDate(Exception):
    """A patch that does not apply any more: the safeguard moved, and the patch has to follow."""

    def __init__(self, patch: Path, said: str) -> None:
        super().__init__(f"{patch.name} does not apply any more: {said.strip()}")


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Give the folder in which a package `liandong` lies, a copy of this tree: who works on it meanwhile changes no world."""
    with _folder() as folder:
        shutil.copytree(ROOT, folder / PACKAGE, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        yield folder


@contextmanager
def patched_tree(sound: Path, bug: PlantedBug) -> Iterator[Path]:
    """Give a folder like `sound` with a patch applied; all but the patched file is linked. Raises PatchOutOfDate."""
    with _folder() as folder:
        _link(sound / PACKAGE, folder / PACKAGE, Path(bug.file).parts)
        apply(bug.patch, folder / PACKAGE)
        yield folder


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def _link(source: Path, target: Path, own: Sequence[str]) -> None:
    """Link what is in a folder, but for the file at the end of the path `own`, which is copied."""
    target.mkdir()
    for entry in source.iterdir():
        if (
            entry.name != own[0] and entry.name != "__pycache__"
        ):  # what is compiled here is compiled from the patched file
            (target / entry.name).symlink_to(entry)
    if len(own) > 1:
        _link(source / own[0], target / own[0], own[1:])
    elif (source / own[0]).exists():
        shutil.copy2(source / own[0], target / own[0])


def apply(patch: Path, tree: Path, *options: str) -> None:
    """Apply a patch to a tree. Raises PatchOutOfDate."""
    applied = subprocess.run([*APPLY, *options, str(patch)], cwd=tree, capture_output=True, text=True, check=False)
    if applied.returncode:
        raise PatchOutOfDate(patch, applied.stderr)


class World(NamedTuple):
    """Which world is asked for."""

    seed: int
    steps: int
    attacks: tuple[str, ...] | None
    story: str = ""
    """Its title, if it is played instead."""

    def line(self) -> str:
        """Return it as `worlds.py` takes it."""
        return json.dumps(self)


class Worlds:
    """Runs worlds of one tree, one at a time, in a process that is started again if a world ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[World, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end()

    def broken(self, world: World) -> str:
        """Run a world; return which promise broke, empty if all held."""
        if world not in self._known:
            self._known[world] = self._run(world)
        return self._known[world]

    def _run(self, world: World) -> str:
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(world.line() + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            self._end()
            return f"the world ended its process with {process.returncode}"
        return str(json.loads(answer)["broken"])

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "liandong.tests.simulation.planted.worlds"]
        environment = {**os.environ, "PYTHONPATH": str(self._folder)}
        return subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
