"""What a register says: entries, updates, batches and sequences, read in plain SQL and never changed here."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, inspect, select

from ...schemas.law.grounds import DeletionReason
from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status
from ...topics.storage.bulk import rows_among
from ...topics.storage.database import reading
from .rows import (
    ENTRY_COLUMNS,
    Batch,
    CorrectedKey,
    FormerState,
    LiveEntry,
    OtherKey,
    RegisteredEntry,
    StatedRuling,
    Update,
    WholeEntry,
    registered_entry,
    whole_entry,
)
from .tables import RegisterTables, register_tables

_PAGE = 10_000
_HOLDERS = 500
"""Certificates asked for in one statement."""
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
        """Name the sequence that counts how often a court was claimed: while it stands still, nothing of the court changes."""
        return f"lock/{court}"

    def last_numbers(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        """Return the last numbers taken of sequences, 0 at first."""
        sequences = self.tables.sequences.c
        query = select(sequences.name, sequences.value).where(sequences.name.in_(names))
        return dict.fromkeys(names, 0) | {row.name: row.value for row in connection.execute(query)}

    def other_keys(self, connection: Connection, keys: Sequence[bytes]) -> list[OtherKey]:
        """Return those of the keys that are keys by other certificates."""
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
        generations: dict[bytes, list[RegisteredEntry]] = {}
        for entry in sorted(map(registered_entry, rows), key=attrgetter("generation")):
            generations.setdefault(entry.key, []).append(entry)
        ordinals = {row.key: row.ordinal for row in others if row.corrected_on is None}
        rows = rows_among(connection, entries, RegisteredEntry._fields, "ordinal", list(set(ordinals.values())))
        by_ordinal = {entry.ordinal: entry for entry in map(registered_entry, rows)}
        for key, ordinal in ordinals.items():
            if key not in generations or by_ordinal[ordinal].has_ended:
                generations.setdefault(key, []).insert(0, by_ordinal[ordinal])
        return generations

    def said_of(self, connection: Connection, ordinals: Sequence[int]) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield of entries the ordinal, the newest body and the certificates."""
        columns = ("ordinal", "body", "certificates")
        for row in rows_among(connection, self.tables.entries, columns, "ordinal", ordinals):
            yield row[0], row[1], row[2]

    def beginnings(self, connection: Connection, ordinals: Sequence[int]) -> dict[int, bytes | None]:
        """Return by entry what is stated of how it began."""
        rows = rows_among(connection, self.tables.entries, ("ordinal", "beginning"), "ordinal", ordinals)
        return {row[0]: row[1] for row in rows}

    def further_keys(self, connection: Connection, ordinals: Sequence[int]) -> list[OtherKey]:
        """Return the keys by other certificates that lead to entries."""
        if not ordinals or not self._has_other_keys(connection):
            return []
        rows = rows_among(connection, self.tables.other_keys, OtherKey._fields, "ordinal", ordinals)
        return [key for key in map(OtherKey._make, rows) if key.corrected_on is None]

    def corrected_keys(self, connection: Connection, others: Sequence[OtherKey]) -> dict[bytes, CorrectedKey]:
        """Return those of the keys whose certificate was corrected away."""
        entries, gone = self.tables.entries, [each for each in others if each.corrected_on is not None]
        ordinals = list({each.ordinal for each in gone})
        rows = rows_among(connection, entries, ("ordinal", "entry_id"), "ordinal", ordinals)
        entry_ids, former = {row[0]: row[1] for row in rows}, self.former_states(connection, ordinals)
        return {
            each.key: CorrectedKey(
                entry_ids[each.ordinal],
                each.corrected_on or "",
                frozenset((each.name_hash or b"", *(state.name_hash for state in former.get(each.ordinal, ())))),
            )
            for each in gone
        }

    def former_states(self, connection: Connection, ordinals: Sequence[int]) -> dict[int, list[FormerState]]:
        """Return by entry what those of the entries said before that were changed."""
        table, found = self.tables.former_states, dict[int, list[FormerState]]()
        if not ordinals or connection.scalar(select(table.c.ordinal).limit(1)) is None:
            return found
        for row in rows_among(connection, table, FormerState._fields, "ordinal", list(ordinals)):
            ordinal, digest, decision, name, *rest = row
            found.setdefault(ordinal, []).append(FormerState(ordinal, bytes(digest), decision, bytes(name), *rest))
        return found

    def deleted_on_application(
        self, connection: Connection, court: str, holders: Sequence[bytes]
    ) -> dict[bytes, list[RegisteredEntry]]:
        """Return by holder the court's list entries that were deleted because the creditor asked for it (D3)."""
        if not holders:
            return {}
        entries, held = self.tables.entries.c, self.tables.holders.c
        last = connection.execute(select(func.coalesce(func.max(held.block), -1))).scalar_one()
        query = (
            select(held.certificate, *(entries[name] for name in RegisteredEntry._fields))
            .where(held.ordinal == entries.ordinal, held.block.in_(range(last + 1)))
            .where(entries.court == court, entries.instrument == int(Instrument.LIST_ENTRY))
            .where(entries.status == int(Status.DELETED), entries.reason == DeletionReason.D3.value)
        )
        found: dict[bytes, list[RegisteredEntry]] = {}
        for start in range(0, len(holders), _HOLDERS):
            some = query.where(held.certificate.in_(holders[start : start + _HOLDERS]))
            for holder, *values in connection.execute(some):
                found.setdefault(bytes(holder), []).append(registered_entry(values))
        return found

    def earlier_entry(self, entry: RegisteredEntry) -> RegisteredEntry | None:
        """Return the entry of the same subject in the same case that ended before this one was made, None if it is the first."""
        entries = self.tables.entries.c
        query = select(*(entries[name] for name in RegisteredEntry._fields))
        query = query.where(entries.key == entry.key, entries.generation == entry.generation - 1)
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else registered_entry(row)

    def _has_other_keys(self, connection: Connection) -> bool:
        """Tell whether there are any: many registers have none, and asking for thousands of keys costs."""
        return connection.scalar(select(self.tables.other_keys.c.ordinal).limit(1)) is not None

    def whole_entry(self, connection: Connection, entry_id: bytes) -> WholeEntry | None:
        """Return everything about one entry."""
        query = self._select_whole().where(self.tables.entries.c.entry_id == entry_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else whole_entry(row)

    def batch_within(self, connection: Connection, batch_id: str) -> Batch | None:
        """Return one batch."""
        batches = self.tables.batches.c
        query = select(*(batches[name] for name in BATCH_COLUMNS)).where(batches.batch_id == batch_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else Batch(*row)

    def has_taken_over(self, connection: Connection) -> bool:
        """Tell whether entries were ever taken over from the log; a register of an earlier release has no place for them."""
        table = self.tables.upkeep.subjects
        if not inspect(connection).has_table(table.name):
            return False
        return connection.scalar(select(table.c.ordinal).limit(1)) is not None

    def taken_over(
        self, connection: Connection, court: str, surrogates: Sequence[bytes]
    ) -> dict[bytes, list[WholeEntry]]:
        """Return by surrogate the court's entries that were taken over from the log without certificates."""
        table, found = self.tables.upkeep.subjects, dict[bytes, list[WholeEntry]]()
        for surrogate, ordinal in rows_among(
            connection, table, ("surrogate", "ordinal"), "surrogate", sorted(surrogates)
        ):
            query = self._select_whole().where(self.tables.entries.c.ordinal == ordinal)
            whole = whole_entry(connection.execute(query).one())
            if whole.court == court:
                found.setdefault(bytes(surrogate), []).append(whole)
        return found

    # -- by itself ----------------------------------------------------------------------------------------------------

    def batch(self, batch_id: str) -> Batch | None:
        """Return one batch."""
        with reading(self.engine) as connection:
            return self.batch_within(connection, batch_id)

    def last_batch_of(self, court: str, source_hash: str) -> Batch | None:
        """Return the newest complete batch of a court from exactly this file."""
        batches = self.tables.batches.c
        query = (
            select(*(batches[name] for name in BATCH_COLUMNS))
            .where(batches.court == court, batches.source_hash == source_hash, batches.state == "accepted")
            .order_by(batches.started_at.desc())
            .limit(1)
        )
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Batch(*row)

    def update(self, update_id: bytes) -> Update | None:
        """Return one update."""
        updates = self._updates(self.tables.updates.c.update_id == update_id, 1)
        return updates[0] if updates else None

    def ruling(self, update_id: bytes) -> StatedRuling | None:
        """Return what the court stated of the decision behind an act; None of a file's rows and acts of earlier releases."""
        rulings = self.tables.rulings.c
        query = select(*(rulings[name] for name in StatedRuling._fields)).where(rulings.update_id == update_id)
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else StatedRuling(*row)

    def ruling_queries(self, update_id: bytes) -> list[str]:
        """Return the queries a deletion rests on, as `NUMBER@DAY`, by day."""
        queries = self.tables.ruling_queries.c
        query = select(queries.number, queries.day).where(queries.update_id == update_id)
        with reading(self.engine) as connection:
            return [
                f"{row.number}@{row.day}" for row in connection.execute(query.order_by(queries.day, queries.number))
            ]

    def updates_of_entry(self, entry_id: bytes) -> list[Update]:
        """Return the history of an entry, oldest first."""
        return self._updates(self.tables.updates.c.entry_id == entry_id, None)

    def updates_of_batch(self, batch_id: str) -> list[Update]:
        """Return what was published under a batch, oldest first."""
        return self._updates(self.tables.updates.c.batch_id == batch_id, None)

    def _updates(self, condition: Any, limit: int | None) -> list[Update]:
        updates = self.tables.updates.c
        query = select(*(updates[name] for name in UPDATE_COLUMNS)).where(condition)
        with reading(self.engine) as connection:
            rows = connection.execute(query.order_by(updates.state_row).limit(limit)).all()
        return [Update(**{**row._asdict(), "change": Change(row.change)}) for row in rows]

    def live_entries(self, court: str, instruments: Sequence[int]) -> Iterator[LiveEntry]:
        """Read a court's live entries under some instruments in the order of their ordinals, in pages."""
        entries = self.tables.entries.c
        after = 0
        while True:
            query = (
                select(*(entries[name] for name in LiveEntry._fields))
                .where(entries.ordinal > after, entries.court == court)
                .where(entries.status < int(ENDED_FROM), entries.instrument.in_(instruments))
                .order_by(entries.ordinal)
                .limit(_PAGE)
            )
            with reading(self.engine) as connection:
                page = connection.execute(query).all()
            yield from map(LiveEntry._make, page)
            if len(page) < _PAGE:
                return
            after = page[-1].ordinal

    def find(
        self, court: str, *, entry_id: bytes = b"", case_number: str = "", certificate: bytes = b""
    ) -> list[WholeEntry]:
        """Find a court's own entries by id, case number or certificate hash, newest last."""
        entries, holders = self.tables.entries.c, self.tables.holders
        query = self._select_whole().where(entries.court == court).order_by(entries.ordinal)
        if entry_id:
            query = query.where(entries.entry_id == entry_id)
        if case_number:
            query = query.where(entries.case_number == case_number)
        if certificate:
            last = select(func.coalesce(func.max(holders.c.block), -1))
            with reading(self.engine) as connection:
                blocks = range(connection.execute(last).scalar_one() + 1)
            ordinals = select(holders.c.ordinal).where(
                holders.c.block.in_(blocks), holders.c.certificate == certificate
            )
            query = query.where(entries.ordinal.in_(ordinals))
        with reading(self.engine) as connection:
            return [whole_entry(row) for row in connection.execute(query)]

    def _select_whole(self) -> Select[Any]:
        entries = self.tables.entries.c
        return select(*(entries[name] for name in ENTRY_COLUMNS))
