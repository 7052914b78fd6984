"""Taking verified receipts and heads into the cache, some thousands in one transaction."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from hdrh.histogram import HdrHistogram
from sqlalchemy import Connection, delete, insert, select, update

from ...consumers.replication.latency import ApplyLatency
from ...topics.storage.database import insert_once
from ..log.heads import SignedHead
from ..log.sequences import SequenceSet
from .evidence_tables import CourtCount, EvidenceTables, HeadLane, HeadStand, LaneStand, LastStep, NodeStand
from .short_forms import lanes_of

_NO_DIGEST = bytes(32).hex()
_NO_LATENCY = ApplyLatency().take()
_HEADS_KEPT = 2_000
"""Per notary; receipts that come later than that cannot be compared any more."""
_RELIEF_STEP = 1_000
"""The relief lane has no digest that tells whether anything came: a step is kept once per second at most."""


class _NodeKey(NamedTuple):
    agency: str
    node: str
    jurisdiction: str


class _HeadKey(NamedTuple):
    jurisdiction: str
    notary: str
    number: int


def lane_name(topic: str, partition: int) -> str:
    """Return the name of a lane inside stored rows."""
    return f"{topic}/{partition}"


class EvidenceBatch:
    """One transaction's worth of evidence; `write` puts what was collected into the database."""

    def __init__(self, connection: Connection, tables: EvidenceTables) -> None:
        self._connection, self._t = connection, tables
        self._nodes: dict[_NodeKey, NodeStand] = {}
        self._sequences: dict[tuple[str, str], SequenceSet] = {}
        """(agency, node) → numbers of its receipts."""
        self._heads: dict[_HeadKey, HeadStand | None] = {}
        self._steps: list[dict[str, Any]] = []

    def add_head(self, head: SignedHead) -> bool:
        """Take a head; return False if its notary has signed another one for this barrier."""
        stand = _head_stand(head)
        key = _HeadKey(stand.jurisdiction, stand.notary, stand.number)
        row = {**key._asdict(), "issued_at": stand.issued_at, "stand": msgspec.json.encode(stand)}
        if not insert_once(self._connection, self._t.heads, row):
            earlier = self._head(key)
            return earlier is not None and earlier.hash == stand.hash
        self._heads[key] = stand
        self._compare_awaiting(stand)
        self._forget(stand)
        return True

    def add_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Take a receipt, whatever the order receipts come in."""
        key = _NodeKey(receipt["agency"], receipt["node"], receipt["jurisdiction"])
        node = self._node(key)
        self._sequence(key.agency, key.node).add(receipt["sequence"])
        self._add_latency(node, receipt["latency"])
        node.starts.hear(receipt["incarnation"].hex(), receipt["at"])
        for answer in receipt["canaries"]:
            self._canary(key, answer)
        lanes = lanes_of(node, receipt)
        if lanes is not None:
            self._add_lanes(node, receipt, lanes)
        if _is_newest(node, receipt):
            _note_newest(node, receipt, node.lanes if lanes is None else lanes)

    def write(self) -> None:
        """Write everything collected."""
        t = self._t
        for row in self._steps:
            insert_once(self._connection, t.steps, row)
        for (agency, node), numbers in self._sequences.items():
            self._put(t.sequences, {"agency": agency, "node": node}, {"intervals": json.dumps(numbers.intervals())})
        for key, stand in self._nodes.items():
            self._put(t.nodes, key._asdict(), {"stand": msgspec.json.encode(stand)})

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _add_lanes(self, node: NodeStand, receipt: Mapping[str, Any], lanes: list[LaneStand]) -> None:
        """Hold what a receipt says of the lanes against the head of its barrier, and keep the steps."""
        digests = {lane.name: lane.digest for lane in lanes}
        head = self._head(_HeadKey(node.jurisdiction, receipt["notary"], receipt["barrier"]))
        comparable = head is not None and head.suite == receipt["suite"]
        unequal = _differing(digests, head) if head and comparable else list(node.unequal)
        for lane in lanes:
            self._step(node, receipt, lane, lane.name in unequal)
        if head is None:
            self._await(_NodeKey(node.agency, node.node, node.jurisdiction), receipt, digests)
        elif comparable:
            _note_comparison(node, head, unequal)

    def _step(self, node: NodeStand, receipt: Mapping[str, Any], lane: LaneStand, contradicted: bool) -> None:
        """Keep what the receipt says of a lane if something came in it since the last step kept."""
        at, last = receipt["at"], node.last_steps.get(lane.name)
        soon = lane.digest != _NO_DIGEST or (last is not None and abs(at - last.at) < _RELIEF_STEP)
        if last is not None and lane.digest == last.digest and soon:
            return
        node.last_steps[lane.name] = LastStep(at, lane.digest)
        self._steps.append(
            {
                "agency": node.agency, "node": node.node, "topic": lane.topic, "partition": lane.partition, "at": at,
                "received": lane.received, "applied": lane.applied,
                "notary": receipt["notary"], "barrier": receipt["barrier"], "contradicted": contradicted,
            }
        )  # fmt: skip

    def _canary(self, key: _NodeKey, answer: Mapping[str, Any]) -> None:
        row = {"agency": key.agency, "node": key.node, "entry_id": answer["entry_id"], "at": answer["at"]}
        insert_once(self._connection, self._t.canaries, row | {"right": answer["got"] == answer["expected"]})

    def _add_latency(self, node: NodeStand, encoded: bytes) -> None:
        if not encoded or encoded == _NO_LATENCY:
            return
        merged = HdrHistogram.decode(encoded)
        if node.latency:
            merged.add(HdrHistogram.decode(node.latency.encode()))
        node.latency = merged.encode().decode()

    def _await(self, key: _NodeKey, receipt: Mapping[str, Any], digests: Mapping[str, str]) -> None:
        row = {**key._asdict(), "notary": receipt["notary"], "barrier": receipt["barrier"]}
        row |= {"issued_at": receipt["barrier_issued_at"], "digests": json.dumps([receipt["suite"], digests])}
        insert_once(self._connection, self._t.awaiting, row)

    def _compare_awaiting(self, head: HeadStand) -> None:
        awaiting = self._t.awaiting.c
        where = (awaiting.jurisdiction == head.jurisdiction) & (awaiting.notary == head.notary)
        for row in self._connection.execute(
            select(self._t.awaiting).where(where, awaiting.barrier == head.number)
        ).all():
            suite, digests = json.loads(row.digests)
            if suite != head.suite:
                continue
            unequal = _differing(digests, head)
            _note_comparison(self._node(_NodeKey(row.agency, row.node, head.jurisdiction)), head, unequal)
            self._correct_steps(row.agency, row.node, head, unequal)
        self._connection.execute(delete(self._t.awaiting).where(where, awaiting.barrier == head.number))

    def _correct_steps(self, agency: str, node: str, head: HeadStand, unequal: list[str]) -> None:
        """Put the head's verdict into the steps kept before it came; they took over that of the comparison before."""
        steps = self._t.steps.c
        of_node = (steps.agency == agency) & (steps.node == node)
        at = (steps.notary == head.notary) & (steps.barrier == head.number)
        for name in head.lanes:
            topic, partition = name.rsplit("/", 1)
            lane = (steps.topic == topic) & (steps.partition == int(partition))
            changed = update(self._t.steps).where(of_node, at, lane).values(contradicted=name in unequal)
            self._connection.execute(changed)

    def _forget(self, head: HeadStand) -> None:
        if head.number % 100:
            return
        heads, awaiting = self._t.heads.c, self._t.awaiting.c
        old = (heads.jurisdiction == head.jurisdiction) & (heads.notary == head.notary)
        self._connection.execute(delete(self._t.heads).where(old, heads.number <= head.number - _HEADS_KEPT))
        old = (awaiting.jurisdiction == head.jurisdiction) & (awaiting.notary == head.notary)
        self._connection.execute(delete(self._t.awaiting).where(old, awaiting.barrier <= head.number - _HEADS_KEPT))

    # -- rows read when first needed ----------------------------------------------------------------------------------

    def _node(self, key: _NodeKey) -> NodeStand:
        if key not in self._nodes:
            nodes = self._t.nodes.c
            where = (nodes.agency == key.agency) & (nodes.node == key.node) & (nodes.jurisdiction == key.jurisdiction)
            raw = self._connection.scalar(select(nodes.stand).where(where))
            self._nodes[key] = msgspec.json.decode(raw, type=NodeStand) if raw else NodeStand(*key)
        return self._nodes[key]

    def _sequence(self, agency: str, node: str) -> SequenceSet:
        if (agency, node) not in self._sequences:
            sequences = self._t.sequences.c
            where = (sequences.agency == agency) & (sequences.node == node)
            raw = self._connection.scalar(select(sequences.intervals).where(where))
            self._sequences[agency, node] = SequenceSet(json.loads(raw) if raw else ())
        return self._sequences[agency, node]

    def _head(self, key: _HeadKey) -> HeadStand | None:
        if key not in self._heads:
            heads = self._t.heads.c
            where = (heads.jurisdiction == key.jurisdiction) & (heads.notary == key.notary)
            where &= heads.number == key.number
            raw = self._connection.scalar(select(heads.stand).where(where))
            self._heads[key] = msgspec.json.decode(raw, type=HeadStand) if raw else None
        return self._heads[key]

    def _put(self, table: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        where = [table.c[name] == value for name, value in key.items()]
        if not self._connection.execute(update(table).where(*where).values(values)).rowcount:
            self._connection.execute(insert(table).values(**key, **values))


def _head_stand(head: SignedHead) -> HeadStand:
    content = head.content
    return HeadStand(
        content["jurisdiction"],
        head.notary,
        head.number,
        content["issued_at"],
        content["valid_until"],
        head.hash,
        {
            lane_name(row["topic"], row["partition"]): HeadLane(
                row["offset"], row["digest"].hex(), row["records"], row["live"],
            )
            for row in content["lanes"]
        },
        [
            CourtCount(*(row[name] for name in ("list", "court", "contiguous", "highest", "live", "published", "live_missing")))
            for row in content["courts"]
        ],
        content["suite"],
    )  # fmt: skip


def _differing(digests: Mapping[str, str], head: HeadStand) -> list[str]:
    """List the lanes of the lists whose digest is not the signed one, or missing."""
    return [name for name, lane in head.lanes.items() if digests.get(name) != lane.digest]


def _note_comparison(node: NodeStand, head: HeadStand, unequal: list[str]) -> None:
    """Note the verdict of a comparison with a head unless a newer one is known."""
    same_notary = head.notary == node.compared_notary
    if head.number < node.compared_barrier if same_notary else head.issued_at < node.compared_at:
        return
    node.unequal_since = (node.unequal_since or head.issued_at) if unequal else 0
    node.compared_notary, node.compared_barrier, node.compared_at = head.notary, head.number, head.issued_at
    node.unequal = unequal


def _is_newest(node: NodeStand, receipt: Mapping[str, Any]) -> bool:
    """Tell by a receipt's number: times go back with a clock that is set right. A node that lost its disk begins at 1 again."""
    before, now = (node.barrier_issued_at, node.at), (receipt["barrier_issued_at"], receipt["at"])
    return receipt["sequence"] > node.sequence or now > before


def _note_newest(node: NodeStand, receipt: Mapping[str, Any], lanes: list[LaneStand]) -> None:
    for name in ("sequence", "at", "notary", "barrier", "barrier_issued_at", "applied", "stale", "opaque"):
        setattr(node, name, receipt[name])
    node.lanes = lanes
