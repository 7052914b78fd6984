"""The cache of what monitoring has read in the log, so that it reads every record once.

Everything here can be made again from the log: deleting the file costs time, nothing else.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from ...topics.storage.migrations import store_metadata

FORMAT = 5
"""The format of the cache; another one begins a file of its own, in which what a release before could not read is read again."""


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
