"""The register of a jurisdiction's publisher: entries, updates, batches and sequences, read and written in plain SQL.

Whatever changes an entry, its update and the outbox rows stand in one transaction, so a crash leaves all of it or none.
A transaction that changes a court's entries first takes that court's lock (`claim`): two publications of one court never
interleave, and its sequence numbers have the order of its outbox rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, delete, func, insert, select, update

from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status
from ...topics.settings import Settings
from ...topics.storage.bulk import Row, insert_missing_rows, insert_rows, rows_among
from ...topics.storage.database import create_tables, open_database, reading, sqlite_url
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.ports import Clock, SystemClock
from .rows import Batch, CorrectedKey, OtherKey, RegisteredEntry, Update, WholeEntry
from .tables import BLOCK_BITS, RegisterTables, register_tables

__all__ = ["Batch", "CorrectedKey", "OtherKey", "Register", "RegisteredEntry", "Update", "WholeEntry", "open_register"]

_PAGE = 10_000
_PAGE_BYTES = 8192
NEW_ENTRY = ("ordinal", "entry_id", "key", "generation", "court", "instrument", "case_number", "decision_number", "status",
             "version", "digest", "publish_date", "reason", "changed_on", "body", "certificates")  # fmt: skip
"""Columns of a new entry."""
_ENTRY_COLUMNS = tuple(each.name for each in fields(RegisteredEntry))
_UPDATE_COLUMNS = tuple(each.name for each in fields(Update))
_BATCH_COLUMNS = tuple(each.name for each in fields(Batch))


def open_register(settings: Settings, jurisdiction: str, clock: Clock | None = None) -> "Register":
    """The register of a jurisdiction: its file below the state directory, or its schema in LIANDONG_OUTBOX_URL."""
    url = settings.outbox_url or sqlite_url(settings.state_dir / "publisher" / f"{jurisdiction}.db")
    schema = f"publisher_{jurisdiction.replace('-', '_')}"
    engine = open_database(url.replace("{jurisdiction}", jurisdiction), schema=schema, page_bytes=_PAGE_BYTES)
    return Register(engine, clock or SystemClock())


class Register:
    """One publisher's database. Methods with a connection belong into the caller's transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Opens it, makes what is missing."""
        self.engine = engine
        self.tables: RegisterTables = register_tables()
        create_tables(engine, self.tables.metadata)
        self.outbox = SqlOutbox(engine, tables=self.tables.outbox, clock=clock)

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    # -- inside a transaction -----------------------------------------------------------------------------------------

    def claim(self, connection: Connection, court: str) -> int:
        """Waits until no other transaction changes this court's entries; how often the court was claimed."""
        return self.take(connection, self.claims(court), 1)

    def take(self, connection: Connection, name: str, count: int) -> int:
        """Takes the next numbers of a sequence without a gap; the first of them. A rollback gives them back."""
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

    def claims(self, court: str) -> str:
        """The name of the sequence that counts how often a court was claimed: while it stands still, nothing of the court
        changes.
        """
        return f"lock/{court}"

    def last_numbers(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        """The last numbers taken of sequences, 0 at first."""
        sequences = self.tables.sequences.c
        wanted = select(sequences.name, sequences.value).where(sequences.name.in_(names))
        return dict.fromkeys(names, 0) | {row.name: row.value for row in connection.execute(wanted)}

    def other_keys(self, connection: Connection, keys: Sequence[bytes]) -> list[OtherKey]:
        """What is known of these as keys by other certificates."""
        if not self._has_other_keys(connection):
            return []
        rows = rows_among(connection, self.tables.other_keys, OtherKey._fields, "key", keys)
        return [OtherKey(*row) for row in rows]

    def entries_by_key(
        self, connection: Connection, keys: Sequence[bytes], others: Sequence[OtherKey] | None = None
    ) -> dict[bytes, list[RegisteredEntry]]:
        """All generations of these keys, oldest first; by another certificate's key only where the key has none itself.

        `others` is what `other_keys` says of them, if it was asked already.
        """
        entries, others = self.tables.entries, self.other_keys(connection, keys) if others is None else others
        rows = rows_among(connection, entries, _ENTRY_COLUMNS, "key", keys)
        found: dict[bytes, list[RegisteredEntry]] = {}
        for entry in sorted(map(_entry, rows), key=attrgetter("generation")):
            found.setdefault(entry.key, []).append(entry)
        ordinals = {row.key: row.ordinal for row in others if row.corrected_on is None and row.key not in found}
        wanted = list(set(ordinals.values()))
        held = {row[0]: _entry(row) for row in rows_among(connection, entries, _ENTRY_COLUMNS, "ordinal", wanted)}
        return found | {key: [held[ordinal]] for key, ordinal in ordinals.items()}

    def corrected_keys(self, connection: Connection, others: Sequence[OtherKey]) -> dict[bytes, CorrectedKey]:
        """Those of the keys whose certificate was corrected away."""
        entries, gone = self.tables.entries, [each for each in others if each.corrected_on is not None]
        wanted = list({each.ordinal for each in gone})
        held = {row[0]: row[1] for row in rows_among(connection, entries, ("ordinal", "entry_id"), "ordinal", wanted)}
        return {
            each.key: CorrectedKey(held[each.ordinal], each.corrected_on or "", each.name_hash or b"") for each in gone
        }

    def _has_other_keys(self, connection: Connection) -> bool:
        """Many registers have none at all, and asking for thousands of keys costs."""
        return connection.scalar(select(self.tables.other_keys.c.ordinal).limit(1)) is not None

    def whole_entry(self, connection: Connection, entry_id: bytes) -> WholeEntry | None:
        """Everything about one entry."""
        wanted = self._select_whole().where(self.tables.entries.c.entry_id == entry_id)
        row = connection.execute(wanted).one_or_none()
        return None if row is None else _whole(row)

    def add_entries(self, connection: Connection, rows: Iterable[Row]) -> None:
        """New entries, values in the order of `NEW_ENTRY`."""
        insert_rows(connection, self.tables.entries, NEW_ENTRY, rows)

    def change_entries(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Newer versions of entries, found by `at_ordinal`; every row sets the same columns."""
        if not rows:
            return
        entries = self.tables.entries
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "at_ordinal"}
        connection.execute(update(entries).where(entries.c.ordinal == bindparam("at_ordinal")).values(columns), rows)

    def add_holders(self, connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
        """Certificates of entries, so that a court finds its entries by them."""
        placed = sorted([(ordinal >> BLOCK_BITS, certificate, ordinal) for certificate, ordinal in rows])
        insert_missing_rows(connection, self.tables.holders, ("block", "certificate", "ordinal"), placed)

    def drop_other_keys(self, connection: Connection, ordinals: Sequence[int]) -> None:
        """Forgets the further keys of entries whose certificates changed, but not those that were corrected away."""
        if ordinals and self._has_other_keys(connection):
            other = self.tables.other_keys
            connection.execute(delete(other).where(other.c.ordinal.in_(ordinals), other.c.corrected_on.is_(None)))

    def add_other_keys(self, connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
        """Keys by further certificates, so that a row that names only one of them finds the entry."""
        insert_missing_rows(connection, self.tables.other_keys, ("key", "ordinal"), rows)

    def add_corrected_key(self, connection: Connection, key: bytes, ordinal: int, day: str, name_hash: bytes) -> None:
        """A key whose certificate turned out to be wrong for this name."""
        other = self.tables.other_keys
        connection.execute(delete(other).where(other.c.key == key))
        values = {"key": key, "ordinal": ordinal, "corrected_on": day, "name_hash": name_hash}
        connection.execute(insert(other).values(values))

    def add_updates(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Accepted updates, values in the order of `Update`'s fields."""
        insert_rows(connection, self.tables.updates, _UPDATE_COLUMNS, rows)

    def put_batch(self, connection: Connection, batch: Batch) -> None:
        """A batch as it stands now."""
        batches = self.tables.batches
        values = {name: getattr(batch, name) for name in _BATCH_COLUMNS}
        changed = connection.execute(update(batches).where(batches.c.batch_id == batch.batch_id).values(values))
        if not changed.rowcount:
            connection.execute(insert(batches), values)

    # -- reading ------------------------------------------------------------------------------------------------------

    def batch(self, batch_id: str) -> Batch | None:
        """One batch."""
        batches = self.tables.batches.c
        wanted = select(*(batches[name] for name in _BATCH_COLUMNS)).where(batches.batch_id == batch_id)
        with reading(self.engine) as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Batch(*row)

    def last_batch_of(self, court: str, source_hash: str) -> Batch | None:
        """The newest complete batch of a court from exactly this file."""
        batches = self.tables.batches.c
        wanted = (
            select(*(batches[name] for name in _BATCH_COLUMNS))
            .where(batches.court == court, batches.source_hash == source_hash, batches.state == "accepted")
            .order_by(batches.started_at.desc())
            .limit(1)
        )
        with reading(self.engine) as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Batch(*row)

    def update(self, update_id: bytes) -> Update | None:
        """One update."""
        found = self._updates(self.tables.updates.c.update_id == update_id, 1)
        return found[0] if found else None

    def updates_of_entry(self, entry_id: bytes) -> list[Update]:
        """The history of an entry, oldest first."""
        return self._updates(self.tables.updates.c.entry_id == entry_id, None)

    def updates_of_batch(self, batch_id: str) -> Iterator[Update]:
        """Updates of a batch in the order of their acceptance, read in pages."""
        updates = self.tables.updates.c
        after = 0
        while page := self._updates((updates.batch_id == batch_id) & (updates.state_row > after), _PAGE):
            yield from page
            after = page[-1].state_row

    def updates_after(self, state_row: int, limit: int) -> list[Update]:
        """Updates behind a row of the state lane: how a ledger follows the register."""
        return self._updates(self.tables.updates.c.state_row > state_row, limit)

    def _updates(self, condition: Any, limit: int | None) -> list[Update]:
        updates = self.tables.updates.c
        wanted = select(*(updates[name] for name in _UPDATE_COLUMNS)).where(condition)
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.order_by(updates.state_row).limit(limit)).all()
        return [Update(**{**row._asdict(), "change": Change(row.change)}) for row in rows]

    def live_entries(self, court: str, instruments: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
        """Ordinal, instrument and id of a court's live entries, in order, read in pages."""
        entries = self.tables.entries.c
        after = 0
        while True:
            wanted = (
                select(entries.ordinal, entries.instrument, entries.entry_id)
                .where(entries.ordinal > after, entries.court == court)
                .where(entries.status < int(ENDED_FROM), entries.instrument.in_(instruments))
                .order_by(entries.ordinal)
                .limit(_PAGE)
            )
            with reading(self.engine) as connection:
                page = connection.execute(wanted).all()
            yield from (tuple(row) for row in page)
            if len(page) < _PAGE:
                return
            after = page[-1].ordinal

    def find(
        self, court: str, *, entry_id: bytes = b"", case_number: str = "", certificate: bytes = b""
    ) -> list[WholeEntry]:
        """A court's own entries by id, case number or certificate hash, newest last."""
        entries, holders = self.tables.entries.c, self.tables.holders
        wanted = self._select_whole().where(entries.court == court).order_by(entries.ordinal)
        if entry_id:
            wanted = wanted.where(entries.entry_id == entry_id)
        if case_number:
            wanted = wanted.where(entries.case_number == case_number)
        if certificate:
            last = select(func.coalesce(func.max(holders.c.block), -1))
            with reading(self.engine) as connection:
                blocks = range(connection.execute(last).scalar_one() + 1)
            held = select(holders.c.ordinal).where(holders.c.block.in_(blocks), holders.c.certificate == certificate)
            wanted = wanted.where(entries.ordinal.in_(held))
        with reading(self.engine) as connection:
            return [_whole(row) for row in connection.execute(wanted)]

    def count_live(self, court: str) -> int:
        """How many live entries a court has."""
        entries = self.tables.entries.c
        wanted = select(func.count()).where(entries.court == court, entries.status < int(ENDED_FROM))
        with reading(self.engine) as connection:
            return connection.scalar(wanted) or 0

    def _select_entries(self, *more: ColumnElement[Any]) -> Select[Any]:
        entries = self.tables.entries.c
        return select(*(entries[name] for name in _ENTRY_COLUMNS), *more)

    def _select_whole(self) -> Select[Any]:
        entries = self.tables.entries.c
        return self._select_entries(
            entries.court, entries.case_number, entries.body, entries.full_body, entries.certificates
        )


def _entry(row: Any) -> RegisteredEntry:
    ordinal, entry_id, key, generation, instrument, decision, status, *rest = row[: len(_ENTRY_COLUMNS)]
    return RegisteredEntry(ordinal, entry_id, key, generation, Instrument(instrument), decision, Status(status), *rest)


def _whole(row: Any) -> WholeEntry:
    return WholeEntry(_entry(row), row.court, row.case_number, row.body, row.full_body or row.body, row.certificates)
