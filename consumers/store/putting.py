# mypyc: compile
"""How rows get into the tables of the list store."""

from collections.abc import Sequence
from dataclasses import dataclass

from .batch import Batch
from .environment import Table, Writing
from .layout import (
    ROW_COURT,
    ROW_HEADS_READ,
    ROW_OPAQUE,
    ROW_POSITION,
    Mark,
    lane_row,
    mark_row,
    mark_rows,
    pack,
)

KEPT_MARKS = 100
"""Barriers remembered per lane and notary."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a batch does to records and index, in the order of the keys."""

    records: list[tuple[bytes, bytes]]
    records_gone: list[bytes]
    index: list[tuple[bytes, bytes]]
    index_gone: list[bytes]


def rows_of(batch: Batch) -> Rows:
    """The rows of a batch, ready for `put` and `delete`."""
    records, gone, added, dropped = [], [], [], []
    for place in sorted(batch.records):
        value = batch.records[place]
        if value is None:
            gone.append(place)
        else:
            records.append((place, value))
    for key in sorted(batch.index):
        if batch.index[key]:
            added.append((key, b""))
        else:
            dropped.append(key)
    return Rows(records, gone, added, dropped)


def put(transaction: Writing, table: Table, items: Sequence[tuple[bytes, bytes]]) -> None:
    """Puts rows in key order; appends when all of them come behind what is there, which fills pages whole."""
    if items:
        cursor = transaction.cursor(table)
        append = not cursor.last() or cursor.key() < items[0][0]
        cursor.putmulti(items, append=append)


def delete(transaction: Writing, table: Table, keys: Sequence[bytes]) -> None:
    """Takes rows out, whether they are there or not."""
    for key in keys:
        transaction.delete(key, db=table)


def put_state(transaction: Writing, state: Table, batch: Batch) -> None:
    """Puts what a batch says besides records and index: lanes, marks, courts, opaque entries, positions."""
    for number, lane in batch.lanes.items():
        transaction.put(lane_row(number), pack(lane), db=state)
    for one in batch.passed:
        _put_mark(transaction, state, one.lane, one.notary, one.mark)
    for (topic, court), sequence in batch.courts.items():
        transaction.put(ROW_COURT + f"{topic}/{court}".encode(), sequence.to_bytes(8, "big"), db=state)
    for place, there in batch.opaque.items():
        if there:
            transaction.put(ROW_OPAQUE + place, b"", db=state)
        else:
            transaction.delete(ROW_OPAQUE + place, db=state)
    for where, offset in batch.heads_read.items():
        transaction.put(ROW_HEADS_READ + where.encode(), offset.to_bytes(8, "big"), db=state)
    for jurisdiction, position in batch.positions.items():
        transaction.put(ROW_POSITION + jurisdiction.encode(), pack(position), db=state)


def _put_mark(transaction: Writing, state: Table, lane: int, notary: str, mark: Mark) -> None:
    transaction.put(mark_row(lane, notary, mark.number), pack(mark), db=state)
    first, oldest = mark_rows(lane, notary), mark_row(lane, notary, max(mark.number - KEPT_MARKS + 1, 0))
    cursor = transaction.cursor(state)
    while cursor.set_range(first) and cursor.key() < oldest:
        cursor.delete()
