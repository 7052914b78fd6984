"""What a court has counted of enforcement, and what it has said of it, beside its inbox in one database.

What is said waits in an outbox of this database: a count and the record that tells it are one transaction, so that no
restart says a revision twice or in two ways.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    select,
)

from ...schemas.wire.enforcement import CountedGroup, cut_of
from ...topics.storage.database import create_tables, insert_once, reading

_metadata = MetaData()
_enforcements = Table(
    "enforcements",
    _metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("day", Text, nullable=False),
    # of the cut the day lies in
    Column("from_day", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("entry_id", LargeBinary, nullable=False),
    Column("entry_version", BigInteger, nullable=False),
)
Index("enforcements_by_cut", _enforcements.c.from_day, _enforcements.c.agency, _enforcements.c.measure)
Index("enforcements_by_entry", _enforcements.c.entry_id)
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
    check_id: str
    entry_id: bytes
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

    def put(self, connection: Connection, enforcements: Iterable[Enforcement]) -> None:
        """Keep what counts, each once."""
        for one in enforcements:
            row = {name: getattr(one, name) for name in Enforcement.__slots__ if name != "day"}
            days = {"day": one.day.isoformat(), "from_day": cut_of(one.day).from_day.isoformat()}
            insert_once(connection, _enforcements, row | days)

    def cuts(self) -> list[date]:
        """Return the first days of all cuts in which anything was counted, oldest first."""
        query = select(_enforcements.c.from_day).distinct().order_by(_enforcements.c.from_day)
        with reading(self.engine) as connection:
            return [date.fromisoformat(each) for each in connection.scalars(query)]

    def groups(self, connection: Connection, from_day: date) -> dict[CountedGroup, dict[bytes, str]]:
        """Return what was counted in a cut: the check id of every interception by its event id, by group."""
        found: dict[CountedGroup, dict[bytes, str]] = {}
        own = _enforcements.c.from_day == from_day.isoformat()
        for row in connection.execute(select(_enforcements).where(own).order_by(*_enforcements.primary_key)):
            group = CountedGroup(self._jurisdiction, self._court, row.agency, row.measure, cut_of(from_day))
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
        order = (_enforcements.c.day, _enforcements.c.agency, _enforcements.c.event_id)
        query = select(_enforcements).where(_enforcements.c.entry_id == entry_id).order_by(*order)
        with reading(self.engine) as connection:
            rows = connection.execute(query).all()
        return [
            Enforcement(
                row.event_id,
                row.agency,
                row.measure,
                date.fromisoformat(row.day),
                row.check_id,
                entry_id,
                row.entry_version,
            )
            for row in rows
        ]
