# mypyc: compile
"""Holding the certificate index and the records against each other, some thousand rows at a time.

Each slice is looked at in one snapshot, and every commit keeps both together: what is right in its slice stays right.
"""

from typing import NamedTuple

from ...schemas.law.listing import ENDED_FROM
from .environment import AnyTransaction, WriteTransaction
from .layout import SURROGATE_LENGTH
from .prefix_reader import leading
from .tables import GenerationTables
from .values import body_of, opaque_of

_LIVE_BELOW = int(ENDED_FROM)


class IndexPlace(NamedTuple):
    """How far a pass has come: through the records first, then through the index."""

    in_index: bool = False
    after: bytes = b""


class IndexSlice(NamedTuple):
    """What a slice has shown."""

    reached: IndexPlace | None
    """None: the pass has come to its end."""
    wrong: list[bytes]
    """Keys of the index that are missing, or too many."""


def index_slice(transaction: AnyTransaction, tables: GenerationTables, place: IndexPlace, limit: int) -> IndexSlice:
    """Look at so many rows behind a place."""
    if not place.in_index:
        return _records(transaction, tables, place.after, limit)
    cursor = transaction.cursor(tables.index)
    wrong: list[bytes] = []
    more = cursor.set_range(place.after + b"\0") if place.after else cursor.first()
    key = place.after
    while more and limit:
        key = bytes(cursor.key())
        if not _belongs(transaction, tables, key):
            wrong.append(key)
        limit -= 1
        more = cursor.next()
    return IndexSlice(IndexPlace(in_index=True, after=key) if more else None, wrong)


def mend(transaction: WriteTransaction, tables: GenerationTables, keys: list[bytes]) -> None:
    """Put rows of the index right by their records as they are now."""
    for key in keys:
        if _belongs(transaction, tables, key):
            transaction.put(key, b"", db=tables.index)
        else:
            transaction.delete(key, db=tables.index)


def _records(transaction: AnyTransaction, tables: GenerationTables, after: bytes, limit: int) -> IndexSlice:
    cursor = transaction.cursor(tables.records)
    wrong: list[bytes] = []
    more = cursor.set_range(after + b"\0") if after else cursor.first()
    place = after
    while more and limit:
        found, value = cursor.item()
        place = bytes(found)
        for surrogate in _surrogates(bytes(value)):
            key = surrogate + place
            if transaction.get(key, db=tables.index) is None:
                wrong.append(key)
        limit -= 1
        more = cursor.next()
    return IndexSlice(IndexPlace(after=place) if more else IndexPlace(in_index=True), wrong)


def _belongs(transaction: AnyTransaction, tables: GenerationTables, key: bytes) -> bool:
    value = transaction.get(key[SURROGATE_LENGTH:], db=tables.records)
    return value is not None and key[:SURROGATE_LENGTH] in _surrogates(bytes(value))


def _surrogates(value: bytes) -> list[bytes]:
    """Return what a record is found under: nothing once it has ended; of one that cannot be read what the last one said."""
    opaque = opaque_of(value)
    readable = value if opaque is None else opaque.last
    fields = leading(body_of(readable)) if readable else None
    return fields[5] if fields is not None and fields[4] < _LIVE_BELOW else []
