"""Hits that come late: noted after the record that frees them was handled, by a gate that had not read it when it answered.

What freed somebody is remembered for a day. A hit on an older version sends it back among the messages that wait, to be
handled once more with everything that belongs to it.
"""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text, delete

from ...topics.bulk import rows_among
from ...topics.database import insert_once, lock_until_commit
from ..acts import metadata
from .command_log import Origin, Received, pack_headers, park, unpack_headers

KEPT_MS = 86_400_000
"""Longer than any node's copy of a list can be behind and still refuse."""
freed = Table(
    "freed",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    Column("log_offset", BigInteger, primary_key=True),
    Column("entry_id", LargeBinary, nullable=False, index=True),
    Column("entry_version", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("handled_at", BigInteger, nullable=False, index=True),
)
_COLUMNS = ("topic", "log_partition", "log_offset", "entry_id", "entry_version", "value", "headers")


def remember(connection: Connection, message: Received, entry: tuple[bytes, int], now: int) -> None:
    """Notes that a record about an entry (id and version) is handled, before its hits are looked for.

    Whoever notes a hit on the entry meanwhile waits: either he sees the record, or the record sees his hit.
    """
    entry_id, version = entry
    lock_until_commit(connection, entry_id)
    row = {
        "topic": message.origin.topic,
        "log_partition": message.origin.partition,
        "log_offset": message.origin.offset,
        "entry_id": entry_id,
        "entry_version": version,
        "value": message.value,
        "headers": pack_headers(message.headers),
        "handled_at": now,
    }
    insert_once(connection, freed, row)


def begin(connection: Connection, entries: Iterable[bytes]) -> None:
    """Before hits on entries are noted: nobody handles what frees them until this transaction ends."""
    for entry_id in sorted(set(entries)):
        lock_until_commit(connection, entry_id)


def send_back(connection: Connection, hits: Iterable[tuple[bytes, int]], now: int) -> None:
    """After hits were noted (entry and version of each): what was handled of a newer version is due again."""
    versions: dict[bytes, int] = {}
    for entry_id, version in hits:
        versions[entry_id] = min(version, versions.get(entry_id, version))
    for row in rows_among(connection, freed, _COLUMNS, "entry_id", list(versions)):
        topic, partition, offset, entry_id, version, value, headers = row
        if version > versions[entry_id]:
            message = Received(Origin(topic, partition, offset), entry_id, value, unpack_headers(headers))
            park(connection, message, "HIT_CAME_LATE", now, now)


def forget(connection: Connection, now: int) -> None:
    """Drops what no answer can be older than any more."""
    connection.execute(delete(freed).where(freed.c.handled_at < now - KEPT_MS))
