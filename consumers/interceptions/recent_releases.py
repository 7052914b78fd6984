"""Closes a race: a gate on a slightly older copy records a hit after the entry's release was processed. Releases are
remembered for a day so that such a hit is released at once.

No name is remembered: the entry's version, the key that signed it, and the handles of those it still meant. What a key signed that
is revoked by now releases nobody here: whom it frees the copy of the list says (`missed_releases`).
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from ...topics.storage.database import insert_once, lock_until_commit
from ..acts_db.tables import freed

KEPT_MS = 86_400_000
"""Longer than any node's copy of a list can be behind and still refuse."""


def lock_entries(connection: Connection, entries: Iterable[bytes]) -> None:
    """Lock entries until the commit, before hits on them are noted or what frees them is handled: the other of the two
    waits, and then sees it.
    """
    for entry_id in sorted(set(entries)):
        lock_until_commit(connection, entry_id)


class HandledVersion(NamedTuple):
    """A version of an entry that was handled."""

    entry_id: bytes
    version: int
    court: str
    """Who signed it."""


def remember(
    connection: Connection, version: HandledVersion, key_id: bytes, still_meant: Iterable[str], now: int
) -> None:
    """Note that an entry's version was handled, under which key, and the handles of those it still restricts."""
    row = {
        "entry_id": version.entry_id,
        "entry_version": version.version,
        "court": version.court,
        "key_id": key_id.hex(),
        "still_meant": " ".join(sorted(still_meant)),
        "handled_at": now,
    }
    insert_once(connection, freed, row)


class SignersNow(NamedTuple):
    """What is asked of the register of keys as it is now, whatever it said when a version was handled."""

    may_follow: Callable[[str, str], bool]
    """Whether a court may end what another one said."""
    counts: Callable[[bytes], bool]
    """Whether a key is known, and not revoked."""


def freed_by(connection: Connection, stopped: HandledVersion, subject: str, signers: SignersNow) -> int | None:
    """Return the first version that was handled and frees a subject (by handle) who was stopped under this one,
    None if there is none. Only the entry's own court frees anybody, or one above it, under a key that counts.
    """
    newer = select(freed.c.entry_version, freed.c.still_meant, freed.c.court, freed.c.key_id).where(
        freed.c.entry_id == stopped.entry_id, freed.c.entry_version > stopped.version
    )
    releases = connection.execute(newer.order_by(freed.c.entry_version))
    # release 0.1.0 noted neither court nor key: what it handled was of the entry's own, and is forgotten within a day
    own = (row for row in releases if signers.may_follow(stopped.court, row.court or stopped.court))
    own = (row for row in own if not row.key_id or signers.counts(bytes.fromhex(row.key_id)))
    return next((row.entry_version for row in own if subject not in row.still_meant.split()), None)


def forget(connection: Connection, now: int) -> None:
    """Drop what no answer can be older than any more."""
    connection.execute(delete(freed).where(freed.c.handled_at < now - KEPT_MS))
