"""What can happen to a file while nobody uses it, and which of it the product promises to survive today.

`HELD` is what worlds draw. What is not in it and is no key breaks a promise today: `stories_machines` has it, or it is told apart by
nothing (a bit in a file without checksums).
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from random import Random
from typing import TYPE_CHECKING

from liandong.tests.simulation.backups import DATA_FILE, Backup, settle
from liandong.tests.simulation.stores import KEY_FILES, TRUSTED, Store
from liandong.tests.worlds.chance import SeededChance

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


class Harm(Enum):
    """What becomes of a file."""

    OLDER = "is an older one"
    FLIPPED = "has a bit flipped"
    CUT = "is cut short"
    EMPTIED = "is emptied"


class End(Enum):
    """How the process that uses the file ended before."""

    STOPPED = "is stopped"
    KILLED = "is killed"
    POWERLESS = "loses power with its machine"


_ANYHOW = tuple(End)
_MARKED = (End.STOPPED, End.POWERLESS)
"""Ends after which a copy of the lists is told from one that is not whole: it was sealed, or another boot wrote it."""
_RUNNING = (End.STOPPED, End.KILLED)
_COPY = {Harm.OLDER: _MARKED, Harm.FLIPPED: _MARKED, Harm.CUT: _ANYHOW, Harm.EMPTIED: _ANYHOW}
_SQL = {Harm.OLDER: _ANYHOW, Harm.CUT: _ANYHOW, Harm.EMPTIED: _ANYHOW}
_KEYS = {Harm.CUT: _ANYHOW, Harm.EMPTIED: _ANYHOW}
HELD: Mapping[str, Mapping[Harm, Sequence[End]]] = {
    "list": _COPY,
    "relief": _COPY,
    # written anew from a whole copy; once that is made again too, nobody knows which receipts were given
    "trust": dict.fromkeys(Harm, _RUNNING),
    "boot": dict.fromkeys(Harm, (End.KILLED, End.POWERLESS)),
    "seal": dict.fromkeys(Harm, (End.STOPPED,)),
    "evidence": _SQL,
    "inbox": _SQL,
    **dict.fromkeys(KEY_FILES, _KEYS),
}
"""By kind of file, harm and end."""


def harm(world: "World", store: Store, what: Harm, number: int) -> bool:
    """Harm a file nobody uses; return False for what would break a promise, or cannot be done now."""
    if not store.path.exists() or not _is_told(store, what):
        return False
    disk, chance = store.machine.disk, SeededChance(Random(number), world.time)
    if what is Harm.OLDER:
        if store.name not in world.copies:
            return False
        disk.restore(world.copies[store.name])
    elif what is Harm.FLIPPED:
        disk.flip(store.path, chance)
    elif what is Harm.CUT:
        disk.cut(store.path, chance)
    else:
        settle(store.path)
        disk.restore(Backup(store.path, b""))
    return True


def _is_told(store: Store, what: Harm) -> bool:
    """Whether a harm can be told, as the process really ended."""
    if store.path.name == DATA_FILE and what in {Harm.OLDER, Harm.FLIPPED}:
        return store.is_spoilt or store.is_sealed
    return store.path.name != TRUSTED or not store.is_spoilt


def end(store: Store, how: End, number: int) -> None:
    """End the process a file belongs to."""
    if how is End.STOPPED:
        store.process.stop()
    elif how is End.KILLED:
        store.process.die()
    else:
        store.machine.lose_power(number)
