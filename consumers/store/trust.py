"""The table that outlives every copy: heads, floors, receipts that wait, and how far the heads were read."""

from collections.abc import Sequence

import msgspec

from .batch import StoreBatch
from .environment import AnyTransaction, TableHandle, WriteTransaction
from .errors import DAMAGED
from .layout import (
    ROW_FLOOR,
    ROW_HEAD,
    ROW_HEADS_READ,
    ROW_RECEIPT,
    ROW_RECEIPT_SEQUENCE,
    ListFloor,
    TrustedHead,
    pack,
)
from .power import KeptRows
from .reader import decoded_rows, rows

_KINDS = (ROW_HEAD, ROW_FLOOR, ROW_HEADS_READ, ROW_RECEIPT, ROW_RECEIPT_SEQUENCE)
"""Incidents come again with the log."""
_NUMBER_LENGTH = 8
_LONGEST_KEY = 511
"""Of LMDB."""


def trusted_rows(transaction: AnyTransaction, trust: TableHandle) -> KeptRows:
    """Return the rows that must outlast the store. Raises what shows a damage."""
    decoded_rows(transaction, trust, ROW_HEAD, TrustedHead)
    return [row for kind in _KINDS for row in rows(transaction, trust, kind)]


def are_trusted(kept: KeptRows) -> bool:
    """Return whether rows that outlasted a store are such rows: an operator may have put back what is none."""
    try:
        return all(_is_trusted(key, value) for key, value in kept)
    except DAMAGED:
        return False


def _is_trusted(key: bytes, value: bytes) -> bool:
    """Raises what shows a damage."""
    kind = next((each for each in _KINDS if key.startswith(each)), None)
    name = key[len(kind or b"") :]
    if kind == ROW_HEAD:
        msgspec.msgpack.decode(value, type=TrustedHead)
    elif kind == ROW_FLOOR:
        msgspec.msgpack.decode(value, type=ListFloor)
    elif kind == ROW_RECEIPT:
        return len(name) == _NUMBER_LENGTH
    elif kind == ROW_RECEIPT_SEQUENCE:
        return not name and len(value) == _NUMBER_LENGTH
    elif kind != ROW_HEADS_READ or len(value) != _NUMBER_LENGTH:
        return False
    return len(name.decode()) > 0 and len(key) <= _LONGEST_KEY


def restore_trust(transaction: WriteTransaction, trust: TableHandle, kept: Sequence[tuple[bytes, bytes]]) -> None:
    """Put the rows that outlasted a store in the place of those there are; the copy beside them was compared with nothing."""
    for kind in _KINDS:
        for key, _ in rows(transaction, trust, kind):
            transaction.delete(key, db=trust)
    for key, value in kept:
        transaction.put(key, value, db=trust)
    forget_comparisons(transaction, trust)


def forget_comparisons(transaction: WriteTransaction, trust: TableHandle) -> None:
    """Let every head be as it is for a copy that was compared with nothing yet."""
    for key, row in rows(transaction, trust, ROW_HEAD):
        head = msgspec.msgpack.decode(row, type=TrustedHead)
        transaction.put(key, pack(head.of_new_copy()), db=trust)


def put_trust(transaction: WriteTransaction, trust: TableHandle, batch: StoreBatch) -> None:
    """Put what a batch makes of all that."""
    for row, head in batch.heads.items():
        transaction.put(ROW_HEAD + row.encode(), pack(head), db=trust)
    for floor in batch.floors:
        transaction.put(ROW_FLOOR + floor.jurisdiction.encode(), pack(floor), db=trust)
    for partition, offset in batch.heads_read.items():
        transaction.put(ROW_HEADS_READ + partition.encode(), offset.to_bytes(8, "big"), db=trust)
    for sequence in batch.handed_on:
        transaction.delete(ROW_RECEIPT + sequence.to_bytes(8, "big"), db=trust)
    for receipt in batch.receipts:
        transaction.put(ROW_RECEIPT + receipt.sequence.to_bytes(8, "big"), receipt.body, db=trust)
        transaction.put(ROW_RECEIPT_SEQUENCE, receipt.sequence.to_bytes(8, "big"), db=trust)
