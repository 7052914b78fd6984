"""What a court counts of enforcement, from the interceptions its inbox opened, and what it has said of it: one database.

What is said waits in an outbox of this database: a count and the record that tells it are one transaction, so that no
restart says a revision twice or in two ways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    Table,
    Text,
    select,
)

from ...schemas.wire.enforcement import CountedGroup, counted_day, cut_of, read_day
from ...topics.storage.database import create_tables, insert_once, reading
from ...topics.storage.migrations import store_metadata
from .store import interceptions

_metadata = store_metadata("counts")
_passes = Table(
    "count_passes",
    _metadata,
    Column("from_day", Text, primary_key=True),
    # 1 = closed, 2 = settled
    Column("pass", Integer, primary_key=True),
)
_counts = Table(
    "counts",
    _metadata,
    Column("from_day", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("counted", BigInteger, nullable=False),
    Column("folded", Boolean, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Enforcement:
    """An interception that counts, as its court opened it."""

    event_id: bytes
    agency: str
    measure: str
    day: date
    """In China, as the agency says."""
    entry_version: int


@dataclass(frozen=True, slots=True)
class SaidCount:
    """A revision this court has published, with the number that a folded one does not tell."""

    revision: int
    counted: int
    folded: bool
    issued_at: int
    """ms UTC."""


class CountsStore:
    """The tables of counts in a court's inbox.db; the file is the inbox's."""

    def __init__(self, engine: Engine, court: str, jurisdiction: str) -> None:
        """Make what is missing."""
        self.engine = engine
        self._court, self._jurisdiction = court, jurisdiction
        create_tables(engine, _metadata)

    def cuts(self) -> list[date]:
        """Return the first days of all cuts in which anybody told of anything, oldest first."""
        query = select(interceptions.c.day).distinct()
        with reading(self.engine) as connection:
            days = [day for each in connection.scalars(query) if (day := read_day(each))]
        return sorted({cut_of(day).from_day for day in days})

    def groups(self, connection: Connection, from_day: date) -> dict[CountedGroup, dict[bytes, str]]:
        """Return what was counted in a cut: the check id of every interception by its event id, by group."""
        found: dict[CountedGroup, dict[bytes, str]] = {}
        cut, told = cut_of(from_day), interceptions.c
        own = told.day.between(cut.from_day.isoformat(), cut.until_day.isoformat())
        for row in connection.execute(select(interceptions).where(own)):
            if counted_day(row._asdict()) is not None:
                group = CountedGroup(self._jurisdiction, self._court, row.agency, row.measure, cut)
                found.setdefault(group, {})[row.event_id] = row.check_id
        return found

    def passed(self, connection: Connection, from_day: date) -> int:
        """Return how often a cut was gone through: 0, 1 once it was closed, 2 once it was settled."""
        own = _passes.c.from_day == from_day.isoformat()
        return max(connection.scalars(select(_passes.c["pass"]).where(own)), default=0)

    def note_pass(self, connection: Connection, from_day: date, number: int) -> None:
        """Note that a cut was gone through."""
        insert_once(connection, _passes, {"from_day": from_day.isoformat(), "pass": number})

    def all_said(self, connection: Connection, from_day: date) -> Mapping[tuple[str, str], SaidCount]:
        """Return the newest published revision by agency and measure."""
        query = select(_counts).where(_counts.c.from_day == from_day.isoformat()).order_by(_counts.c.revision)
        return {
            (row.agency, row.measure): SaidCount(row.revision, row.counted, row.folded, row.issued_at)
            for row in connection.execute(query)
        }

    def say(self, connection: Connection, group: CountedGroup, said: SaidCount) -> None:
        """Note a revision, in the transaction that puts its record into the outbox."""
        row = {"from_day": group.cut.from_day.isoformat(), "agency": group.agency, "measure": group.measure}
        row |= {name: getattr(said, name) for name in SaidCount.__slots__}
        connection.execute(_counts.insert().values(row))

    def of_entry(self, entry_id: bytes) -> list[Enforcement]:
        """Return the interceptions because of one entry, by day and agency."""
        told = interceptions.c
        query = select(interceptions).where(told.entry_id == entry_id).order_by(told.day, told.agency, told.event_id)
        with reading(self.engine) as connection:
            rows = connection.execute(query).all()
        return [
            Enforcement(row.event_id, row.agency, row.measure, day, row.entry_version)
            for row in rows
            if (day := counted_day(row._asdict())) is not None
        ]
