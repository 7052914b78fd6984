"""What of a register stands in the log, counted up as it is sent: per list and court the highest sequence and the live entries."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, select, update

from ...schemas.law.listing import Change
from ...topics.storage.bulk import insert_missing_rows
from ...topics.storage.database import reading
from ...topics.workers.chance import Chance
from .register import Register

_ENDING = (Change.DELETE, Change.REVOKE, Change.EXPIRE, Change.LIFT)
_ONE = "register"


class CourtStanding(NamedTuple):
    """What of a court stands in the log of one list."""

    topic: str
    court: str
    highest: int
    live: int


class CheckpointContent(NamedTuple):
    """What a checkpoint says of both lists."""

    epoch: bytes
    number: int
    courts: list[CourtStanding]


class CheckpointBook:
    """Counts up what was sent, and numbers checkpoints; every number is in the register before it is used."""

    def __init__(self, register: Register, chance: Chance) -> None:
        """Read and write nothing yet."""
        self._register, self._chance = register, chance
        self._t = register.tables

    def told(self) -> int:
        """Return the row of the outbox up to which a checkpoint is known to stand in the log, 0 if there is none.

        A register that has no epoch yet is given one.
        """
        with reading(self._register.engine) as connection:
            told = connection.scalar(select(self._t.checkpoints.c.told))
        if told is None:
            with self._register.engine.begin() as connection:
                row = (_ONE, self._chance.ordered_id(), 0, 0, 0)
                columns = ("name", "epoch", "number", "through", "told")
                insert_missing_rows(connection, self._t.checkpoints, columns, [row])
        return told or 0

    def note_told(self, row: int) -> None:
        """Note that a checkpoint of everything up to a row stands in the log."""
        told = self._t.checkpoints.c.told
        with self._register.engine.begin() as connection:
            connection.execute(update(self._t.checkpoints).where(told < row).values(told=row))

    def draw_up(self, through: int) -> CheckpointContent | None:
        """Make the next checkpoint, of what the state lane holds up to a row; None if a later one was made already.

        Everything up to this row must stand in the log, and nothing behind it.
        """
        book, counts = self._t.checkpoints, self._t.checkpoint_counts
        with self._register.engine.begin() as connection:
            grown = update(book).where(book.c.through <= through).values(number=book.c.number + 1)
            row = connection.execute(grown.returning(book.c.epoch, book.c.number, book.c.through)).one_or_none()
            if row is None:
                return None
            if row.through < through:
                self._count(connection, row.through, through)
                connection.execute(update(book).values(through=through))
            columns = select(counts.c.list, counts.c.court, counts.c.highest, counts.c.live)
            standings = connection.execute(columns.order_by(counts.c.list, counts.c.court))
            return CheckpointContent(row.epoch, row.number, [CourtStanding(*each) for each in standings])

    def _count(self, connection: Connection, after: int, through: int) -> None:
        updates, counts = self._t.updates.c, self._t.checkpoint_counts
        live = func.sum(case((updates.change == Change.INCLUDE, 1), (self._ends(), -1), else_=0))
        sums = select(updates.list, updates.court, func.max(updates.court_sequence), live)
        sums = sums.where(updates.state_row > after, updates.state_row <= through)
        for topic, court, highest, more in connection.execute(sums.group_by(updates.list, updates.court)).all():
            is_it = and_(counts.c.list == topic, counts.c.court == court)
            values = {"highest": highest, "live": counts.c.live + int(more)}
            if not connection.execute(update(counts).where(is_it).values(values)).rowcount:
                connection.execute(insert(counts).values(list=topic, court=court, highest=highest, live=int(more)))

    def _ends(self) -> ColumnElement[bool]:
        """Return the condition that an update ends an entry that was live until then: what has ended may be said to end again,
        and what a thief invented was never counted.
        """
        updates, before, first = self._t.updates.c, self._t.updates.alias("before"), self._t.updates.alias("first")
        ended = exists().where(
            before.c.entry_id == updates.entry_id, before.c.version < updates.version, before.c.change.in_(_ENDING)
        )
        included = exists().where(first.c.entry_id == updates.entry_id, first.c.change == Change.INCLUDE)
        return and_(updates.change.in_(_ENDING), ~ended, included)
