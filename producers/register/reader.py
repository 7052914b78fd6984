"""What a register says: entries, updates, batches and sequences, read in plain SQL and never changed here."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from ...schemas.law.listing import ENDED_FROM, Change
from ...topics.storage.bulk import rows_among
from ...topics.storage.database import reading
from .rows import (
    ENTRY_COLUMNS,
    Batch,
    CorrectedKey,
    LiveEntry,
    OtherKey,
    RegisteredEntry,
    Update,
    WholeEntry,
    registered_entry,
    whole_entry,
)
from .tables import RegisterTables, register_tables

_PAGE = 10_000
UPDATE_COLUMNS = tuple(each.name for each in fields(Update))
BATCH_COLUMNS = tuple(each.name for each in fields(Batch))


class RegisterReader:
    """One publisher's database, to read. Methods with a connection belong into the caller's transaction."""

    def __init__(self, engine: Engine) -> None:
        """Take the tables as they are."""
        self.engine = engine
        self.tables: RegisterTables = register_tables()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    # -- inside a transaction -----------------------------------------------------------------------------------------

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
        """Return all generations of these keys, oldest first.

        The key of another certificate leads to an entry only where no entry has that key for its own; an ended one is an
        earlier generation all the same. `others` is what `other_keys` says of them, if it was asked already.
        """
        entries, others = self.tables.entries, self.other_keys(connection, keys) if others is None else others
        rows = rows_among(connection, entries, RegisteredEntry._fields, "key", keys)
        found: dict[bytes, list[RegisteredEntry]] = {}
        for entry in sorted(map(registered_entry, rows), key=attrgetter("generation")):
            found.setdefault(entry.key, []).append(entry)
        ordinals = {row.key: row.ordinal for row in others if row.corrected_on is None}
        rows = rows_among(connection, entries, RegisteredEntry._fields, "ordinal", list(set(ordinals.values())))
        by_ordinal = {entry.ordinal: entry for entry in map(registered_entry, rows)}
        for key, ordinal in ordinals.items():
            if key not in found or by_ordinal[ordinal].has_ended:
                found.setdefault(key, []).insert(0, by_ordinal[ordinal])
        return found

    def further_keys(self, connection: Connection, ordinals: Sequence[int]) -> list[OtherKey]:
        """Return the keys by other certificates that lead to entries."""
        if not ordinals or not self._has_other_keys(connection):
            return []
        rows = rows_among(connection, self.tables.other_keys, OtherKey._fields, "ordinal", ordinals)
        return [key for key in map(OtherKey._make, rows) if key.corrected_on is None]

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
        """Return everything about one entry."""
        wanted = self._select_whole().where(self.tables.entries.c.entry_id == entry_id)
        row = connection.execute(wanted).one_or_none()
        return None if row is None else whole_entry(row)

    # -- by itself ----------------------------------------------------------------------------------------------------

    def batch(self, batch_id: str) -> Batch | None:
        """One batch."""
        batches = self.tables.batches.c
        wanted = select(*(batches[name] for name in BATCH_COLUMNS)).where(batches.batch_id == batch_id)
        with reading(self.engine) as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Batch(*row)

    def last_batch_of(self, court: str, source_hash: str) -> Batch | None:
        """The newest complete batch of a court from exactly this file."""
        batches = self.tables.batches.c
        wanted = (
            select(*(batches[name] for name in BATCH_COLUMNS))
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
        wanted = select(*(updates[name] for name in UPDATE_COLUMNS)).where(condition)
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.order_by(updates.state_row).limit(limit)).all()
        return [Update(**{**row._asdict(), "change": Change(row.change)}) for row in rows]

    def live_entries(self, court: str, instruments: Sequence[int]) -> Iterator[LiveEntry]:
        """Read a court's live entries under some instruments in the order of their ordinals, in pages."""
        entries = self.tables.entries.c
        after = 0
        while True:
            wanted = (
                select(*(entries[name] for name in LiveEntry._fields))
                .where(entries.ordinal > after, entries.court == court)
                .where(entries.status < int(ENDED_FROM), entries.instrument.in_(instruments))
                .order_by(entries.ordinal)
                .limit(_PAGE)
            )
            with reading(self.engine) as connection:
                page = connection.execute(wanted).all()
            yield from map(LiveEntry._make, page)
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
            return [whole_entry(row) for row in connection.execute(wanted)]

    def count_live(self, court: str) -> int:
        """How many live entries a court has."""
        entries = self.tables.entries.c
        wanted = select(func.count()).where(entries.court == court, entries.status < int(ENDED_FROM))
        with reading(self.engine) as connection:
            return connection.scalar(wanted) or 0

    def _select_whole(self) -> Select[Any]:
        entries = self.tables.entries.c
        return select(*(entries[name] for name in ENTRY_COLUMNS))
