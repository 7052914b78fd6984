"""The outbox: where accepted records wait, in the same database and transaction as what they tell of.

Every lane is an order of its own with rows numbered from 1 without a gap, in the order of commits: a row's number is
taken under the lane's lock and given back with a rollback. One relay at a time sends, fenced by a lease whose epoch grows
with every change of hands. Rows are sent as a contiguous prefix; a sent row leaves its payload to the log (with the last
of its parcel) and keeps only where it stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    delete,
    func,
    select,
    text,
    update,
)

from ..transport.ports import Delivered, Lease, LeaseLost, OutboxRow, OutgoingRecord
from ..workers.clock import Clock
from .bulk import insert_missing_rows, insert_rows
from .database import create_tables, reading
from .migrations import StoreFormat, part_of, store_metadata
from .packing import SIZE, parcels, unpacked

_FORMAT = StoreFormat("outbox")
LANES = ("relief", "state", "events")
_IN_LIMIT = 1000
_PARCEL_COLUMNS = ("lane", "last", "first", "packed", "accepted_at")
_POSITION_COLUMNS = ("lane", "number", "topic", "log_partition", "log_offset", "log_timestamp")


@dataclass(frozen=True, slots=True)
class OutboxTables:
    """The tables of one outbox."""

    parcels: Table
    lanes: Table
    sent: Table
    positions: Table
    lease: Table


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in a lane; `since` is when its oldest row was accepted (ms UTC), None if nothing waits."""

    rows: int
    since: int | None


def outbox_tables(metadata: MetaData) -> OutboxTables:
    """Put the outbox's tables on somebody's metadata, so that they stand in the same database as their own."""
    info = part_of(metadata, _FORMAT)
    by_lane = partial(_lane_table, metadata, info)
    return OutboxTables(
        # rows from `first` to `last`, all those between them
        parcels=by_lane(
            "outbox_parcels",
            Column("last", BigInteger, primary_key=True),
            _number("first"),
            Column("packed", LargeBinary, nullable=False),
            _number("accepted_at"),
        ),
        lanes=by_lane("outbox_lanes", _number("last_number")),
        # apart from the lanes, so that marking never waits for somebody who appends
        sent=by_lane("outbox_sent", _number("through")),
        positions=by_lane(
            "outbox_positions",
            Column("number", BigInteger, primary_key=True),
            Column("topic", Text, nullable=False),
            Column("log_partition", Integer, nullable=False),
            _number("log_offset"),
            _number("log_timestamp"),
            rowid=False,
        ),
        lease=Table(
            "outbox_lease",
            metadata,
            Column("name", Text, primary_key=True),
            Column("owner", Text, nullable=False),
            _number("epoch"),
            _number("expires_at"),
            info=info,
        ),
    )


def _lane_table(
    metadata: MetaData, info: dict[str, str], name: str, *columns: Column[Any], rowid: bool = True
) -> Table:
    return Table(name, metadata, Column("lane", Text, primary_key=True), *columns, sqlite_with_rowid=rowid, info=info)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


