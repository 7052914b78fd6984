"""Rows of the cache of evidence that one transaction reads when they are first needed, and writes once at its end."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select, update

from ..log.sequences import SequenceSet
from .evidence_tables import EvidenceTables
from .stands import HeadStand, NodeStand
from .writer_clock import WriterClock


class NodeKey(NamedTuple):
    """A node, in one jurisdiction."""

    agency: str
    node: str
    jurisdiction: str


class HeadKey(NamedTuple):
    """A head: one barrier of a notary."""

    jurisdiction: str
    notary: str
    number: int


class EvidenceRows:
    """How nodes and heads stand, as far as the transaction needs it."""

    def __init__(self, connection: Connection, tables: EvidenceTables) -> None:
        self._connection, self._t = connection, tables
        self._nodes: dict[NodeKey, NodeStand] = {}
        self._sequences: dict[tuple[str, str], SequenceSet] = {}
        """(agency, node) → numbers of its receipts."""
        self._heads: dict[HeadKey, HeadStand | None] = {}
        self._clocks: dict[tuple[str, str], WriterClock] = {}
        """(jurisdiction, notary) → what its newest head showed of its clock."""

    def node(self, key: NodeKey) -> NodeStand:
        """Return how a node stands; what is changed in it is written."""
        if key not in self._nodes:
            nodes = self._t.nodes.c
            where = (nodes.agency == key.agency) & (nodes.node == key.node) & (nodes.jurisdiction == key.jurisdiction)
            raw = self._connection.scalar(select(nodes.stand).where(where))
            self._nodes[key] = msgspec.json.decode(raw, type=NodeStand) if raw else NodeStand(*key)
        return self._nodes[key]

    def sequence(self, agency: str, node: str) -> SequenceSet:
        """Return the numbers of a node's receipts; what is added is written."""
        if (agency, node) not in self._sequences:
            sequences = self._t.sequences.c
            where = (sequences.agency == agency) & (sequences.node == node)
            raw = self._connection.scalar(select(sequences.intervals).where(where))
            self._sequences[agency, node] = SequenceSet(json.loads(raw) if raw else ())
        return self._sequences[agency, node]

    def head(self, key: HeadKey) -> HeadStand | None:
        """Return a head, None if it has not come."""
        if key not in self._heads:
            heads = self._t.heads.c
            where = (heads.jurisdiction == key.jurisdiction) & (heads.notary == key.notary)
            where &= heads.number == key.number
            raw = self._connection.scalar(select(heads.stand).where(where))
            self._heads[key] = msgspec.json.decode(raw, type=HeadStand) if raw else None
        return self._heads[key]

    def newest_head_clock(self, key: HeadKey) -> WriterClock:
        """Return what the heads of a head's notary have shown of its clock until now."""
        of = key.jurisdiction, key.notary
        if of not in self._clocks:
            heads = self._t.heads.c
            mine = (heads.jurisdiction == key.jurisdiction) & (heads.notary == key.notary)
            raw = self._connection.scalar(select(heads.stand).where(mine).order_by(heads.arrived.desc()).limit(1))
            self._clocks[of] = msgspec.json.decode(raw, type=HeadStand).clock if raw else WriterClock()
        return msgspec.structs.replace(self._clocks[of])

    def add_head(self, key: HeadKey, stand: HeadStand) -> None:
        """Write a head that is new."""
        row = {**key._asdict(), "arrived": stand.arrived, "stand": msgspec.json.encode(stand)}
        self._connection.execute(insert(self._t.heads).values(row))
        self._heads[key] = stand
        self._clocks[key.jurisdiction, key.notary] = stand.clock

    def put(self, table: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Write a row in the place of the one with its key, if there is one."""
        where = [table.c[name] == value for name, value in key.items()]
        if not self._connection.execute(update(table).where(*where).values(values)).rowcount:
            self._connection.execute(insert(table).values(**key, **values))

    def write(self) -> None:
        """Write the nodes and sequences that were asked for."""
        for (agency, node), numbers in self._sequences.items():
            intervals = {"intervals": json.dumps(numbers.intervals())}
            self.put(self._t.sequences, {"agency": agency, "node": node}, intervals)
        for key, stand in self._nodes.items():
            self.put(self._t.nodes, key._asdict(), {"stand": msgspec.json.encode(stand)})
