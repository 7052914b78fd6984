"""What the upkeep of a register keeps in its database, and what it asks of it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace as replaced
from sqlalchemy import Connection, delete, func, insert, select, update

from ...schemas import ids
from ...schemas.wire.avro_schemas import current_schema
from ...schemas.wire.framing import unframe
from ...topics.catalogue import names
from ...topics.storage.bulk import insert_missing_rows, insert_rows, rows_among
from ...topics.storage.database import reading
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.ports import Delivered, OutgoingRecord, TopicPartition
from ..register.register import Register
from ..register.rows import WholeEntry

_SCHEMA = "list-record"
_STATE = "state"
_COMPARED = "upkeep/compared_at"
_CHUNK = 500


class LaneMark(NamedTuple):
    """How far a partition of a list was read."""

    topic_id: bytes
    next_offset: int
    void_through: int = 0
    """Rows of the outbox up to this one stood in a topic, or an end of it, that is gone."""


class OwnEntry(NamedTuple):
    """What the register says that stands under an entry's key."""

    court: str
    version: int
    value: bytes

    @property
    def body(self) -> bytes:
        """The signed body."""
        return unframe(self.value)[1]


@dataclass(frozen=True, slots=True)
class UpkeepFinding:
    """Something in the log that is not as the register says; `kind` is one of those of `findings`."""

    kind: str
    about: bytes
    court: str = ""
    list: str = ""
    entry_id: bytes = b""
    version: int = 0
    detail: str = ""
    since: int = 0
    value: bytes = b""


_FINDING = ("kind", "about", "court", "list", "entry_id", "version", "detail", "since", "value")