class SqlOutbox:
    """An outbox in SQLite or PostgreSQL (`topics.storage.database.open_database`); implements `ports.Outbox`.

    Opening it makes what is missing. Raises DATABASE_UNAVAILABLE. Leases are timed by the database's clock on PostgreSQL, by
    `clock` on SQLite, which all relays of one machine share.
    """

    def __init__(
        self,
        engine: Engine,
        lanes: Sequence[str] = LANES,
        *,
        clock: Clock,
        tables: OutboxTables | None = None,
    ) -> None:
        """Take `lanes` in order of urgency, and `tables` if they were already put on the owner's metadata."""
        self._engine = engine
        self._lanes = tuple(lanes)
        self._clock = clock
        metadata = store_metadata(_FORMAT.store) if tables is None else tables.parcels.metadata
        self._t = outbox_tables(metadata) if tables is None else tables
        self._behind = _behind(self._t.parcels, self._t.sent)
        self._take = _take(self._t.lanes, engine.dialect.name)
        create_tables(engine, metadata)
        self._add_lanes()

    def _add_lanes(self) -> None:
        with reading(self._engine) as connection:
            missing = set(self._lanes) - set(connection.scalars(select(self._t.sent.c.lane)))
            leased = connection.scalar(select(func.count()).select_from(self._t.lease))
        if not missing and leased:
            return
        with self._engine.begin() as connection:
            insert_missing_rows(
                connection, self._t.lease, ("name", "owner", "epoch", "expires_at"), [("relay", "", 0, 0)]
            )
            fresh = [(lane, 0) for lane in self._lanes]
            insert_missing_rows(connection, self._t.lanes, ("lane", "last_number"), fresh)
            insert_missing_rows(connection, self._t.sent, ("lane", "through"), fresh)

    def append(self, connection: Connection, lane: str, records: Sequence[OutgoingRecord]) -> list[int]:
        """Put records into a lane inside the caller's transaction; return their row numbers.

        Whoever appends to several lanes in one transaction does it in their order of urgency, or two of them can wait for
        each other for ever.
        """
        if not records:
            return []
        last: int = connection.exec_driver_sql(self._take, (len(records), lane)).scalar_one()
        now, first, rows = self._clock.now(), last - len(records) + 1, []
        numbers = list(range(first, last + 1))
        for count, packed in parcels(records):
            rows.append((lane, first + count - 1, first, packed, now))
            first += count
        insert_rows(connection, self._t.parcels, _PARCEL_COLUMNS, rows)
        return numbers

    def lanes(self) -> Sequence[str]:
        """Return the lanes in order of urgency."""
        return self._lanes

    def acquire(self, owner: str, seconds: float, over: Lease | None = None) -> int | None:
        """Take or renew the one lease for ``owner``; return its fencing epoch, None if held by another.

        ``over`` is a lease the caller has seen stand still for as long as one lasts: it counts as run out.
        """
        lease = self._t.lease
        with self._engine.begin() as connection:
            current = connection.execute(select(lease).with_for_update()).one()
            now = self._now(connection)
            stands_still = over is not None and (current.epoch, current.expires_at) == (over.epoch, over.expires_at)
            is_live = current.expires_at > now and not stands_still
            if is_live and current.owner != owner:
                return None
            epoch: int = current.epoch if is_live else current.epoch + 1
            until = now + int(seconds * 1000)
            connection.execute(update(lease).values(owner=owner, epoch=epoch, expires_at=until))
            return epoch

    def _now(self, connection: Connection) -> int:
        if connection.dialect.name != "postgresql":
            return self._clock.now()
        return int(connection.scalar(select(func.extract("epoch", func.clock_timestamp()) * 1000)) or 0)

    def release(self, owner: str) -> None:
        """Give the lease back."""
        lease = self._t.lease
        with self._engine.begin() as connection:
            connection.execute(update(lease).where(lease.c.owner == owner).values(owner="", expires_at=0))

    def holder(self) -> Lease:
        """Say who sends now."""
        with reading(self._engine) as connection:
            lease = connection.execute(select(self._t.lease)).one()
            is_live = lease.expires_at > self._now(connection)
        return Lease(lease.owner if is_live else "", lease.epoch, lease.expires_at)

    def unsent(self, lane: str, after: int, limit: int) -> list[OutboxRow]:
        """Return the rows of a lane behind row ``after``, oldest first."""
        with reading(self._engine) as connection:
            waiting = connection.execute(self._behind, {"in_lane": lane, "after": after, "most": after + limit}).all()
        rows = [row for first, packed, _ in waiting for row in unpacked(first, packed)]
        start = max(after, waiting[0].through) - rows[0].row + 1 if rows else 0
        return rows[start : start + limit]

    def sent_through(self, lane: str) -> int:
        """Return the last row of the contiguous sent prefix, 0 at first."""
        with reading(self._engine) as connection:
            return connection.scalar(select(self._t.sent.c.through).where(self._t.sent.c.lane == lane)) or 0

    def accepted_through(self, lane: str) -> int:
        """Return the last row accepted, 0 at first."""
        with reading(self._engine) as connection:
            return connection.scalar(select(self._t.lanes.c.last_number).where(self._t.lanes.c.lane == lane)) or 0

    def mark_sent(self, lane: str, epoch: int, delivered: Sequence[tuple[int, Delivered]]) -> None:
        """Move the sent prefix over these contiguous rows and note where they stand.

        ``LeaseLost`` if the epoch is no longer the current one; ValueError if the rows do not continue the prefix.
        """
        if not delivered:
            return
        waiting, sent, lease = self._t.parcels, self._t.sent, self._t.lease
        first, last = delivered[0][0], delivered[-1][0]
        with self._engine.begin() as connection:
            if connection.scalar(select(lease.c.epoch).with_for_update()) != epoch:
                raise LeaseLost(epoch)
            through = connection.scalar(select(sent.c.through).where(sent.c.lane == lane)) or 0
            if [number for number, _ in delivered] != list(range(through + 1, last + 1)):
                raise ValueError(f"rows {first} to {last} do not continue lane {lane}, sent through {through}")
            places = [(lane, number, at.topic, at.partition, at.offset, at.timestamp) for number, at in delivered]
            insert_rows(connection, self._t.positions, _POSITION_COLUMNS, places)
            connection.execute(delete(waiting).where(waiting.c.lane == lane, waiting.c.last <= last))
            connection.execute(update(sent).where(sent.c.lane == lane).values(through=last))

    def positions(self, lane: str, numbers: Sequence[int]) -> dict[int, Delivered]:
        """Say where rows of a lane stand in the log; those not sent yet are missing."""
        at = self._t.positions.c
        places: dict[int, Delivered] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(numbers), _IN_LIMIT):
                chunk = at.number.in_(numbers[start : start + _IN_LIMIT])
                columns = (at.number, at.topic, at.log_partition, at.log_offset, at.log_timestamp)
                for number, *place in connection.execute(select(*columns).where(at.lane == lane, chunk)):
                    places[number] = Delivered(*place)
        return places

    def backlog(self) -> dict[str, Backlog]:
        """Say what waits in each lane."""
        t = self._t
        with reading(self._engine) as connection:
            last = {row.lane: row.last_number for row in connection.execute(select(t.lanes))}
            through = {row.lane: row.through for row in connection.execute(select(t.sent))}
            return {
                lane: Backlog(last[lane] - through[lane], connection.scalar(self._oldest(lane, through[lane] + 1)))
                for lane in self._lanes
            }

    def _oldest(self, lane: str, number: int) -> Select[int]:
        waiting = self._t.parcels.c
        oldest = select(waiting.accepted_at).where(waiting.lane == lane, waiting.last >= number)
        return oldest.order_by(waiting.last).limit(1)


def _take(lanes: Table, dialect: str) -> str:
    """Return the statement that takes a number of rows of a lane and gives the last; in the driver's own terms, every check that hits asks."""
    mark = "%s" if dialect == "postgresql" else "?"
    return (
        f"UPDATE {lanes.name} SET last_number = last_number + {mark}"  # noqa: S608  our own name
        f" WHERE lane = {mark} RETURNING last_number"
    )


def _behind(waiting: Table, sent: Table) -> TextClause:
    """Return the relay's question, built once, for it is asked many times a second.

    As text, so that what the driver gives is taken as it is: SQLAlchemy would look at every value of every row.
    """
    return text(
        f"SELECT first, packed, through FROM {waiting.name} JOIN {sent.name} USING (lane)"  # noqa: S608  our own names
        f" WHERE lane = :in_lane AND last > :after AND last < :most + {SIZE} AND first <= :most ORDER BY last"
    )
