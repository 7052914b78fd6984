"""The tables of a jurisdiction's publisher: what its courts published, with the outbox beside it.

Raw certificate numbers stand in `entries.certificates`, and in `approvals.body` of what waits for a second approval, and
nowhere else in this project; this database stays with the court. Everything that leaves it is pseudonymous.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from ...topics.storage.migrations import Step, store_metadata
from ...topics.storage.outbox import OutboxTables, outbox_tables
from .approval_tables import approvals_table
from .upkeep_tables import UpkeepTables, upkeep_tables

_BEGINNINGS = Step(
    (
        "ALTER TABLE entries ADD COLUMN missing INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE entries ADD COLUMN stock INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE entries ADD COLUMN beginning {binary}",
        # releases before this one asked list entries for none of it, and kept nothing but the decision's number
        "UPDATE entries SET missing = CASE WHEN decision_number = '' THEN 127 ELSE 126 END WHERE instrument = 1",
    )
)
BLOCK_BITS = 14
"""Of an entry's ordinal, the bits within its block of `holders`."""


@dataclass(frozen=True, slots=True)
class RegisterTables:
    """All tables of one publisher on one metadata."""

    metadata: MetaData
    entries: Table
    holders: Table
    other_keys: Table
    former_states: Table
    updates: Table
    rulings: Table
    ruling_queries: Table
    approvals: Table
    batches: Table
    sequences: Table
    checkpoints: Table
    checkpoint_counts: Table
    upkeep: UpkeepTables
    outbox: OutboxTables


@cache  # statements over the same tables are compiled once in a process
def register_tables() -> RegisterTables:
    """Return the register's tables and the outbox's on metadata of their own."""
    metadata = store_metadata("register", _BEGINNINGS)
    return RegisterTables(
        metadata,
        _entries(metadata),
        _holders(metadata),
        _other_keys(metadata),
        _former_states(metadata),
        _updates(metadata),
        _rulings(metadata),
        _ruling_queries(metadata),
        approvals_table(metadata),
        _batches(metadata),
        Table(
            "sequences",
            metadata,
            Column("name", Text, primary_key=True),
            Column("value", BigInteger, nullable=False),
        ),
        _checkpoints(metadata),
        _checkpoint_counts(metadata),
        upkeep_tables(metadata),
        outbox_tables(metadata),
    )


