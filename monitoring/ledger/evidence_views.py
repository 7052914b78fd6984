"""Reading the cache of evidence in the shapes the ledger and the status take."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Engine, case, func, select

from ...topics.storage.database import reading
from ...topics.transport.ports import TopicPartition
from ..log.sequences import SequenceSet
from .evidence_batch import lane_name
from .evidence_tables import EvidenceTables
from .rules import AgencyEvidence, CanaryAnswer, LedgerUpdate, NodeEvidence, ReceiptStep
from .stands import HeadStand, LaneStand, NodeStand, ReportStand, SplitView

AppliedOffsets = Mapping[TopicPartition, int]
"""Lane → the offset below which a node has applied everything, as far as it can be believed."""
NodeOffsets = Mapping[str, AppliedOffsets]
"""Node → its applied offsets."""


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What one node's receipts show of one jurisdiction."""

    stand: NodeStand
    receipts_missing: int
    serving: bool
    """It has sent a receipt lately enough to count."""


@dataclass(frozen=True, slots=True)
class CanaryCounts:
    """How many answers a gate has given to canaries."""

    right: int = 0
    wrong: int = 0
    newest_at: int = 0
    """ms UTC; 0 if there was none."""


class EvidenceView:
    """Reads the cache; several processes may do that while one of them fills it."""

    def __init__(self, engine: Engine, tables: EvidenceTables) -> None:
        self._engine, self._t = engine, tables

    def nodes(self, now: int, gone_after: int) -> list[NodeReport]:
        """List all nodes by agency, node and jurisdiction; those silent for `gone_after` ms do not serve any more."""
        nodes, sequences = self._t.nodes, self._t.sequences
        with reading(self._engine) as connection:
            stands = [msgspec.json.decode(raw, type=NodeStand) for raw in connection.scalars(select(nodes.c.stand))]
            missing = {
                (agency, node): SequenceSet(json.loads(intervals)).missing_count()
                for agency, node, intervals in connection.execute(select(sequences))
            }
        stands.sort(key=lambda stand: (stand.agency, stand.node, stand.jurisdiction))
        return [
            NodeReport(stand, missing.get((stand.agency, stand.node), 0), serving=now - stand.heard_at <= gone_after)
            for stand in stands
        ]

    def heads(self) -> list[HeadStand]:
        """List the newest head of every notary, by jurisdiction and notary."""
        heads = self._t.heads
        newest = (
            select(heads.c.jurisdiction, heads.c.notary, func.max(heads.c.arrived).label("arrived"))
            .group_by(heads.c.jurisdiction, heads.c.notary)
            .subquery()
        )
        newest_heads = select(heads.c.stand).join(
            newest,
            (heads.c.jurisdiction == newest.c.jurisdiction)
            & (heads.c.notary == newest.c.notary)
            & (heads.c.arrived == newest.c.arrived),
        )
        with reading(self._engine) as connection:
            stands = [msgspec.json.decode(raw, type=HeadStand) for raw in connection.scalars(newest_heads)]
        return sorted(stands, key=lambda stand: (stand.jurisdiction, stand.notary))

    def reports(self, since: int) -> list[ReportStand]:
        """List the newest report of every notary that the broker has taken since then, ms UTC; the newest first."""
        with reading(self._engine) as connection:
            rows = connection.scalars(select(self._t.reports.c.stand)).all()
        stands = [msgspec.json.decode(raw, type=ReportStand) for raw in rows]
        kept = [stand for stand in stands if stand.appended_at >= since]
        return sorted(kept, key=lambda stand: (-stand.appended_at, stand.jurisdiction, stand.notary))

    def split_views(self, since: int) -> list[SplitView]:
        """List the notaries that signed two heads of one barrier, as far as the broker has taken one since then, ms UTC."""
        forks = self._t.forks
        found: dict[tuple[str, str], SplitView] = {}
        with reading(self._engine) as connection:
            rows = connection.execute(select(forks).where(forks.c.at >= since).order_by(forks.c.at)).all()
        for row in rows:
            key, hashes = (row.jurisdiction, row.notary), json.loads(row.hashes)
            seen = found.get(key) or SplitView(*key, row.number, row.number, 0, hashes, row.at)
            low, high = min(seen.low, row.number), max(seen.high, row.number)
            found[key] = SplitView(*key, low, high, seen.count + 1, hashes, row.at)
        return [found[key] for key in sorted(found)]

    def canaries(self, stand: NodeStand, since: int) -> CanaryCounts:
        """Count the answers the node's gate has given to canaries since then; ms UTC."""
        canaries = self._t.canaries.c
        recent = (canaries.agency == stand.agency) & (canaries.node == stand.node) & (canaries.at >= since)
        counts = select(
            func.sum(case((canaries.right, 1), else_=0)),
            func.sum(case((canaries.right, 0), else_=1)),
            func.max(canaries.at),
        ).where(recent)
        with reading(self._engine) as connection:
            right, wrong, newest_at = connection.execute(counts).one()
        return CanaryCounts(right or 0, wrong or 0, newest_at or 0)

    def applied_offsets(self, stand: NodeStand) -> AppliedOffsets:
        """Return how far a node can be believed in every lane: to its newest receipt, or where it was last right."""
        steps = self._t.steps.c
        offsets: dict[TopicPartition, int] = {}
        with reading(self._engine) as connection:
            for lane in stand.lanes:
                at = TopicPartition(lane.topic, lane.partition)
                offsets[at] = lane.applied
                if lane.name in stand.contradicted:
                    right = (steps.agency == stand.agency) & (steps.node == stand.node) & ~steps.contradicted
                    where = (steps.topic == at.topic) & (steps.partition == at.partition)
                    offsets[at] = connection.scalar(select(func.max(steps.applied)).where(right, where)) or 0
        return offsets

    def settled_row(self, jurisdiction: str, agency: str, nodes: NodeOffsets) -> int:
        """Return the row of the register up to which these nodes have applied everything.

        0 if nothing is remembered, or if a node has applied less than it had when that was found.
        """
        settled = self._t.settled
        where = (settled.c.jurisdiction == jurisdiction) & (settled.c.agency == agency)
        with reading(self._engine) as connection:
            row = connection.execute(select(settled).where(where)).one_or_none()
        if row is None:
            return 0
        then: dict[str, dict[str, int]] = json.loads(row.holdings)
        now = _by_lane_name(nodes)
        same = then.keys() == now.keys()
        more = same and all(now[node].get(lane, 0) >= at for node, lanes in then.items() for lane, at in lanes.items())
        return int(row.state_row) if more else 0

    def settle(self, jurisdiction: str, agency: str, nodes: NodeOffsets, state_row: int) -> None:
        """Remember that these nodes have applied everything up to a row of the register. Raises DatabaseFault."""
        settled = self._t.settled
        key = {"jurisdiction": jurisdiction, "agency": agency}
        values = {"state_row": state_row, "holdings": json.dumps(_by_lane_name(nodes))}
        where = (settled.c.jurisdiction == jurisdiction) & (settled.c.agency == agency)
        with self._engine.begin() as connection:
            if not connection.execute(settled.update().where(where).values(values)).rowcount:
                connection.execute(settled.insert().values(**key, **values))

    def agency(self, update: LedgerUpdate, agency: str, nodes: Iterable[NodeReport]) -> AgencyEvidence:
        """Return the evidence that bears on one update at one agency; of its nodes those that serve count."""
        with reading(self._engine) as connection:
            return AgencyEvidence(
                {
                    stand.node: NodeEvidence(
                        self._steps(connection, update, stand), self._canaries(connection, agency, stand.node)
                    )
                    for stand in serving_at(agency, update.jurisdiction, nodes)
                }
            )

    def _steps(self, connection: Connection, update: LedgerUpdate, stand: NodeStand) -> Sequence[ReceiptStep]:
        """List the first receipts that count for the update, and the newest."""
        steps = self._t.steps
        columns = steps.c.at, steps.c.received, steps.c.applied, steps.c.contradicted
        counting = [_newest_step(stand, lane) for lane in stand.lanes]
        for position in update.positions:
            lane, offset = position.lane, position.offset
            of_node = (steps.c.agency == stand.agency) & (steps.c.node == stand.node)
            in_lane = (steps.c.topic == lane.topic) & (steps.c.partition == lane.partition)
            for condition in (
                steps.c.received > offset,
                (steps.c.applied > offset) & ~steps.c.contradicted,
                (steps.c.applied > offset) & steps.c.contradicted,
            ):
                first = select(*columns).where(of_node, in_lane, condition).order_by(steps.c.at).limit(1)
                counting += [ReceiptStep(lane, *row) for row in connection.execute(first)]
        return counting

    def _canaries(self, connection: Connection, agency: str, node: str) -> Sequence[CanaryAnswer]:
        canaries = self._t.canaries.c
        answers = select(canaries.at, canaries.right).where(canaries.agency == agency, canaries.node == node)
        return [CanaryAnswer(at, right) for at, right in connection.execute(answers)]


def serving_at(agency: str, jurisdiction: str, nodes: Iterable[NodeReport]) -> list[NodeStand]:
    """List the nodes of an agency that serve a jurisdiction."""
    stands = [node.stand for node in nodes if node.serving]
    return [stand for stand in stands if (stand.agency, stand.jurisdiction) == (agency, jurisdiction)]


def _by_lane_name(nodes: NodeOffsets) -> dict[str, dict[str, int]]:
    return {node: {lane_name(*lane): at for lane, at in offsets.items()} for node, offsets in nodes.items()}


def _newest_step(stand: NodeStand, lane: LaneStand) -> ReceiptStep:
    at = TopicPartition(lane.topic, lane.partition)
    return ReceiptStep(at, stand.at, lane.received, lane.applied, lane.name in stand.contradicted)
