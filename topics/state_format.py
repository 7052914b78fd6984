"""What a newer release left is refused, never guessed at.

Databases and the stores of lists and tallies hold a number of their own. For everything else in a state directory (keys, tokens,
tiles) it is the file `format`: a release that can no longer be followed by this one writes there the number an earlier one needs.
"""

from pathlib import Path
from typing import ClassVar

from ..schemas.problems import BilingualError, Text

STATE_FORMAT = 1
"""Of a state directory; one without the file is of this number."""


class StateNewer(BilingualError):
    """What is kept here was written by a newer release."""

    texts: ClassVar[dict[str, Text]] = {
        "STATE_NEWER": Text(
            "{where} has format {found}, and this release knows formats up to {known}",
            "start the newer release again, or see docs/upgrading.md: to go back, put back the backup made before the upgrade",
            "{where} 的格式为 {found}，而本版本只认识到 {known}",
            "请重新启动较新的版本；若要退回，请参阅 docs/upgrading.md，恢复升级前所做的备份",
        )
    }

    def __init__(self, where: object, found: int, known: int) -> None:
        """Take in `where` nothing secret."""
        super().__init__("STATE_NEWER", where=str(where), found=str(found), known=str(known))


def require_known_state(folder: Path) -> None:
    """Refuse the state directory of a release this one cannot follow. Raises STATE_NEWER."""
    try:
        words = (folder / "format").read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return
    if words and words[0].isdecimal() and int(words[0]) > STATE_FORMAT:
        raise StateNewer(folder, int(words[0]), STATE_FORMAT)
