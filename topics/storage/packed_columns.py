"""Columns that hold packed values: what stands there may be of another machine, another release, or a copy put back."""

from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from .faults import DatabaseDamaged, place_of

T = TypeVar("T")


def unpacked_column(connection: Connection, raw: bytes, of: type[T]) -> T:
    """Return the value that was packed into a column. Raises DATABASE_DAMAGED for whatever is no such value."""
    try:
        return msgspec.msgpack.decode(raw, type=of)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise DatabaseDamaged(place_of(connection.engine.url), broken) from broken
