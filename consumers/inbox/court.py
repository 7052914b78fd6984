"""The court an inbox is read as: its keys, the register of participants, and the commands it gave."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from ...schemas.wire.control import SentCommand
from ...schemas.wire.sealing import SealingKey
from ...topics.keys.keyrings import Directory
from ...topics.workers.clock import Clock


class OwnCommands(Protocol):
    """The commands this court gave."""

    def sent(self, command_id: bytes) -> SentCommand | None:
        """Return one of this court's commands, None if it never gave it."""

    def answered(self, command_id: bytes, code: str, at: int) -> None:
        """Note an agency's answer (ms UTC); the newest counts."""


@dataclass(frozen=True, slots=True)
class CourtContext:
    """As whom an inbox is read."""

    court: str
    jurisdiction: str
    sealing_keys: Iterable[SealingKey] = field(repr=False)
    """Those that are there now; erased ones are not."""
    directory: Directory = field(repr=False)
    commands: OwnCommands = field(repr=False)
    clock: Clock = field(repr=False)
    erased: Callable[[], Collection[bytes]] = field(default=tuple, repr=False)
    """Ids of the court's sealing keys that were erased, as of now."""
