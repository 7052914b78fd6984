"""What a node has told of its copy in receipts: kept apart from the copy, in the transaction that hands a receipt on.

A copy or an overlay that was put back holds less than its node has told. It must not serve as what it was, and no number of a
receipt may be given twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, Engine, select, update

from ...topics.storage.database import insert_once, reading
from ...topics.storage.packed_columns import unpacked_column
from ...topics.transport.ports import TopicPartition
from .tables import receipts_told


@dataclass(frozen=True, slots=True)
class Told:
    """The newest receipt of a node that was handed on, and where its copy and overlay stood then."""

    sequence: int = 0
    positions: Mapping[TopicPartition, int] = field(default_factory=dict)

    def is_behind(self, lanes: Mapping[TopicPartition, int]) -> bool:
        """Return whether what stands at these next offsets is older than what was told; one that holds nothing yet is not."""
        return any(0 <= offset < self.positions.get(at, 0) for at, offset in lanes.items())


def told(engine: Engine, node: str) -> Told:
    """Return what a node has told; nothing if it never did. Raises DATABASE_DAMAGED."""
    with reading(engine) as connection:
        row = connection.execute(select(receipts_told).where(receipts_told.c.node == node)).one_or_none()
        if row is None:
            return Told()
        positions = unpacked_column(connection, row.positions, list[tuple[str, int, int]])
    return Told(row.sequence, {TopicPartition(topic, partition): offset for topic, partition, offset in positions})


def note_told(connection: Connection, node: str, what: Told) -> None:
    """Keep what is told now."""
    positions = [(at.topic, at.partition, offset) for at, offset in sorted(what.positions.items())]
    row = {"sequence": what.sequence, "positions": msgspec.msgpack.encode(positions)}
    if not insert_once(connection, receipts_told, {"node": node, **row}):
        connection.execute(update(receipts_told).where(receipts_told.c.node == node).values(row))
