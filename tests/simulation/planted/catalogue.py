"""What `bugs.yaml` says of every planted bug, and the patches beside it."""

import re
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
    """What comes often besides, by the names of `worlds.ATTACKS`; null: whatever the adversary does in a regular run."""
    steps: int = 100
    """Of a world."""
    story: str = ""
    """The title of one that is played before worlds are run: what it is about they come to seldom."""

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


def catalogue() -> list[PlantedBug]:
    """Return all planted bugs."""
    rows = yaml.safe_load((HERE / "bugs.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(rows, list[PlantedBug])
