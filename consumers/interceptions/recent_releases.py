"""Hits that come late: noted after the record that frees them was handled, by a gate that had not read it when it answered.

What freed somebody is remembered for a day, without anybody's name: version by version, and whom the entry still meant.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from ...topics.storage.database import insert_once, lock_until_commit
from ..acts_db.tables import freed

KEPT_MS = 86_400_000
"""Longer than any node's copy of a list can be behind and still refuse."""


def begin(connection: Connection, entries: Iterable[bytes]) -> None:
    """Before hits on entries are noted, or what frees them is handled: the other of the two waits, and then sees it."""
    for entry_id in sorted(set(entries)):
        lock_until_commit(connection, entry_id)


def remember(connection: Connection, entry: tuple[bytes, int], still_meant: Iterable[str], now: int) -> None:
    """Notes that an entry's version (id, number) was handled, and the handles of those it still restricts."""
    entry_id, version = entry
    row = {
        "entry_id": entry_id,
        "entry_version": version,
        "still_meant": " ".join(sorted(still_meant)),
        "handled_at": now,
    }
    insert_once(connection, freed, row)


def freed_by(connection: Connection, entry: tuple[bytes, int], subject: str) -> int | None:
    """The first version that was handled and frees a subject (his handle) who was stopped under this one, if any."""
    entry_id, version = entry
    newer = select(freed.c.entry_version, freed.c.still_meant).where(
        freed.c.entry_id == entry_id, freed.c.entry_version > version
    )
    found = connection.execute(newer.order_by(freed.c.entry_version))
    return next((number for number, meant in found if subject not in meant.split()), None)


def forget(connection: Connection, now: int) -> None:
    """Drops what no answer can be older than any more."""
    connection.execute(delete(freed).where(freed.c.handled_at < now - KEPT_MS))
