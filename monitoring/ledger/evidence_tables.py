"""The cache of what monitoring has read in the log, so that it reads every record once.

Everything here can be made again from the log: deleting the file costs time, nothing else.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from ...consumers.store.layout import Shortfall
from ...topics.storage.migrations import store_metadata
from .starts import NodeStarts

FORMAT = 4
"""The format of the cache; another one begins a file of its own."""


class LaneStand(msgspec.Struct):
    """One lane in a node's newest receipt."""

    topic: str
    partition: int
    received: int
    applied: int
    digest: str
    records: int

    @property
    def name(self) -> str:
        """`topic/partition`, as lanes are named in stored rows."""
        return f"{self.topic}/{self.partition}"


class WholeReceipt(msgspec.Struct, array_like=True):
    """The newest receipt of a node for one notary that was not in the short form."""

    incarnation: str
    """Hex."""
    sequence: int
    lanes: list[LaneStand]


class LastStep(msgspec.Struct, array_like=True):
    """The receipt of a node that was last kept as a step of a lane."""

    at: int
    """ms UTC."""
    digest: str
    contradicted: bool


class Claim(msgspec.Struct):
    """What one receipt claims, until the head of its barrier is there to hold it against; times in ms UTC."""

    agency: str
    node: str
    jurisdiction: str
    sequence: int
    notary: str
    barrier: int
    at: int
    """When it was made, as the node says, and no later than the broker took it."""
    suite: str
    lanes: list[LaneStand]
    applied: int
    stale: int
    opaque: int


class NodeStand(msgspec.Struct):
    """What the receipts of one node show of one jurisdiction, held against signed heads; times in ms UTC."""

    agency: str
    node: str
    jurisdiction: str
    heard_at: int = 0
    """When the broker took the newest receipt, whatever it says."""
    head_arrived: int = -1
    """`arrived` of the head that the newest receipt was held against, -1 = none yet."""
    sequence: int = 0
    """Of that receipt among the node's."""
    at: int = 0
    """When that receipt was made."""
    notary: str = ""
    barrier: int = -1
    barrier_issued_at: int = 0
    """By the head of the barrier, and no later than the broker took that."""
    lanes: list[LaneStand] = []
    """How far it is, and no further than the head reaches."""
    applied: int = 0
    stale: int = 0
    opaque: int = 0
    unequal: list[str] = []
    """Lanes (`topic/partition`) that differed there."""
    contradicted: list[str] = []
    """Lanes in which what it claims counts for nothing: those, and with them the relief lane."""
    unequal_since: int = 0
    """Issue time of the first of the barriers in a row at which a lane differed, 0 = equal."""
    latency: str = ""
    """HdrHistogram of publish to applied in microseconds, merged from all receipts; empty if they held none."""
    last_steps: dict[str, LastStep] = msgspec.field(default_factory=dict, name="kept")
    """By lane (`topic/partition`)."""
    whole: dict[str, WholeReceipt] = msgspec.field(default_factory=dict)
    """By notary."""
    starts: NodeStarts = msgspec.field(default_factory=NodeStarts)
    """Which starts of it reported."""
    clock_ahead: int = 0
    """By how many ms the newest receipt is from later than the broker took it; below 0: from earlier."""


class HeadLane(msgspec.Struct, array_like=True):
    """One lane in a list head."""

    offset: int
    """Of the marker."""
    digest: str
    records: int
    live: int


class CourtCount(msgspec.Struct, array_like=True):
    """One court's sequence and live entries in one list, from a list head."""

    topic: str
    court: str
    contiguous: int
    highest: int
    live: int
    published: int
    """Highest sequence by the publisher's newest checkpoint, 0 = none."""
    live_missing: int
    """Live entries by that checkpoint beyond those counted at it."""


class HeadStand(msgspec.Struct):
    """A verified list head, without its signature."""

    jurisdiction: str
    notary: str
    number: int
    issued_at: int
    valid_until: int
    hash: str
    lanes: dict[str, HeadLane]
    """By `topic/partition`."""
    courts: list[CourtCount]
    suite: str
    """Whose digests they are."""
    arrived: int
    """In which order the cache took it, whatever numbers and times somebody writes."""
    appended_at: int
    """When the broker took it, ms UTC."""
    shortfalls: list[Shortfall] = []
    """What it lacks of what heads of this jurisdiction said before it."""

    @property
    def fresh_at(self) -> int:
        """When its barrier was issued, as it says, and no later than the broker took it."""
        return min(self.issued_at, self.appended_at)

    @property
    def clock_ahead(self) -> int:
        """By how many ms it is from later than the broker took it; below 0: from earlier."""
        return self.issued_at - self.appended_at

    @property
    def fresh_until(self) -> int:
        """Until when it is valid, counted from then."""
        return self.fresh_at + self.valid_until - self.issued_at


