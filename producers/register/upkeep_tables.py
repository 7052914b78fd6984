"""Tables of what a publisher knows of its own lists in the log: how far it has read them, what it sent again, what it found."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text


@dataclass(frozen=True, slots=True)
class UpkeepTables:
    """The tables of the upkeep, on the register's metadata."""

    lanes: Table
    resends: Table
    findings: Table
    subjects: Table


def upkeep_tables(metadata: MetaData) -> UpkeepTables:
    """Put the tables on the register's metadata."""
    return UpkeepTables(_lanes(metadata), _resends(metadata), _findings(metadata), _subjects(metadata))


def _lanes(metadata: MetaData) -> Table:
    return Table(
        "upkeep_lanes",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition_number", Integer, primary_key=True, autoincrement=False),
        Column("topic_id", LargeBinary, nullable=False),
        # the next offset to be read
        Column("next_offset", BigInteger, nullable=False),
        # rows of the outbox up to this one stood in a topic, or an end of it, that is gone
        Column("void_through", BigInteger, nullable=False),
    )


def _resends(metadata: MetaData) -> Table:
    # rows of the state lane that repeat what the register holds, and are no updates
    return Table(
        "upkeep_resends",
        metadata,
        Column("state_row", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("entry_id", LargeBinary, nullable=False, index=True),
    )


def _findings(metadata: MetaData) -> Table:
    return Table(
        "upkeep_findings",
        metadata,
        Column("kind", Text, primary_key=True),
        # what it is about: an update's or an entry's id, the name of a list or court
        Column("about", LargeBinary, primary_key=True),
        Column("court", Text, nullable=False),
        Column("list", Text, nullable=False),
        Column("entry_id", LargeBinary, nullable=False),
        Column("version", BigInteger, nullable=False),
        # why, in a code or a number
        Column("detail", Text, nullable=False),
        Column("since", BigInteger, nullable=False),
        # the value in the log, where the finding is about one the register does not hold
        Column("value", LargeBinary, nullable=False),
    )


def _subjects(metadata: MetaData) -> Table:
    # whom entries mean that were taken over from the log, where nobody has the certificates
    return Table(
        "upkeep_subjects",
        metadata,
        Column("surrogate", LargeBinary, primary_key=True),
        Column("ordinal", BigInteger, primary_key=True),
        sqlite_with_rowid=False,
    )
