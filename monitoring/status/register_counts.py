"""Exact counts of delivered updates: the court's register against how far each node has applied each lane.

The same rule as the ledger's, said to the database: an update is applied at a node when it stands below what the node has
applied of the lane, or of the relief lane; and at an agency when it is at all of its nodes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, or_, select, true

from ...producers.register.register import Register, Update, open_register
from ...schemas.law.listing import Change
from ...topics.settings import Settings
from ...topics.storage.database import reading
from ...topics.transport.ports import TopicPartition
from ...topics.workers.clock import Clock
from ..ledger import rules
from ..ledger.evidence_views import AppliedOffsets, NodeOffsets

FREES = frozenset({Change.SHIELD, Change.DELETE, Change.REVOKE, Change.EXPIRE, Change.LIFT})
"""Changes that suspend or end an entry's effect."""

_RECENT_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of some updates were accepted, sent, and applied at each agency."""

    accepted: int
    sent: int
    applied: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outstanding:
    """All updates a jurisdiction ever accepted, and what one agency has not applied of them."""

    accepted: int
    applied: int
    late: int
    relief: int
    """Not applied ones that free somebody, wholly or in part."""
    settled: int
    """A row of the register up to which all are applied."""
    since: int | None
    """When the oldest that is not applied was accepted, ms UTC."""


class Deliveries:
    """The register of one jurisdiction as monitoring reads it; nothing is written."""

    def __init__(self, jurisdiction: str, register: Register) -> None:
        self.jurisdiction, self.register = jurisdiction, register
        positions = register.tables.outbox.positions
        self._state, self._relief = positions.alias("state_at"), positions.alias("relief_at")
        self._updates = register.tables.updates

    def for_ledger(self, update: Update) -> rules.LedgerUpdate:
        """Return what the ledger needs of an update."""
        outbox = self.register.outbox
        sent = [*outbox.positions("state", [update.state_row]).values()]
        if update.relief_row is not None:
            sent += outbox.positions("relief", [update.relief_row]).values()
        positions = tuple(
            rules.LogPosition(TopicPartition(at.topic, at.partition), at.offset, at.timestamp) for at in sent
        )
        ids = update.update_id, update.entry_id, update.version
        return rules.LedgerUpdate(*ids, update.change in FREES, self.jurisdiction, update.accepted_at, positions)

    def recent_batches(self, count: int) -> list[str]:
        """List the newest batches with an accepted update, newest first."""
        batches = self.register.tables.batches.c
        not_empty = select(batches.batch_id).where(batches.accepted + batches.corrected > 0)
        with reading(self.register.engine) as connection:
            return list(connection.scalars(not_empty.order_by(batches.started_at.desc()).limit(count)))

    def of_batch(self, batch_id: str, agencies: Mapping[str, NodeOffsets]) -> Counts:
        """Count one batch; `agencies`: agency → the applied offsets of each of its serving nodes."""
        return self._count(self._updates.c.batch_id == batch_id, agencies)

    def newest_updates(self, count: int, per_batch: int) -> list[Update]:
        """List the updates accepted last, newest first, at most `per_batch` of a batch: a bulk hides no single act before it.

        Looks at the last ten thousand rows, not at everything ever accepted.
        """
        updates = self._updates.c
        last = select(func.coalesce(func.max(updates.state_row), 0)).scalar_subquery()
        newest_first = updates.state_row.desc()
        rank = func.row_number().over(partition_by=updates.batch_id, order_by=newest_first)
        recent = select(updates.update_id, updates.state_row, rank.label("rank")).where(
            updates.state_row > last - _RECENT_ROWS
        )
        ranked = recent.subquery().c
        newest = select(ranked.update_id).where(ranked.rank <= per_batch).order_by(ranked.state_row.desc()).limit(count)
        with reading(self.register.engine) as connection:
            ids = connection.scalars(newest).all()
        return [update for update_id in ids if (update := self.register.update(update_id))]

    def outstanding(self, nodes: NodeOffsets, accepted_before: int, settled: int) -> Outstanding:
        """Count what an agency with these nodes has not applied; late is what was accepted and sent before `accepted_before`, ms UTC.

        `settled` is `Outstanding.settled` found earlier for the same nodes: nothing below is looked at again. Rows are
        numbered from 1 without a gap, so the last one is the number of updates and of what was sent again between them.
        """
        updates = self._updates.c
        open_rows = (updates.state_row > settled) & ~self._applied(nodes)
        overdue_at = and_(updates.accepted_at < accepted_before, self._sent_before(accepted_before))
        late = case((overdue_at, 1), else_=0)
        relief = case((updates.relief_row.is_not(None), 1), else_=0)
        last = select(func.coalesce(func.max(updates.state_row), 0)).scalar_subquery()
        sums = (func.coalesce(func.sum(each), 0) for each in (late, relief))
        again = self.register.tables.upkeep.resends.c.state_row
        resends = select(func.count()).where(again < last).scalar_subquery()
        counts = select(last, resends, func.count(), *sums, func.min(updates.state_row), func.min(updates.accepted_at))
        with reading(self.register.engine) as connection:
            row = connection.execute(counts.select_from(self._joined()).where(open_rows)).one()
        newest, resent, unapplied, overdue, waiting, first, since = row
        accepted = newest - resent
        through = first - 1 if unapplied else max(newest, settled)
        return Outstanding(accepted, accepted - unapplied, int(overdue), int(waiting), through, since)

    def _count(self, condition: ColumnElement[bool], agencies: Mapping[str, NodeOffsets]) -> Counts:
        names = sorted(agencies)
        sums: list[Any] = [func.sum(case((self._applied(agencies[name]), 1), else_=0)) for name in names]
        sent = func.sum(case((self._state.c.log_offset.is_not(None), 1), else_=0))
        counts = select(func.count(), sent, *sums).select_from(self._joined()).where(condition)
        with reading(self.register.engine) as connection:
            accepted, sent_count, *applied = connection.execute(counts).one()
        return Counts(accepted, sent_count or 0, {name: n or 0 for name, n in zip(names, applied, strict=True)})

    def _joined(self) -> FromClause:
        updates, state, relief = self._updates, self._state, self._relief
        at_state = (state.c.lane == "state") & (state.c.number == updates.c.state_row)
        at_relief = (relief.c.lane == "relief") & (relief.c.number == updates.c.relief_row)
        return updates.outerjoin(state, at_state).outerjoin(relief, at_relief)

    def _sent_before(self, instant: int) -> ColumnElement[bool]:
        """Return the condition that the log has held an update since before an instant, in one lane or the other."""
        times = self._state.c.log_timestamp, self._relief.c.log_timestamp
        return or_(*(func.coalesce(at < instant, false()) for at in times))

    def _applied(self, nodes: NodeOffsets) -> ColumnElement[bool]:
        """Return the condition that an update is applied at all these nodes; without a node it never holds."""
        if not nodes:
            return false()
        return and_(true(), *(self._applied_at(node) for node in nodes.values()))

    def _applied_at(self, node: AppliedOffsets) -> ColumnElement[bool]:
        below = [
            (at.c.topic == lane.topic) & (at.c.log_partition == lane.partition) & (at.c.log_offset < offset)
            for lane, offset in node.items()
            for at in (self._state, self._relief)
        ]
        return func.coalesce(or_(false(), *below), false())


@contextmanager
def local_deliveries(settings: Settings, jurisdictions: Sequence[str], clock: Clock) -> Iterator[list[Deliveries]]:
    """Open the registers this machine has or can reach, and close them at the end; none on an agency's machine."""
    deliveries = [
        Deliveries(jurisdiction, open_register(settings, jurisdiction, clock))
        for jurisdiction in jurisdictions
        if settings.outbox_url or (settings.state_dir / "publisher" / f"{jurisdiction}.db").is_file()
    ]
    try:
        yield deliveries
    finally:
        for each in deliveries:
            each.register.close()
