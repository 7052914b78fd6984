"""The register of a jurisdiction's publisher: entries, updates, batches and sequences, read and written in plain SQL.

Whatever changes an entry, its update and the outbox rows stand in one transaction, so a crash leaves all of it or none.
A transaction that changes a court's entries first takes that court's lock (`claim`): two publications of one court never
interleave, and its sequence numbers have the order of its outbox rows.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, bindparam, delete, insert, update

from ...topics.settings import Settings
from ...topics.storage.bulk import Row, insert_missing_rows, insert_rows
from ...topics.storage.database import create_tables, open_database, open_existing_database, sqlite_url
from ...topics.storage.outbox import SqlOutbox
from ...topics.workers.clock import Clock
from .reader import BATCH_COLUMNS, UPDATE_COLUMNS, RegisterReader
from .rows import (
    ENTRY_COLUMNS,
    FIXED_COLUMNS,
    Batch,
    Completion,
    CorrectedKey,
    FormerState,
    OtherKey,
    RegisteredEntry,
    StatedRuling,
    Update,
    WholeEntry,
    columns_of,
)
from .tables import BLOCK_BITS, register_tables

__all__ = ["Batch", "CorrectedKey", "OtherKey", "Register", "RegisteredEntry", "Update", "WholeEntry", "open_register"]

_PAGE_BYTES = 8192
_COMPLETION = ("of_ordinal", "new_missing", "new_beginning")
_NEW = tuple(f"new_{name}" for name in ENTRY_COLUMNS)


class BeforeSigning(Protocol):
    """What stands before a court's signing key."""

    def __call__(self, connection: Connection, court: str, *, numbered: bool) -> None:
        """Raise what stands against signing something, which takes a number of the court or not."""