def _entries(metadata: MetaData) -> Table:
    entries = Table(
        "entries",
        metadata,
        # counts entries from 1, so that a whole list fits a bitmap
        Column("ordinal", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("entry_id", LargeBinary, nullable=False, unique=True),
        # same subject, case, instrument, role and court; `generation` counts its decisions
        Column("key", LargeBinary, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("court", Text, nullable=False),
        Column("instrument", Integer, nullable=False),
        Column("case_number", Text, nullable=False),
        Column("decision_number", Text, nullable=False),
        Column("status", Integer, nullable=False),
        Column("version", BigInteger, nullable=False),
        # of everything a court can correct, to tell a change from a repetition
        Column("digest", LargeBinary, nullable=False),
        Column("publish_date", Text, nullable=False),
        # of the newest change
        Column("reason", Text, nullable=False),
        Column("changed_on", Text, nullable=False),
        # newest signed body in single-object encoding; of ended entries also the last one that held the whole entry
        Column("body", LargeBinary, nullable=False),
        Column("full_body", LargeBinary),
        Column("certificates", LargeBinary, nullable=False),
        # facts of art. 5 that the court has not stated, as the sum of `Fact`
        Column("missing", Integer, nullable=False, server_default="0"),
        # 1 if it stood on the national list before its court came here
        Column("stock", Integer, nullable=False, server_default="0"),
        # what is stated of how it began: it stays here
        Column("beginning", LargeBinary),
    )
    Index("entries_by_key", entries.c.key, entries.c.generation, unique=True)
    Index("entries_by_case", entries.c.case_number)
    return entries


def _holders(metadata: MetaData) -> Table:
    # whose certificate it is: hash of type, country, number → entries; in blocks of entries that came one after the
    # other, for these hashes are random: a chunk touches the pages of a block or two and not of everybody there is
    return Table(
        "holders",
        metadata,
        Column("block", Integer, primary_key=True, autoincrement=False),
        Column("certificate", LargeBinary, primary_key=True),
        Column("ordinal", BigInteger, primary_key=True),
        sqlite_with_rowid=False,
    )


def _other_keys(metadata: MetaData) -> Table:
    # keys by other certificates of the subject; with a day, keys of a number that was corrected away, and whose it was
    # said to be: it must not come back with the next export
    return Table(
        "other_keys",
        metadata,
        Column("key", LargeBinary, primary_key=True),
        Column("ordinal", BigInteger, nullable=False, index=True),
        Column("corrected_on", Text),
        Column("name_hash", LargeBinary),
        sqlite_with_rowid=False,
    )


def _former_states(metadata: MetaData) -> Table:
    # what entries said before an act, or a file that named other people, changed it: a file that still says so is older
    return Table(
        "former_states",
        metadata,
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("digest", LargeBinary, primary_key=True),
        # empty if there was none
        Column("decision", Text, nullable=False),
        Column("name_hash", LargeBinary, nullable=False),
        # the last day before an extension, else empty
        Column("extended_from", Text, nullable=False),
        Column("changed_on", Text, nullable=False),
        # the last version that said so, and 1 if an act then named other certificates
        Column("version", BigInteger, nullable=False),
        Column("named_others", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _updates(metadata: MetaData) -> Table:
    updates = Table(
        "updates",
        metadata,
        Column("update_id", LargeBinary, nullable=False, unique=True),
        Column("entry_id", LargeBinary, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("court", Text, nullable=False),
        Column("list", Text, nullable=False),
        Column("court_sequence", BigInteger, nullable=False),
        Column("batch_id", Text, nullable=False),
        Column("change", Integer, nullable=False),
        # a ledger follows the register by this
        Column("state_row", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("relief_row", BigInteger),
        Column("accepted_at", BigInteger, nullable=False),
        # hash of the body behind its proof, of the signing key's suite: what the signature covers
        Column("content_hash", LargeBinary, nullable=False),
    )
    Index("updates_by_entry", updates.c.entry_id, updates.c.version, unique=True)
    Index("updates_by_batch", updates.c.batch_id)
    return updates


def _rulings(metadata: MetaData) -> Table:
    # what the court stated of the decision behind a single act; empty texts where nothing was
    return Table(
        "rulings",
        metadata,
        Column("update_id", LargeBinary, primary_key=True),
        Column("decision_number", Text, nullable=False),
        Column("signed_by", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("objection", Text, nullable=False),
        # the last day on which the law wanted it done, ISO 8601-2: `2027-01-06~` is counted without that year's holidays
        Column("due_on", Text, nullable=False),
    )


def _ruling_queries(metadata: MetaData) -> Table:
    # the networked queries a deletion for D4 rests on
    return Table(
        "ruling_queries",
        metadata,
        Column("update_id", LargeBinary, primary_key=True),
        Column("number", Text, primary_key=True),
        Column("day", Text, nullable=False),
    )


def _checkpoints(metadata: MetaData) -> Table:
    # one row
    return Table(
        "checkpoints",
        metadata,
        Column("name", Text, primary_key=True),
        # drawn once in the life of a register, so that one made anew is told from an older state of this one
        Column("epoch", LargeBinary, nullable=False),
        # of the newest checkpoint
        Column("number", BigInteger, nullable=False),
        # row of the state lane up to which `checkpoint_counts` counts
        Column("through", BigInteger, nullable=False),
        # row up to which a checkpoint is known to stand in the log
        Column("told", BigInteger, nullable=False),
    )


def _checkpoint_counts(metadata: MetaData) -> Table:
    return Table(
        "checkpoint_counts",
        metadata,
        Column("list", Text, primary_key=True),
        Column("court", Text, primary_key=True),
        Column("highest", BigInteger, nullable=False),
        Column("live", BigInteger, nullable=False),
    )


def _batches(metadata: MetaData) -> Table:
    return Table(
        "batches",
        metadata,
        Column("batch_id", Text, primary_key=True),
        Column("court", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("source_hash", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("started_at", BigInteger, nullable=False),
        Column("finished_at", BigInteger),
        *(Column(count, BigInteger, nullable=False, default=0) for count in BATCH_COUNTS),
    )


BATCH_COUNTS = ("accepted", "corrected", "unchanged", "duplicate", "rejected", "warnings")
"""What a batch counts; `accepted` are new entries, `corrected` new versions of live ones."""
