"""What the watching room remembers of the log, so that it reads every record once.

Everything here can be made again from the log: deleting the file costs time, nothing else.
"""

from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

FORMAT = 1
"""Of the cache; another format begins a file of its own."""


class LaneStand(msgspec.Struct):
    """One lane in a node's newest receipt."""

    topic: str
    partition: int
    received: int
    applied: int
    digest: str
    records: int


class NodeStand(msgspec.Struct):
    """What the receipts of one node say about one jurisdiction; times in ms UTC."""

    agency: str
    node: str
    jurisdiction: str
    at: int = 0
    """When the newest receipt was made."""
    notary: str = ""
    barrier: int = -1
    barrier_issued_at: int = 0
    durable: bool = False
    lanes: list[LaneStand] = []
    applied: int = 0
    stale: int = 0
    opaque: int = 0
    compared_notary: str = ""
    compared_barrier: int = -1
    """The newest barrier whose head and receipt could be compared, -1 = none yet."""
    compared_at: int = 0
    """When that barrier was issued."""
    unequal: list[str] = []
    """Lanes (`topic/partition`) that differed there."""
    unequal_since: int = 0
    """Issue time of the first of the barriers in a row at which a lane differed, 0 = equal."""
    latency: str = ""
    """HdrHistogram of publish to applied, microseconds, everything the receipts told; empty if nothing."""
    kept: dict[str, tuple[int, str]] = {}
    """Lane → when its last kept step was made, and the digest then."""


class HeadStand(msgspec.Struct):
    """A verified list head, without its signature."""

    jurisdiction: str
    notary: str
    number: int
    issued_at: int
    valid_until: int
    hash: str
    lanes: dict[str, tuple[int, str, int, int]]
    """`topic/partition` → offset of the marker, digest, entries, live ones."""
    courts: list[tuple[str, str, int, int, int]]
    """List, court, contiguous, highest, live."""


@dataclass(frozen=True, slots=True)
class EvidenceTables:
    """All tables of the cache."""

    metadata: MetaData
    offsets: Table
    nodes: Table
    sequences: Table
    steps: Table
    awaiting: Table
    heads: Table
    canaries: Table
    interceptions: Table
    settled: Table


def evidence_tables() -> EvidenceTables:
    """Fresh metadata with the tables."""
    metadata = MetaData()
    node = ("agency", "node")
    return EvidenceTables(
        metadata,
        offsets=Table(
            "offsets",
            metadata,
            Column("topic", Text, primary_key=True),
            Column("partition", Integer, primary_key=True),
            Column("next", BigInteger, nullable=False),
        ),
        nodes=Table(
            "nodes",
            metadata,
            *(Column(name, Text, primary_key=True) for name in (*node, "jurisdiction")),
            Column("stand", LargeBinary, nullable=False),
        ),
        # receipt numbers are gapless per node, whatever the jurisdiction
        sequences=Table(
            "sequences",
            metadata,
            *(Column(name, Text, primary_key=True) for name in node),
            Column("intervals", Text, nullable=False),
        ),
        steps=_steps(metadata),
        # receipts whose head has not come yet
        awaiting=Table(
            "awaiting",
            metadata,
            *(Column(name, Text, primary_key=True) for name in ("jurisdiction", "notary")),
            Column("barrier", BigInteger, primary_key=True),
            *(Column(name, Text, primary_key=True) for name in node),
            Column("issued_at", BigInteger, nullable=False),
            Column("digests", Text, nullable=False),
        ),
        heads=Table(
            "heads",
            metadata,
            *(Column(name, Text, primary_key=True) for name in ("jurisdiction", "notary")),
            Column("number", BigInteger, primary_key=True),
            Column("issued_at", BigInteger, nullable=False),
            Column("stand", LargeBinary, nullable=False),
        ),
        canaries=Table(
            "canaries",
            metadata,
            *(Column(name, Text, primary_key=True) for name in node),
            Column("entry_id", LargeBinary, primary_key=True),
            Column("at", BigInteger, primary_key=True),
            Column("right", Boolean, nullable=False),
        ),
        interceptions=Table(
            "interceptions",
            metadata,
            Column("event_id", LargeBinary, primary_key=True),
            Column("agency", Text, nullable=False),
            Column("entry_id", LargeBinary, nullable=False, index=True),
            Column("version", BigInteger, nullable=False),
            Column("released", Boolean, nullable=False),
            Column("at", BigInteger, nullable=False),
        ),
        # up to which row of a register an agency has applied everything, and what its nodes held when that was found
        settled=Table(
            "settled",
            metadata,
            *(Column(name, Text, primary_key=True) for name in ("jurisdiction", "agency")),
            Column("state_row", BigInteger, nullable=False),
            Column("holdings", Text, nullable=False),
        ),
    )


def _steps(metadata: MetaData) -> Table:
    """Receipts at which something changed in a lane."""
    steps = Table(
        "steps",
        metadata,
        Column("agency", Text, primary_key=True),
        Column("node", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("at", BigInteger, primary_key=True),
        Column("received", BigInteger, nullable=False),
        Column("applied", BigInteger, nullable=False),
        Column("notary", Text, nullable=False),
        Column("barrier", BigInteger, nullable=False),
        Column("contradicted", Boolean, nullable=False),
    )
    lane = (steps.c.agency, steps.c.node, steps.c.topic, steps.c.partition)
    Index("steps_by_applied", *lane, steps.c.applied)
    Index("steps_by_barrier", steps.c.agency, steps.c.node, steps.c.notary, steps.c.barrier)
    return steps
