# mypyc: compile
"""How rows get into the tables of the list store."""

from collections.abc import Sequence
from dataclasses import dataclass

from .batch import StoreBatch
from .environment import TableHandle, WriteTransaction
from .layout import (
    KEPT_MARKS,
    ROW_COURT,
    ROW_HEADS_READ,
    ROW_INCIDENT,
    ROW_INDEX_PROVEN,
    ROW_OPAQUE,
    ROW_POSITION,
    ROW_TOPIC,
    Incident,
    Mark,
    lane_row,
    mark_prefix,
    mark_row,
    pack,
)

KEPT_INCIDENTS = 1000


@dataclass(frozen=True, slots=True)
class SortedWrites:
    """What a batch does to records and index, in the order of the keys."""

    records: list[tuple[bytes, bytes]]
    records_gone: list[bytes]
    index: list[tuple[bytes, bytes]]
    index_gone: list[bytes]


def rows_of(batch: StoreBatch) -> SortedWrites:
    """Sort what a batch does to records and index, for `put` and `delete`."""
    records, records_gone, index, index_gone = [], [], [], []
    for place in sorted(batch.records):
        value = batch.records[place]
        if value is None:
            records_gone.append(place)
        else:
            records.append((place, value))
    for key in sorted(batch.index):
        if batch.index[key]:
            index.append((key, b""))
        else:
            index_gone.append(key)
    return SortedWrites(records, records_gone, index, index_gone)


def put(transaction: WriteTransaction, table: TableHandle, rows: Sequence[tuple[bytes, bytes]]) -> None:
    """Put rows in key order; append when all of them come behind what is there, which fills pages whole."""
    if rows:
        cursor = transaction.cursor(table)
        append = not cursor.last() or cursor.key() < rows[0][0]
        cursor.putmulti(rows, append=append)


def delete(transaction: WriteTransaction, table: TableHandle, keys: Sequence[bytes]) -> None:
    """Take rows out, whether they are there or not."""
    for key in keys:
        transaction.delete(key, db=table)


def put_state(transaction: WriteTransaction, state: TableHandle, batch: StoreBatch) -> None:
    """Put the rows of a batch besides records and index: lanes, marks, courts, opaque entries, positions."""
    for number, lane in batch.lanes.items():
        transaction.put(lane_row(number), pack(lane), db=state)
    for passed in batch.passed:
        _put_mark(transaction, state, passed.lane, passed.notary, passed.mark)
    for (topic, court), sequence in batch.courts.items():
        transaction.put(ROW_COURT + f"{topic}/{court}".encode(), sequence.to_bytes(8, "big"), db=state)
    for place, unreadable in batch.opaque.items():
        if unreadable:
            transaction.put(ROW_OPAQUE + place, b"", db=state)
        else:
            transaction.delete(ROW_OPAQUE + place, db=state)
    for partition, offset in batch.heads_read.items():
        transaction.put(ROW_HEADS_READ + partition.encode(), offset.to_bytes(8, "big"), db=state)
    for jurisdiction, position in batch.positions.items():
        transaction.put(ROW_POSITION + jurisdiction.encode(), pack(position), db=state)
    for topic, identity in batch.topic_ids.items():
        transaction.put(ROW_TOPIC + topic.encode(), identity, db=state)
    if batch.index_proven_at:
        transaction.put(ROW_INDEX_PROVEN, batch.index_proven_at.to_bytes(8, "big"), db=state)


def put_serving(transaction: WriteTransaction, state: TableHandle, batch: StoreBatch) -> None:
    """Put what is known now of the copy that serves during a rebuild into its own rows."""
    for jurisdiction, position in batch.serving.items():
        transaction.put(ROW_POSITION + jurisdiction.encode(), pack(position), db=state)


def put_incidents(transaction: WriteTransaction, trust: TableHandle, incidents: Sequence[Incident]) -> None:
    """Add incidents behind those that are kept; the oldest go."""
    if not incidents:
        return
    start = len(ROW_INCIDENT)
    cursor = transaction.cursor(trust)
    # the row behind all incidents starts with the prefix's last byte plus one
    exists = cursor.prev() if cursor.set_range(ROW_INCIDENT[:-1] + b"0") else cursor.last()
    last = bytes(cursor.key()) if exists else b""
    number = int.from_bytes(last[start:], "big") if last.startswith(ROW_INCIDENT) else 0
    for incident in incidents:
        number += 1
        transaction.put(ROW_INCIDENT + number.to_bytes(8, "big"), pack(incident), db=trust)
        if number > KEPT_INCIDENTS:
            transaction.delete(ROW_INCIDENT + (number - KEPT_INCIDENTS).to_bytes(8, "big"), db=trust)


def _put_mark(transaction: WriteTransaction, state: TableHandle, lane: int, notary: str, mark: Mark) -> None:
    transaction.put(mark_row(lane, notary, mark.number), pack(mark), db=state)
    first, oldest = mark_prefix(lane, notary), mark_row(lane, notary, max(mark.number - KEPT_MARKS + 1, 0))
    cursor = transaction.cursor(state)
    while cursor.set_range(first) and cursor.key() < oldest:
        cursor.delete()
