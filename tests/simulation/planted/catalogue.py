"""What `bugs.yaml` says of every planted bug, and the patches beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

HERE = Path(__file__).parent
_TOUCHED = re.compile(r"^\+\+\+ b/(\S+)$", re.MULTILINE)


class PlantedBug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table."""

    number: int
    name: str
    file: str
    """The one its patch changes."""
    safeguard: str
    """What the patch drops."""
    breaks: tuple[str, ...]
    """Parts of what a broken promise may say; a world that breaks another one does not count."""
    attacks: tuple[str, ...] | None = ()
    """What the adversary does besides, by the names of `worlds.ATTACKS`; null: whatever they do in a regular run."""
    steps: int = 100
    """Of a world."""

    @property
    def patch(self) -> Path:
        """The patch, as `git apply` takes it."""
        return HERE / f"{self.number:02}-{self.name}.patch"

    def touched(self) -> list[str]:
        """Return the files the patch changes."""
        return _TOUCHED.findall(self.patch.read_text(encoding="utf-8"))

    def explains(self, broken: str) -> bool:
        """Return whether a broken promise is one this bug should break."""
        return any(part in broken for part in self.breaks)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the worlds made of one bug."""

    bug: PlantedBug
    worlds: int
    """So many were run."""
    seed: int | None
    """Of the world that found it."""
    promise: str = ""
    others: Sequence[str] = ()
    """What broke without counting: another promise, or a seed that breaks without the bug."""

    def row(self) -> str:
        """Return its row in `found.md`."""
        seed = "**not found**" if self.seed is None else str(self.seed)
        promise = self.promise.partition("\n")[0]  # what a library says of itself behind that differs from run to run
        return f"| {self.bug.number} | {self.bug.name} | {self.bug.safeguard} | {seed} | {self.worlds} | {promise} |"


HEAD = "| | bug | the safeguard it drops | seed | worlds | promise that broke |\n|---|---|---|---|---|---|"


def catalogue() -> list[PlantedBug]:
    """Return all planted bugs."""
    rows = yaml.safe_load((HERE / "bugs.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(rows, list[PlantedBug])
