"""The store of a court's inbox: every event once, its bytes still sealed, the log positions in the same commit, losses too.

Erasure overwrites: SQLite's secure_delete is on, and what is left in the log can be opened by nobody once its keys are
destroyed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Table,
    Text,
    delete,
    event,
    select,
    update,
)

from ...schemas.fingerprints import fingerprint
from ...topics.keys.signatures import SIGNER_UNKNOWN
from ...topics.settings import Settings
from ...topics.storage.database import create_tables, insert_once, open_database, reading, sqlite_url
from ...topics.storage.migrations import store_metadata
from ...topics.transport.ports import TopicPartition

_metadata = store_metadata("inbox")
_items = Table(
    "items",
    _metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("schema", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("agency", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("refused", Text, nullable=False),
    Column("body", LargeBinary),
    Column("keep_until", BigInteger, nullable=False),
    Column("shown", Boolean, nullable=False),
)
interceptions = Table(
    "interceptions",
    _metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("day", Text, nullable=False, index=True),
    Column("outcome", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("record_class", Integer, nullable=False),
    Column("entry_id", LargeBinary, nullable=False, index=True),
    Column("entry_version", BigInteger, nullable=False),
    Column("measure", Text, nullable=False),
    Column("notary", Text, nullable=False),
    Column("barrier", BigInteger, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
)
"""What this court was told of its entries, opened: to see what is enforced, and to count."""
_positions = Table(
    "positions",
    _metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)
_topics = Table(
    "topics",
    _metadata,
    Column("topic", Text, primary_key=True),
    Column("topic_id", LargeBinary, nullable=False),
)
"""Which topics the positions are in: one that was deleted and made again has another id."""
_losses = Table(
    "losses",
    _metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    Column("first_offset", BigInteger, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("noticed_at", BigInteger, nullable=False),
    Column("shown", Boolean, nullable=False),
)


_ID_BYTES = 16
HANDLING_FAILED = "HANDLING_FAILED"
"""Why an item does not count that nobody thought of."""
_WAITS_MS = 30 * 86_400_000
"""How long the bytes of an item wait for the key that may have signed it."""


def inbox_file(settings: Settings, court: str) -> Path:
    """Return where the inbox of a court is kept."""
    return settings.state_dir / "courts" / court / "inbox.db"


MADE_AGAIN = -1
"""Instead of the end of a loss: the topic was deleted and made again, and all it held behind the position is gone."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Records that left the log before they were read; nobody can say whether any was for this court."""

    at: TopicPartition
    first_offset: int
    next_offset: int
    """Of the oldest record that was still there; MADE_AGAIN if nobody can say how many there were."""
    noticed_at: int
    """ms UTC."""

    @property
    def records(self) -> int:
        """How many there were at most, 0 if nobody can say."""
        return max(0, self.next_offset - self.first_offset)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that came, as it is kept."""

    event_id: bytes
    schema: str
    fingerprint: bytes
    agency: str
    """Who signed it, an agency or a court, or claims to have."""
    received_at: int
    """ms UTC."""
    written_at: int
    """The broker's timestamp, ms UTC: when the signing key had to be valid."""
    refused: str
    """Code of why it does not count, empty if it does."""
    body: bytes | None = field(repr=False)
    """The Avro body, content sealed; None if it was erased or never kept."""
    keep_until: int
    """ms UTC, 0 = with the case."""


def apart(item: Item) -> Item:
    """Return what is refused under an id of its own: whoever saw an event's id cannot take its place with something forged.

    Of its bytes only those stay, and for a while, whose key may still come.
    """
    if not item.refused:
        return item
    own = fingerprint(item.event_id + (item.body or b""))[:_ID_BYTES]
    if item.refused == SIGNER_UNKNOWN:
        return replace(item, event_id=own, keep_until=item.received_at + _WAITS_MS)
    return replace(item, event_id=own, body=None)


