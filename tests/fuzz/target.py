"""A fuzz target: a function from foreign bytes to meaning, and the inputs that are kept for it.

Whatever comes in, the function returns or raises an error with a code; anything else is a crash. Crashers that were found are
kept beside the seeds, so that they are played for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from liandong.consumers.acts_db.outcomes import CommandRejected, Poison, Retry
from liandong.consumers.inbox.contents import ItemRefused
from liandong.schemas.errors import LiandongError

CORPUS = Path(__file__).parent / "corpus"
CODED = (LiandongError, Poison, Retry, CommandRejected, ItemRefused)
"""What may come out: errors with a code, and the outcomes of a message, which have one too."""


@dataclass(frozen=True)
class FuzzTarget:
    """One function, by the name of its corpus."""

    name: str
    read: Callable[[bytes], object]
    about: str
    """Whose bytes they are."""

    @property
    def folder(self) -> Path:
        """Where its inputs are kept."""
        return CORPUS / self.name

    def inputs(self) -> dict[str, bytes]:
        """What is kept, by file name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*")) if path.is_file()}

    def play(self, data: bytes) -> None:
        """Let the function read an input. Raises whatever must not come out of it."""
        try:
            self.read(data)
        except CODED as coded:
            _say(coded)


def _say(coded: Exception) -> None:
    """Whatever an error repeats of what came in can be written down."""
    assert repr(coded)
