"""What the cache of evidence says, in the shapes the ledger and the status take."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Engine, func, select

from ...topics.storage.database import reading
from ...topics.transport.ports import TopicPartition
from ..log.sequences import SequenceSet
from .evidence_batch import lane_name
from .evidence_tables import EvidenceTables, HeadStand, LaneStand, NodeStand
from .rules import AgencyEvidence, CanaryAnswer, Interception, LedgerUpdate, NodeEvidence, ReceiptStep

Holding = Mapping[TopicPartition, int]
"""Lane → the offset below which a node has applied everything, as far as it can be believed."""
Holdings = Mapping[str, Holding]
"""Node → what it holds."""


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What one node's receipts show of one jurisdiction."""

    stand: NodeStand
    receipts_missing: int
    serving: bool
    """It has sent a receipt lately enough to count."""


class EvidenceView:
    """Reads the cache; several processes may do that while one of them fills it."""

    def __init__(self, engine: Engine, tables: EvidenceTables) -> None:
        self._engine, self._t = engine, tables

    def nodes(self, now: int, gone_after: int) -> list[NodeReport]:
        """All nodes by agency, node and jurisdiction; those silent for `gone_after` ms do not serve any more."""
        nodes, sequences = self._t.nodes, self._t.sequences
        with reading(self._engine) as connection:
            stands = [msgspec.json.decode(raw, type=NodeStand) for raw in connection.scalars(select(nodes.c.stand))]
            missing = {
                (agency, node): SequenceSet(json.loads(intervals)).missing_count()
                for agency, node, intervals in connection.execute(select(sequences))
            }
        stands.sort(key=lambda stand: (stand.agency, stand.node, stand.jurisdiction))
        return [
            NodeReport(stand, missing.get((stand.agency, stand.node), 0), serving=now - stand.at <= gone_after)
            for stand in stands
        ]

    def heads(self) -> list[HeadStand]:
        """The newest head of every notary, by jurisdiction and notary."""
        heads = self._t.heads
        newest = (
            select(heads.c.jurisdiction, heads.c.notary, func.max(heads.c.number).label("number"))
            .group_by(heads.c.jurisdiction, heads.c.notary)
            .subquery()
        )
        found = select(heads.c.stand).join(
            newest,
            (heads.c.jurisdiction == newest.c.jurisdiction)
            & (heads.c.notary == newest.c.notary)
            & (heads.c.number == newest.c.number),
        )
        with reading(self._engine) as connection:
            stands = [msgspec.json.decode(raw, type=HeadStand) for raw in connection.scalars(found)]
        return sorted(stands, key=lambda stand: (stand.jurisdiction, stand.notary))

    def canaries(self, stand: NodeStand, since: int) -> dict[bool, tuple[int, int]]:
        """Right or wrong → how many answers the node's gate has given since then, and when the newest; ms UTC."""
        canaries = self._t.canaries.c
        mine = (canaries.agency == stand.agency) & (canaries.node == stand.node) & (canaries.at >= since)
        wanted = select(canaries.right, func.count(), func.max(canaries.at)).where(mine).group_by(canaries.right)
        with reading(self._engine) as connection:
            return {bool(right): (count, newest) for right, count, newest in connection.execute(wanted)}

    def holding(self, stand: NodeStand) -> Holding:
        """How far a node's word can be believed in every lane: to its newest receipt, or where it was last right."""
        steps = self._t.steps.c
        held: dict[TopicPartition, int] = {}
        with reading(self._engine) as connection:
            for lane in stand.lanes:
                at = TopicPartition(lane.topic, lane.partition)
                held[at] = lane.applied
                if lane_name(*at) in stand.unequal:
                    mine = (steps.agency == stand.agency) & (steps.node == stand.node) & ~steps.contradicted
                    where = (steps.topic == at.topic) & (steps.partition == at.partition)
                    held[at] = connection.scalar(select(func.max(steps.applied)).where(mine, where)) or 0
        return held

    def settled(self, jurisdiction: str, agency: str, holdings: Holdings) -> int:
        """A row of the register up to which these nodes have applied everything; 0 if a node holds less than it did then."""
        settled = self._t.settled
        mine = (settled.c.jurisdiction == jurisdiction) & (settled.c.agency == agency)
        with reading(self._engine) as connection:
            row = connection.execute(select(settled).where(mine)).one_or_none()
        if row is None:
            return 0
        then: dict[str, dict[str, int]] = json.loads(row.holdings)
        now = _named(holdings)
        same = then.keys() == now.keys()
        more = same and all(now[node].get(lane, 0) >= at for node, lanes in then.items() for lane, at in lanes.items())
        return int(row.state_row) if more else 0

    def settle(self, jurisdiction: str, agency: str, holdings: Holdings, state_row: int) -> None:
        """Remembers that these nodes have applied everything up to a row of the register."""
        settled = self._t.settled
        key = {"jurisdiction": jurisdiction, "agency": agency}
        values = {"state_row": state_row, "holdings": json.dumps(_named(holdings))}
        mine = (settled.c.jurisdiction == jurisdiction) & (settled.c.agency == agency)
        with self._engine.begin() as connection:
            if not connection.execute(settled.update().where(mine).values(values)).rowcount:
                connection.execute(settled.insert().values(**key, **values))

    def agency(self, update: LedgerUpdate, agency: str, nodes: Iterable[NodeReport]) -> AgencyEvidence:
        """The evidence that bears on one update at one agency; of its nodes those that serve count."""
        mine = [
            each.stand
            for each in nodes
            if each.serving and (each.stand.agency, each.stand.jurisdiction) == (agency, update.jurisdiction)
        ]
        with reading(self._engine) as connection:
            return AgencyEvidence(
                {
                    stand.node: NodeEvidence(
                        self._steps(connection, update, stand), self._canaries(connection, agency, stand.node)
                    )
                    for stand in mine
                },
                self._interceptions(connection, agency, update.entry_id),
            )

    def _steps(self, connection: Connection, update: LedgerUpdate, stand: NodeStand) -> Sequence[ReceiptStep]:
        """The first receipts that count for the update, and the newest."""
        steps = self._t.steps
        columns = steps.c.at, steps.c.received, steps.c.applied, steps.c.contradicted
        found = [_newest_step(stand, lane) for lane in stand.lanes]
        for position in update.positions:
            lane, offset = position.lane, position.offset
            mine = (steps.c.agency == stand.agency) & (steps.c.node == stand.node)
            where = (steps.c.topic == lane.topic) & (steps.c.partition == lane.partition)
            for counts in (
                steps.c.received > offset,
                (steps.c.applied > offset) & ~steps.c.contradicted,
                (steps.c.applied > offset) & steps.c.contradicted,
            ):
                first = select(*columns).where(mine, where, counts).order_by(steps.c.at).limit(1)
                found += [ReceiptStep(lane, *row) for row in connection.execute(first)]
        return found

    def _canaries(self, connection: Connection, agency: str, node: str) -> Sequence[CanaryAnswer]:
        canaries = self._t.canaries.c
        mine = (canaries.agency == agency) & (canaries.node == node)
        return [
            CanaryAnswer(at, right) for at, right in connection.execute(select(canaries.at, canaries.right).where(mine))
        ]

    def _interceptions(self, connection: Connection, agency: str, entry_id: bytes) -> Sequence[Interception]:
        rows = self._t.interceptions.c
        wanted = select(rows.entry_id, rows.version, rows.released, rows.at)
        return [
            Interception(*row)
            for row in connection.execute(wanted.where(rows.agency == agency, rows.entry_id == entry_id))
        ]


def _named(holdings: Holdings) -> dict[str, dict[str, int]]:
    return {node: {lane_name(*lane): at for lane, at in holding.items()} for node, holding in holdings.items()}


def _newest_step(stand: NodeStand, lane: LaneStand) -> ReceiptStep:
    at = TopicPartition(lane.topic, lane.partition)
    return ReceiptStep(at, stand.at, lane.received, lane.applied, lane_name(*at) in stand.unequal)