class InboxStore:
    """One court's inbox.db."""

    def __init__(self, path: Path) -> None:
        """Open the store, and make what is missing."""
        self.engine: Engine = open_database(sqlite_url(path))
        self.engine.dispose()  # the next connections get the pragma below
        event.listen(self.engine, "connect", _overwrite_deleted)
        create_tables(self.engine, _metadata)

    def close(self) -> None:
        """Close the file."""
        self.engine.dispose()

    def positions(self) -> dict[TopicPartition, int]:
        """Return the next offsets to be read."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(_positions)).all()
        return {TopicPartition(row.topic, row.log_partition): row.next_offset for row in rows}

    def save(self, connection: Connection, at: TopicPartition, next_offset: int) -> None:
        """Note how far a partition was read."""
        row = {"topic": at.topic, "log_partition": at.partition, "next_offset": next_offset}
        if not insert_once(connection, _positions, row):
            partition = (_positions.c.topic == at.topic, _positions.c.log_partition == at.partition)
            connection.execute(update(_positions).where(*partition).values(next_offset=next_offset))

    def lose(self, connection: Connection, loss: Loss) -> None:
        """Note what was lost, and that reading goes on behind it."""
        row = {"topic": loss.at.topic, "log_partition": loss.at.partition, "first_offset": loss.first_offset}
        row |= {"next_offset": loss.next_offset, "noticed_at": loss.noticed_at, "shown": False}
        insert_once(connection, _losses, row)
        self.save(connection, loss.at, max(0, loss.next_offset))

    def topic_ids(self) -> dict[str, bytes]:
        """Return the ids of the topics the positions are in."""
        with reading(self.engine) as connection:
            return {row.topic: row.topic_id for row in connection.execute(select(_topics))}

    def save_topic(self, connection: Connection, topic: str, topic_id: bytes) -> None:
        """Note which topic the positions are in from now on."""
        if not insert_once(connection, _topics, {"topic": topic, "topic_id": topic_id}):
            connection.execute(update(_topics).where(_topics.c.topic == topic).values(topic_id=topic_id))

    def losses(self, *, unshown: bool = False) -> list[Loss]:
        """Return what was lost, in the order it was noticed."""
        query = select(_losses).order_by(_losses.c.noticed_at, *_losses.primary_key)
        if unshown:
            query = query.where(_losses.c.shown.is_(False))
        with reading(self.engine) as connection:
            return [
                Loss(TopicPartition(row.topic, row.log_partition), row.first_offset, row.next_offset, row.noticed_at)
                for row in connection.execute(query)
            ]

    def mark_losses_shown(self) -> None:
        """Note that the court's people know of everything that was lost."""
        with self.engine.begin() as connection:
            connection.execute(update(_losses).values(shown=True))

    def put(self, connection: Connection, item: Item) -> bool:
        """Keep an item; return False if it is here already."""
        row: Mapping[str, Any] = {name: getattr(item, name) for name in Item.__slots__}
        return insert_once(connection, _items, {**row, "shown": False})

    def remove(self, connection: Connection, event_id: bytes) -> None:
        """Let go of an item that is judged anew."""
        connection.execute(delete(_items).where(_items.c.event_id == event_id))

    def items(self, *, unshown: bool = False, refused: str | None = None) -> list[Item]:
        """Return what is kept, in the order it came."""
        query = select(*(_items.c[name] for name in Item.__slots__)).order_by(_items.c.received_at, _items.c.event_id)
        if unshown:
            query = query.where(_items.c.shown.is_(False))
        if refused is not None:
            query = query.where(_items.c.refused == refused)
        with reading(self.engine) as connection:
            return [Item(*row) for row in connection.execute(query)]

    def mark_shown(self, event_id: bytes) -> None:
        """Note that the court's people have seen an item."""
        with self.engine.begin() as connection:
            connection.execute(update(_items).where(_items.c.event_id == event_id).values(shown=True))

    def erase_due(self, now: int) -> int:
        """Erase content whose time is over, and return how many items that were."""
        expired = (_items.c.keep_until != 0, _items.c.keep_until <= now, _items.c.body.is_not(None))
        with self.engine.begin() as connection:
            erased = connection.execute(update(_items).where(*expired).values(body=None)).rowcount
        if erased:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased


def _overwrite_deleted(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
