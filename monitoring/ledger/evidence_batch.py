"""Takes verified receipts, heads and interceptions into the cache, some thousands in one transaction."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from hdrh.histogram import HdrHistogram
from sqlalchemy import Connection, delete, insert, select, update

from ...consumers.replication.latency import ApplyLatency
from ...topics.storage.database import insert_once
from ..log.heads import SignedHead
from ..log.sequences import SequenceSet
from .evidence_tables import EvidenceTables, HeadStand, LaneStand, NodeStand

_NO_DIGEST = bytes(32).hex()
_NO_LATENCY = ApplyLatency().take()
_HEADS_KEPT = 2_000
"""Per notary; receipts that come later than that cannot be compared any more."""
_RELIEF_STEP = 1_000
"""The relief lane has no digest that tells whether anything came: a step is kept once per second at most."""
_Node = tuple[str, str, str]


def lane_name(topic: str, partition: int) -> str:
    """How a lane is named inside stored rows."""
    return f"{topic}/{partition}"


class EvidenceBatch:
    """One transaction's worth of evidence; `keep` writes what was collected."""

    def __init__(self, connection: Connection, tables: EvidenceTables) -> None:
        self._connection, self._t = connection, tables
        self._nodes: dict[_Node, NodeStand] = {}
        self._sequences: dict[tuple[str, str], SequenceSet] = {}
        self._heads: dict[tuple[str, str, int], HeadStand | None] = {}
        self._steps: list[dict[str, Any]] = []

    def head(self, head: SignedHead) -> bool:
        """Takes a head; False if its notary has signed another one for this barrier."""
        content = head.content
        stand = HeadStand(
            content["jurisdiction"],
            head.notary,
            head.number,
            content["issued_at"],
            content["valid_until"],
            head.hash,
            {
                lane_name(row["topic"], row["partition"]): (
                    row["offset"], row["digest"].hex(), row["records"], row["live"],
                )
                for row in content["lanes"]
            },
            [(r["list"], r["court"], r["contiguous"], r["highest"], r["live"]) for r in content["courts"]],
        )  # fmt: skip
        key = (stand.jurisdiction, stand.notary, stand.number)
        row = {"jurisdiction": key[0], "notary": key[1], "number": key[2], "issued_at": stand.issued_at}
        if not insert_once(self._connection, self._t.heads, row | {"stand": msgspec.json.encode(stand)}):
            known = self._head(*key)
            return known is not None and known.hash == stand.hash
        self._heads[key] = stand
        self._compare_awaiting(stand)
        self._forget(stand)
        return True

    def receipt(self, receipt: Mapping[str, Any]) -> None:
        """Takes a receipt."""
        key = receipt["agency"], receipt["node"], receipt["jurisdiction"]
        node = self._node(key)
        self._sequence(key[0], key[1]).add(receipt["sequence"])
        self._add_latency(node, receipt["latency"])
        for answer in receipt["canaries"]:
            self._canary(key, answer)
        digests = {lane_name(row["topic"], row["partition"]): row["digest"].hex() for row in receipt["lanes"]}
        head = self._head(key[2], receipt["notary"], receipt["barrier"])
        unequal = _differing(digests, head) if head else list(node.unequal)
        for row in receipt["lanes"]:
            self._step(node, receipt, row, lane_name(row["topic"], row["partition"]) in unequal)
        if head is None:
            self._await(key, receipt, digests)
        else:
            _compared(node, head.notary, head.number, head.issued_at, unequal)
        if (receipt["barrier_issued_at"], receipt["at"]) >= (node.barrier_issued_at, node.at):
            _newest(node, receipt)

    def interception(self, interception: Mapping[str, Any], at: int) -> None:
        """Takes an interception; `at` is when it reached the log, ms UTC. Canaries enforce nothing."""
        if interception["record_class"]:
            return
        row = {name: interception[name] for name in ("event_id", "agency", "entry_id")}
        row |= {"version": interception["entry_version"], "released": interception["outcome"] == "RELEASED", "at": at}
        insert_once(self._connection, self._t.interceptions, row)

    def keep(self) -> None:
        """Writes everything collected."""
        t = self._t
        for row in self._steps:
            insert_once(self._connection, t.steps, row)
        for (agency, node), seen in self._sequences.items():
            key = {"agency": agency, "node": node}
            self._put(t.sequences, key, {"intervals": json.dumps(seen.intervals())})
        for (agency, node, jurisdiction), stand in self._nodes.items():
            key = {"agency": agency, "node": node, "jurisdiction": jurisdiction}
            self._put(t.nodes, key, {"stand": msgspec.json.encode(stand)})

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _step(self, node: NodeStand, receipt: Mapping[str, Any], row: Mapping[str, Any], contradicted: bool) -> None:
        """Keeps what the receipt says of a lane if something came in it since the last step kept."""
        name, digest, at = lane_name(row["topic"], row["partition"]), row["digest"].hex(), receipt["at"]
        before = node.kept.get(name)
        if before is not None:
            same = digest == before[1]
            if same and (digest != _NO_DIGEST or abs(at - before[0]) < _RELIEF_STEP):
                return
        node.kept[name] = (at, digest)
        self._steps.append(
            {
                "agency": node.agency, "node": node.node, "topic": row["topic"], "partition": row["partition"], "at": at,
                "received": row["received_offset"], "applied": row["applied_offset"],
                "notary": receipt["notary"], "barrier": receipt["barrier"], "contradicted": contradicted,
            }
        )  # fmt: skip

    def _canary(self, key: _Node, answer: Mapping[str, Any]) -> None:
        row = {"agency": key[0], "node": key[1], "entry_id": answer["entry_id"], "at": answer["at"]}
        insert_once(self._connection, self._t.canaries, row | {"right": answer["got"] == answer["expected"]})

    def _add_latency(self, node: NodeStand, encoded: bytes) -> None:
        if not encoded or encoded == _NO_LATENCY:
            return
        merged = HdrHistogram.decode(encoded)
        if node.latency:
            merged.add(HdrHistogram.decode(node.latency.encode()))
        node.latency = merged.encode().decode()

    def _await(self, key: _Node, receipt: Mapping[str, Any], digests: Mapping[str, str]) -> None:
        row = {"agency": key[0], "node": key[1], "jurisdiction": key[2], "notary": receipt["notary"]}
        row |= {"barrier": receipt["barrier"], "issued_at": receipt["barrier_issued_at"]}
        insert_once(self._connection, self._t.awaiting, row | {"digests": json.dumps(digests)})

    def _compare_awaiting(self, head: HeadStand) -> None:
        awaiting = self._t.awaiting.c
        where = (awaiting.jurisdiction == head.jurisdiction) & (awaiting.notary == head.notary)
        for row in self._connection.execute(
            select(self._t.awaiting).where(where, awaiting.barrier == head.number)
        ).all():
            unequal = _differing(json.loads(row.digests), head)
            _compared(
                self._node((row.agency, row.node, head.jurisdiction)), head.notary, head.number, head.issued_at, unequal
            )
            self._correct_steps(row.agency, row.node, head, unequal)
        self._connection.execute(delete(self._t.awaiting).where(where, awaiting.barrier == head.number))

    def _correct_steps(self, agency: str, node: str, head: HeadStand, unequal: list[str]) -> None:
        """Steps kept before the head came took over the verdict of the comparison before."""
        steps = self._t.steps.c
        mine = (steps.agency == agency) & (steps.node == node)
        at = (steps.notary == head.notary) & (steps.barrier == head.number)
        for name in head.lanes:
            topic, partition = name.rsplit("/", 1)
            lane = (steps.topic == topic) & (steps.partition == int(partition))
            changed = update(self._t.steps).where(mine, at, lane).values(contradicted=name in unequal)
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

    def _node(self, key: _Node) -> NodeStand:
        if key not in self._nodes:
            nodes = self._t.nodes.c
            where = (nodes.agency == key[0]) & (nodes.node == key[1]) & (nodes.jurisdiction == key[2])
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

    def _head(self, jurisdiction: str, notary: str, number: int) -> HeadStand | None:
        key = (jurisdiction, notary, number)
        if key not in self._heads:
            heads = self._t.heads.c
            where = (heads.jurisdiction == jurisdiction) & (heads.notary == notary) & (heads.number == number)
            raw = self._connection.scalar(select(heads.stand).where(where))
            self._heads[key] = msgspec.json.decode(raw, type=HeadStand) if raw else None
        return self._heads[key]

    def _put(self, table: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        where = [table.c[name] == value for name, value in key.items()]
        if not self._connection.execute(update(table).where(*where).values(values)).rowcount:
            self._connection.execute(insert(table).values(**key, **values))


def _differing(digests: Mapping[str, str], head: HeadStand) -> list[str]:
    """State lanes whose digest is not the signed one, or missing."""
    return [name for name, (_, digest, _, _) in head.lanes.items() if digests.get(name) != digest]


def _compared(node: NodeStand, notary: str, barrier: int, issued_at: int, unequal: list[str]) -> None:
    """Notes the verdict of a comparison unless a newer one is known."""
    if issued_at < node.compared_at:
        return
    node.unequal_since = (node.unequal_since or issued_at) if unequal else 0
    node.compared_notary, node.compared_barrier, node.compared_at, node.unequal = notary, barrier, issued_at, unequal


def _newest(node: NodeStand, receipt: Mapping[str, Any]) -> None:
    for name in ("at", "notary", "barrier", "barrier_issued_at", "durable", "applied", "stale", "opaque"):
        setattr(node, name, receipt[name])
    node.lanes = [
        LaneStand(
            row["topic"], row["partition"], row["received_offset"], row["applied_offset"], row["digest"].hex(), row["records"],
        )
        for row in receipt["lanes"]
    ]  # fmt: skip