class ReportStand(msgspec.Struct):
    """The newest report of a notary."""

    jurisdiction: str
    notary: str
    appended_at: int
    """When the broker took it, ms UTC."""
    findings: list[dict[str, str | int]]
    """Rows of the schema `notary-report`."""


class SplitView(msgspec.Struct):
    """Barriers of a notary for which it signed two heads."""

    jurisdiction: str
    notary: str
    low: int
    high: int
    """Lowest and highest number of such a barrier."""
    count: int
    hashes: list[str]
    """Of the newest one, hex."""
    at: int
    """When the broker took the last of them, ms UTC."""


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
    forks: Table
    reports: Table
    relief_markers: Table
    floors: Table
    canaries: Table
    settled: Table


@cache  # statements over the same tables are compiled once in a process
def evidence_tables() -> EvidenceTables:
    """Return the tables on metadata of their own."""
    metadata = store_metadata("evidence")
    return EvidenceTables(
        metadata,
        offsets=Table(
            "offsets",
            metadata,
            *_key("topic"),
            Column("partition", Integer, primary_key=True),
            _required("next", BigInteger),
        ),
        nodes=Table("nodes", metadata, *_key("agency", "node", "jurisdiction"), _required("stand", LargeBinary)),
        # receipt numbers are gapless per node, whatever the jurisdiction
        sequences=Table("sequences", metadata, *_key("agency", "node"), _required("intervals", Text)),
        steps=_steps(metadata),
        awaiting=_awaiting(metadata),
        heads=_heads(metadata),
        forks=_forks(metadata),
        reports=Table("reports", metadata, *_key("jurisdiction", "notary"), _required("stand", LargeBinary)),
        relief_markers=_relief_markers(metadata),
        # what no later head may say less than
        floors=Table("floors", metadata, *_key("jurisdiction"), _required("floor", LargeBinary)),
        canaries=_canaries(metadata),
        settled=_settled(metadata),
    )


def _key(*names: str) -> list[Column[str]]:
    return [Column(name, Text, primary_key=True) for name in names]


def _required(name: str, kind: type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _steps(metadata: MetaData) -> Table:
    """Make the table of receipts at which something changed in a lane."""
    steps = Table(
        "steps",
        metadata,
        *_key("agency", "node", "topic"),
        Column("partition", Integer, primary_key=True),
        Column("at", BigInteger, primary_key=True),
        _required("received", BigInteger),
        _required("applied", BigInteger),
        _required("contradicted", Boolean),
    )
    lane = (steps.c.agency, steps.c.node, steps.c.topic, steps.c.partition)
    Index("steps_by_applied", *lane, steps.c.applied)
    return steps


def _awaiting(metadata: MetaData) -> Table:
    """Make the table of receipts whose head has not come yet."""
    return Table(
        "awaiting",
        metadata,
        *_key("jurisdiction", "notary"),
        Column("barrier", BigInteger, primary_key=True),
        *_key("agency", "node"),
        _required("arrived", BigInteger),
        _required("claim", LargeBinary),
    )


def _heads(metadata: MetaData) -> Table:
    heads = Table(
        "heads",
        metadata,
        *_key("jurisdiction", "notary"),
        Column("number", BigInteger, primary_key=True),
        _required("arrived", BigInteger),
        _required("stand", LargeBinary),
    )
    Index("heads_by_arrival", heads.c.jurisdiction, heads.c.notary, heads.c.arrived)
    return heads


def _forks(metadata: MetaData) -> Table:
    """Make the table of barriers with two heads."""
    return Table(
        "forks",
        metadata,
        *_key("jurisdiction", "notary"),
        Column("number", BigInteger, primary_key=True),
        _required("hashes", Text),
        _required("at", BigInteger),
    )


def _relief_markers(metadata: MetaData) -> Table:
    """Make the table of where the markers of a barrier stand in the relief lane, by what its notary reported."""
    return Table(
        "relief_markers",
        metadata,
        *_key("jurisdiction", "notary"),
        Column("number", BigInteger, primary_key=True),
        Column("partition", Integer, primary_key=True),
        _required("offset", BigInteger),
        _required("arrived", BigInteger),
    )


def _canaries(metadata: MetaData) -> Table:
    return Table(
        "canaries",
        metadata,
        *_key("agency", "node"),
        Column("entry_id", LargeBinary, primary_key=True),
        Column("at", BigInteger, primary_key=True),
        _required("right", Boolean),
    )


def _settled(metadata: MetaData) -> Table:
    """Make the table of the register's row up to which an agency has applied everything, and its nodes' offsets then."""
    return Table(
        "settled",
        metadata,
        *_key("jurisdiction", "agency"),
        _required("state_row", BigInteger),
        _required("holdings", Text),
    )