class Register(RegisterReader):
    """One publisher's database, to read and to write."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Make what is missing."""
        super().__init__(engine)
        create_tables(engine, self.tables.metadata)
        self.outbox = SqlOutbox(engine, tables=self.tables.outbox, clock=clock)
        self.before_signing: BeforeSigning | None = None
        """Asked before anything new of a court is accepted; raises what stands against it."""

    def claim(self, connection: Connection, court: str, *, numbered: bool = True) -> int:
        """Wait until no other transaction changes this court's entries; returns how often the court was claimed.

        Raises what stands against signing for the court now; what is not `numbered` takes no number of the court.
        """
        claimed = self.hold(connection, court)
        if self.before_signing is not None:
            self.before_signing(connection, court, numbered=numbered)
        return claimed

    def hold(self, connection: Connection, court: str) -> int:
        """Do the same for what changes no entry: sending again, or taking over what the log holds."""
        return self.take(connection, self.claims(court), 1)

    def take(self, connection: Connection, name: str, count: int) -> int:
        """Take the next numbers of a sequence without a gap and return the first. A rollback gives them back."""
        sequences = self.tables.sequences
        grown = (
            update(sequences)
            .where(sequences.c.name == name)
            .values(value=sequences.c.value + count)
            .returning(sequences.c.value)
        )
        last = connection.scalar(grown)
        if last is None:
            insert_missing_rows(connection, sequences, ("name", "value"), [(name, 0)])
            last = connection.execute(grown).scalar_one()
        return int(last) - count + 1

    def add_entries(self, connection: Connection, entries: Iterable[WholeEntry]) -> None:
        """Write new entries."""
        insert_rows(connection, self.tables.entries, ENTRY_COLUMNS, map(columns_of, entries))

    def change_entries(self, connection: Connection, entries: Iterable[WholeEntry]) -> None:
        """Write newer versions of entries, found by their ordinals."""
        rows = [dict(zip(_NEW, columns_of(entry), strict=True)) for entry in entries]
        if rows:
            table = self.tables.entries
            changing: dict[str, Any] = {
                name: bindparam(f"new_{name}") for name in ENTRY_COLUMNS if name not in FIXED_COLUMNS
            }
            connection.execute(update(table).where(table.c.ordinal == bindparam("new_ordinal")).values(changing), rows)

    def add_holders(self, connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
        """Write certificates of entries, so that a court finds its entries by them."""
        placed = sorted([(ordinal >> BLOCK_BITS, certificate, ordinal) for certificate, ordinal in rows])
        insert_missing_rows(connection, self.tables.holders, ("block", "certificate", "ordinal"), placed)

    def drop_other_keys(self, connection: Connection, ordinals: Sequence[int]) -> None:
        """Forget the further keys of entries whose certificates changed, but not those that were corrected away."""
        if ordinals and self._has_other_keys(connection):
            other = self.tables.other_keys
            connection.execute(delete(other).where(other.c.ordinal.in_(ordinals), other.c.corrected_on.is_(None)))

    def add_other_keys(self, connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
        """Write keys by further certificates, so that a row that names only one of them finds the entry."""
        insert_missing_rows(connection, self.tables.other_keys, ("key", "ordinal"), rows)

    def add_corrected_key(self, connection: Connection, key: bytes, ordinal: int, day: str, name_hash: bytes) -> None:
        """Write a key whose certificate turned out to be wrong for this name."""
        other = self.tables.other_keys
        connection.execute(delete(other).where(other.c.key == key))
        values = {"key": key, "ordinal": ordinal, "corrected_on": day, "name_hash": name_hash}
        connection.execute(insert(other).values(values))

    def add_former_states(self, connection: Connection, states: Sequence[FormerState]) -> None:
        """Write what entries said before they were changed."""
        insert_missing_rows(connection, self.tables.former_states, FormerState._fields, states)

    def forget_corrected_keys(self, connection: Connection, ordinal: int, keys: Sequence[bytes]) -> None:
        """Let keys that were corrected away from an entry lead to it again: the court has said so."""
        other = self.tables.other_keys.c
        gone = other.key.in_(keys), other.ordinal == ordinal, other.corrected_on.is_not(None)
        connection.execute(delete(self.tables.other_keys).where(*gone))

    def complete(self, connection: Connection, rows: Sequence[Completion]) -> None:
        """Write what was missing of the beginnings of entries."""
        if rows:
            table = self.tables.entries
            values: dict[str, Any] = {"missing": bindparam("new_missing"), "beginning": bindparam("new_beginning")}
            changing = update(table).where(table.c.ordinal == bindparam("of_ordinal")).values(values)
            connection.execute(changing, [dict(zip(_COMPLETION, row, strict=True)) for row in rows])

    def add_updates(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Write accepted updates, values in the order of `Update`'s fields."""
        insert_rows(connection, self.tables.updates, UPDATE_COLUMNS, rows)

    def put_ruling(self, connection: Connection, stated: StatedRuling, queries: Sequence[tuple[str, str]] = ()) -> None:
        """Write what the court stated of the decision behind an act, and by number and day the queries it rests on."""
        connection.execute(insert(self.tables.rulings).values(stated._asdict()))
        rows = [(stated.update_id, number, day) for number, day in queries]
        insert_missing_rows(connection, self.tables.ruling_queries, ("update_id", "number", "day"), rows)

    def put_batch(self, connection: Connection, batch: Batch) -> None:
        """Write a batch as it stands now."""
        batches = self.tables.batches
        values = {name: getattr(batch, name) for name in BATCH_COLUMNS}
        changed = connection.execute(update(batches).where(batches.c.batch_id == batch.batch_id).values(values))
        if not changed.rowcount:
            connection.execute(insert(batches), values)


def open_register(settings: Settings, jurisdiction: str, clock: Clock) -> Register:
    """Open the register of a jurisdiction and make what is missing of it."""
    place = _place(settings, jurisdiction)
    password_file = settings.outbox_password_file
    engine = open_database(place.url, schema=place.schema, password_file=password_file, page_bytes=_PAGE_BYTES)
    return Register(engine, clock)


def register_as_it_is(settings: Settings, jurisdiction: str, clock: Clock) -> RegisterReader:
    """Open the register of a jurisdiction to read it. Nothing is made: one that is not there yet is empty, in memory."""
    place = _place(settings, jurisdiction)
    engine = open_existing_database(
        place.url,
        schema=place.schema,
        password_file=settings.outbox_password_file,
        table=register_tables().entries,
    )
    if engine is None:
        return Register(open_database("sqlite://"), clock)
    return RegisterReader(engine)


def register_file(settings: Settings, jurisdiction: str) -> Path:
    """Return the file of a register that is not in the database of LIANDONG_OUTBOX_URL."""
    return settings.state_dir / "publisher" / f"{jurisdiction}.db"


class _Place(NamedTuple):
    """Where a register is; a SQLite file takes no notice of the schema."""

    url: str
    schema: str


def _place(settings: Settings, jurisdiction: str) -> _Place:
    """Name the place of a register: a file below the state directory, or a schema in LIANDONG_OUTBOX_URL."""
    url = settings.outbox_url or sqlite_url(register_file(settings, jurisdiction))
    return _Place(url.replace("{jurisdiction}", jurisdiction), f"publisher_{jurisdiction.replace('-', '_')}")
