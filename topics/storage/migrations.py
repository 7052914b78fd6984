"""Numbered steps by which the tables of an earlier release become those of this one, where they stand.

Every kind of store has steps of its own; how many of them a database has been through stands in its table `liandong_formats`,
a row for each kind, since several kinds share a database. A database without the row is of release 0.1.0, which is number 1. New
tables need no step: what is missing is made. A step only adds, so that a node of the release before goes on beside one of this
(a rolling upgrade); one that takes something away says so, and from then on earlier releases refuse the database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Row, Table, Text, insert, inspect, select, update

from ..state_format import StateNewer
from .faults import place_of

_OWNER, _FORMATS, _STORE = "owner", "formats", "store"
"""What metadata and tables say in their `info`."""
_WORDS = {
    "sqlite": {"binary": "BLOB", "without_rowid": " WITHOUT ROWID"},
    "postgresql": {"binary": "BYTEA", "without_rowid": ""},
}
_formats = Table(
    "liandong_formats",
    MetaData(),
    Column("store", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    # the number a release must know at least to use the store
    Column("needs", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a store's tables, as statements that SQLite and PostgreSQL both understand.

    `{binary}` and `{without_rowid}` in them stand for what only one of the two has.
    """

    statements: tuple[str, ...]
    breaking: bool = False
    """Whether the release before cannot use the tables any more."""


@dataclass(frozen=True, slots=True)
class StoreFormat:
    """The name of a kind of store, and its steps from number 1 on."""

    store: str
    steps: tuple[Step, ...] = ()

    @property
    def number(self) -> int:
        """The number of the tables as this release makes them."""
        return 1 + len(self.steps)

    @property
    def needs(self) -> int:
        """The number a release must know at least to use them."""
        return max((number for number, step in enumerate(self.steps, start=2) if step.breaking), default=1)


def store_metadata(store: str, *steps: Step) -> MetaData:
    """Return metadata for the tables of a kind of store; the tables put on it are as the last step leaves them."""
    return MetaData(info={_OWNER: store, _FORMATS: {store: StoreFormat(store, steps)}})


def part_of(metadata: MetaData, part: StoreFormat) -> dict[str, str]:
    """Let a store hold another kind's tables too, with steps of their own; return the `info` of each of those tables."""
    metadata.info[_FORMATS][part.store] = part
    return {_STORE: part.store}


def bring_up(connection: Connection, metadata: MetaData) -> None:
    """Take a store through the steps it has not been through, and make what is missing. Raises STATE_NEWER.

    The caller's transaction keeps all of it or nothing, and no other process does the same meanwhile.
    """
    tables = set(inspect(connection).get_table_names())
    numbers = _numbers(connection, metadata, tables)
    formats: dict[str, StoreFormat] = metadata.info[_FORMATS]
    for known in formats.values():
        for step in known.steps[numbers[known.store] - 1 :]:
            for statement in step.statements:
                connection.exec_driver_sql(statement.format_map(_WORDS[connection.dialect.name]))
    if not metadata.tables.keys() <= tables:
        metadata.create_all(connection)
    if _formats.name not in tables:
        _formats.create(connection)
    for known in formats.values():
        _note(connection, known, numbers[known.store])


def is_known(connection: Connection, metadata: MetaData) -> bool:
    """Return whether a store is there as this release leaves it; nothing is changed. Raises STATE_NEWER."""
    tables = set(inspect(connection).get_table_names())
    numbers = _numbers(connection, metadata, tables)
    formats: dict[str, StoreFormat] = metadata.info[_FORMATS]
    return metadata.tables.keys() <= tables and all(numbers[known.store] >= known.number for known in formats.values())


def _numbers(connection: Connection, metadata: MetaData, tables: Collection[str]) -> dict[str, int]:
    """Return the number of each kind of store, that of this release if there is none yet. Raises STATE_NEWER."""
    rows = connection.execute(select(_formats)).all() if _formats.name in tables else []
    noted = {row.store: row for row in rows}
    return {
        known.store: _number(connection, known, noted.get(known.store), _has_tables(metadata, known, tables))
        for known in metadata.info[_FORMATS].values()
    }


def _number(connection: Connection, known: StoreFormat, row: Row[Any] | None, has_tables: bool) -> int:
    if row is None:
        return 1 if has_tables else known.number
    if row.needs > known.number:
        raise StateNewer(place_of(connection.engine.url), row.needs, known.number)
    return int(row.number)


def _has_tables(metadata: MetaData, known: StoreFormat, tables: Collection[str]) -> bool:
    owner = metadata.info[_OWNER]
    own = (each.name for each in metadata.tables.values() if each.info.get(_STORE, owner) == known.store)
    return any(name in tables for name in own)


def _note(connection: Connection, known: StoreFormat, before: int) -> None:
    """Note what a store has been through; a newer release's higher number stays."""
    own = _formats.c.store == known.store
    if connection.scalar(select(_formats.c.number).where(own)) is None:
        connection.execute(insert(_formats).values(store=known.store, number=known.number, needs=known.needs))
    elif before < known.number:
        connection.execute(update(_formats).where(own).values(number=known.number, needs=known.needs))