class UpkeepBook:
    """One register's upkeep."""

    def __init__(self, register: Register, jurisdiction: str, registry: SchemaIds | None = None) -> None:
        """With a `registry`, values that are sent again carry Confluent framing."""
        self.register, self.jurisdiction, self._registry = register, jurisdiction, registry
        self._t = register.tables.upkeep

    # -- how far the log was read -------------------------------------------------------------------------------------

    def marks(self) -> dict[TopicPartition, LaneMark]:
        """Return how far each partition was read; behind what was sent where nothing was noted yet."""
        lanes, sent = self._t.lanes, self.register.tables.outbox.positions.c
        ends = select(sent.topic, sent.log_partition, func.max(sent.log_offset)).where(sent.lane == _STATE)
        with reading(self.register.engine) as connection:
            rows = connection.execute(select(lanes)).all()
            noted = {TopicPartition(row[0], row[1]): LaneMark(*row[2:]) for row in rows}
            if noted:
                return noted
            first = connection.execute(ends.group_by(sent.topic, sent.log_partition)).all()
        return {TopicPartition(topic, number): LaneMark(b"", offset + 1) for topic, number, offset in first}

    def note(self, marks: Mapping[TopicPartition, LaneMark], compared_at: int) -> None:
        """Note how far the log was read, if it was, and when the register was last compared with all of it (ms UTC)."""
        lanes, sequences = self._t.lanes, self.register.tables.sequences
        with self.register.engine.begin() as connection:
            if marks:
                connection.execute(delete(lanes))
            insert_rows(
                connection, lanes, [each.name for each in lanes.c], [(*at, *mark) for at, mark in marks.items()]
            )
            insert_missing_rows(connection, sequences, ("name", "value"), [(_COMPARED, 0)])
            if compared_at:
                connection.execute(update(sequences).where(sequences.c.name == _COMPARED).values(value=compared_at))

    def compared_at(self, connection: Connection) -> int:
        """Return when the register was last compared with the log, 0 if it never was."""
        return self.register.last_numbers(connection, [_COMPARED])[_COMPARED]

    # -- what stands where --------------------------------------------------------------------------------------------

    def courts(self) -> set[str]:
        """Return the courts that have entries here."""
        with reading(self.register.engine) as connection:
            return set(connection.scalars(select(self.register.tables.entries.c.court).distinct()))

    def entries(self, keys: Sequence[bytes]) -> dict[bytes, OwnEntry]:
        """Return those of the keys that are entries of this register, as they stand."""
        with reading(self.register.engine) as connection:
            rows = rows_among(
                connection, self.register.tables.entries, ("entry_id", "court", "version", "body"), "entry_id", keys
            )
            return {bytes(key): OwnEntry(court, version, bytes(value)) for key, court, version, value in rows}

    def raise_version(self, entry_id: bytes, version: int) -> None:
        """Let what is said next of an entry be of a higher version than this one, which somebody else has signed: the court's
        next key may say it, however high a thief went (docs/wire.md).
        """
        entries = self.register.tables.entries
        lower = (entries.c.entry_id == entry_id) & (entries.c.version < version)
        with self.register.engine.begin() as connection:
            connection.execute(update(entries).where(lower).values(version=version))

    def newest_rows(self, entry_ids: Sequence[bytes]) -> dict[bytes, int]:
        """Return for entries the last row of the state lane that holds their newest record."""
        updates, resends, rows = self.register.tables.updates, self._t.resends, dict[bytes, int]()
        with reading(self.register.engine) as connection:
            for table in (updates, resends):
                for entry_id, row in rows_among(connection, table, ("entry_id", "state_row"), "entry_id", entry_ids):
                    rows[bytes(entry_id)] = max(row, rows.get(bytes(entry_id), 0))
        return rows

    def sent_through(self) -> int:
        """Return the row of the state lane up to which all is in the log."""
        return self.register.outbox.sent_through(_STATE)

    def places(self, rows: Sequence[int]) -> dict[int, Delivered]:
        """Say where rows of the state lane stand in the log."""
        return self.register.outbox.positions(_STATE, rows)

    # -- sending again ------------------------------------------------------------------------------------------------

    def send_again(self, entry_ids: Sequence[bytes]) -> int:
        """Put the newest records of entries into the outbox once more, in the order of versions; return how many.

        The outbox's own lane keeps them behind every older version and ahead of every newer one.
        """
        by_court: dict[str, list[bytes]] = defaultdict(list)
        for entry_id, entry in self.entries(entry_ids).items():
            by_court[entry.court].append(entry_id)
        for court, own in sorted(by_court.items()):
            for start in range(0, len(own), _CHUNK):
                self._append(court, own[start : start + _CHUNK])
        return sum(map(len, by_court.values()))

    def _append(self, court: str, entry_ids: Sequence[bytes]) -> None:
        register = self.register
        with register.engine.begin() as connection:
            register.hold(connection, court)
            found = (register.whole_entry(connection, each) for each in entry_ids)
            records = [self._record(whole) for whole in found if whole is not None]
            rows = register.outbox.append(connection, _STATE, records)
            insert_rows(connection, self._t.resends, ("state_row", "entry_id"), zip(rows, entry_ids, strict=True))

    def _record(self, whole: WholeEntry) -> OutgoingRecord:
        """Make the record of an entry once more, byte for byte as it was signed."""
        [newest] = self.register.updates_of_entry(whole.entry.entry_id)[-1:]
        _, body = unframe(whole.body)
        made = outgoing(
            _SCHEMA,
            body,
            names.state_topic(whole.entry.instrument, self.jurisdiction),
            whole.entry.entry_id,
            event_id=ids.text("upd", newest.update_id),
            source=whole.court,
            subject=ids.entry_text(int(whole.entry.instrument), whole.entry.entry_id),
            time_ms=newest.accepted_at,
            registry=self._registry,
        )
        return self.as_signed(made, whole.body)

    def as_signed(self, made: OutgoingRecord, value: bytes) -> OutgoingRecord:
        """Return a record with the value it was signed as: what an earlier release has signed keeps its schema."""
        is_current = unframe(value)[0] == current_schema(_SCHEMA).fingerprint
        return made if is_current else replaced(made, value=value)

    # -- findings -----------------------------------------------------------------------------------------------------

    def findings(self, *kinds: str) -> list[UpkeepFinding]:
        """Return what was found, oldest first; of some kinds, or all."""
        table = self._t.findings
        query = select(*(table.c[name] for name in _FINDING)).order_by(table.c.since, table.c.about)
        with reading(self.register.engine) as connection:
            rows = connection.execute(query.where(table.c.kind.in_(kinds)) if kinds else query).all()
        return [UpkeepFinding(*row) for row in rows]

    def find(self, found: Sequence[UpkeepFinding], now: int) -> None:
        """Note findings in one transaction; one that stands already keeps its beginning."""
        table = self._t.findings
        with self.register.engine.begin() as connection:
            for each in found:
                values = {name: getattr(replace(each, since=now), name) for name in _FINDING}
                changed = {name: value for name, value in values.items() if name != "since"}
                is_it = (table.c.kind == each.kind) & (table.c.about == each.about)
                if not connection.execute(update(table).where(is_it).values(changed)).rowcount:
                    connection.execute(insert(table).values(values))

    def clear(self, kind: str, abouts: Iterable[bytes]) -> None:
        """Take findings back."""
        table, gone = self._t.findings, list(abouts)
        if gone:
            with self.register.engine.begin() as connection:
                connection.execute(delete(table).where(table.c.kind == kind, table.c.about.in_(gone)))


def forget_comparison(file: Path) -> None:
    """Let a register that was put back count as one that was not compared with the log lately: whoever signs waits for a relay.

    The file is of any release; nobody may have it open.
    """
    with closing(sqlite3.connect(file)) as connection, connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sequences'").fetchone():
            connection.execute("INSERT OR REPLACE INTO sequences (name, value) VALUES (?, 1)", (_COMPARED,))
