"""How far the effects have handled each partition of the log, kept in the transaction of what was handled.

So a store that is put back knows what it has not done, whatever the consumer group committed meanwhile. A position is one in
the topic of this id: a topic that was deleted and made again is read from its beginning.
"""

from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from ...topics.storage.database import insert_once, reading
from ...topics.transport.ports import TopicPartition
from .messages import Origin
from .tables import commands_parked, dead_letters, handled_positions

_rows = handled_positions.c
_AT = (_rows.topic == bindparam("at_topic"), _rows.log_partition == bindparam("at_partition"))
_MOVE = update(handled_positions).where(*_AT)


class HandledPosition(NamedTuple):
    """Where a partition is read on."""

    topic_id: bytes
    next_offset: int


def handled(engine: Engine) -> dict[TopicPartition, HandledPosition]:
    """Return how far every partition was handled that ever was read."""
    with reading(engine) as connection:
        rows = connection.execute(select(handled_positions)).all()
    return {
        TopicPartition(row.topic, row.log_partition): HandledPosition(row.topic_id, row.next_offset) for row in rows
    }


def begin_at(
    connection: Connection, at: TopicPartition, position: HandledPosition, before: HandledPosition | None
) -> None:
    """Note where a partition is read from now on; `before` is what stood here."""
    if before is not None and before.topic_id != position.topic_id:
        _part_with_places(connection, at)
    row = {"topic": at.topic, "log_partition": at.partition, **position._asdict()}
    if not insert_once(connection, handled_positions, row):
        connection.execute(_MOVE, {"at_topic": at.topic, "at_partition": at.partition, **position._asdict()})


def note_handled(connection: Connection, origin: Origin) -> None:
    """Note that a message was dealt with, in the transaction that does so."""
    after = {"at_topic": origin.topic, "at_partition": origin.partition, "next_offset": origin.offset + 1}
    connection.execute(_MOVE, after)


def _part_with_places(connection: Connection, at: TopicPartition) -> None:
    """Let go of places in a topic that is gone: other messages stand there now. What waits goes on waiting, below offset 0."""
    gone = dead_letters.c.topic == at.topic, dead_letters.c.log_partition == at.partition
    connection.execute(delete(dead_letters).where(*gone))
    waiting = commands_parked.c
    here = waiting.topic == at.topic, waiting.log_partition == at.partition, waiting.log_offset >= 0
    connection.execute(update(commands_parked).where(*here).values(log_offset=-1 - waiting.id))
