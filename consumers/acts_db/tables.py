"""The tables of an agency's acts database: what it did, and the outbox of the records that tell of it.

Effects, their idempotency keys and the records that tell of them stand in one database, so that one commit makes all of
them true or none.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from ...topics.storage.migrations import Step, store_metadata
from ...topics.storage.outbox import outbox_tables

_COURT_OF_RELEASES = Step(
    (
        "DROP INDEX ix_freed_handled_at",
        "ALTER TABLE freed RENAME TO freed_1",
        (
            "CREATE TABLE freed (entry_id {binary} NOT NULL, entry_version BIGINT NOT NULL, court TEXT DEFAULT '' NOT NULL,"
            " still_meant TEXT NOT NULL, handled_at BIGINT NOT NULL, PRIMARY KEY (entry_id, entry_version, court)){without_rowid}"
        ),
        (
            "INSERT INTO freed (entry_id, entry_version, still_meant, handled_at)"
            " SELECT entry_id, entry_version, still_meant, handled_at FROM freed_1"
        ),
        "DROP TABLE freed_1",
        "CREATE INDEX ix_freed_handled_at ON freed (handled_at)",
    )
)
"""0.1.0 did not note who had signed what frees, and its nodes beside ours do not either."""

_KEY_OF_RELEASES = Step(
    (
        "DROP INDEX ix_freed_handled_at",
        "ALTER TABLE freed RENAME TO freed_2",
        (
            "CREATE TABLE freed (entry_id {binary} NOT NULL, entry_version BIGINT NOT NULL, court TEXT DEFAULT '' NOT NULL,"
            " key_id TEXT DEFAULT '' NOT NULL, still_meant TEXT NOT NULL, handled_at BIGINT NOT NULL,"
            " PRIMARY KEY (entry_id, entry_version, court, key_id)){without_rowid}"
        ),
        (
            "INSERT INTO freed (entry_id, entry_version, court, still_meant, handled_at)"
            " SELECT entry_id, entry_version, court, still_meant, handled_at FROM freed_2"
        ),
        "DROP TABLE freed_2",
        "CREATE INDEX ix_freed_handled_at ON freed (handled_at)",
    )
)
"""Under which key something was signed was not noted, so that nothing could be asked of a key that was revoked since."""

metadata = store_metadata("acts", _COURT_OF_RELEASES, _KEY_OF_RELEASES)
outbox = outbox_tables(metadata)
watches = Table(
    "watches",
    metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("court", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("document_hash", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("stopped_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
)
watch_subjects = Table(
    "watch_subjects",
    metadata,
    Column("surrogate", LargeBinary, primary_key=True),
    Column("command_id", LargeBinary, ForeignKey("watches.command_id"), primary_key=True),
    Column("name_tag", LargeBinary, nullable=False),
    Index("watch_subjects_by_command", "command_id"),
)
watch_stops = Table(
    "watch_stops",
    metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("court", Text, primary_key=True),
    Column("stopped_at", BigInteger, nullable=False),
)
watch_reports = Table(
    "watch_reports",
    metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("source", LargeBinary, primary_key=True),
    Column("event_id", LargeBinary, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
)
commands_handled = Table(
    "commands_handled",
    metadata,
    Column("command_id", LargeBinary, primary_key=True),
    Column("content", LargeBinary, primary_key=True),
    Column("genuine", Boolean, nullable=False),
    Column("court", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("handled_at", BigInteger, nullable=False),
)
store_identity = Table(
    "store_identity",
    metadata,
    Column("name", Text, primary_key=True),
    Column("id", Text, nullable=False),
)
receipts_told = Table(
    "receipts_told",
    metadata,
    Column("node", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("positions", LargeBinary, nullable=False),
)
handled_positions = Table(
    "handled_positions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    # a topic made again begins anew
    Column("topic_id", LargeBinary, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
commands_parked = Table(
    "commands_parked",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", LargeBinary, nullable=False),
    Column("topic", Text, nullable=False),
    Column("log_partition", Integer, nullable=False),
    Column("log_offset", BigInteger, nullable=False),
    Column("value", LargeBinary),
    Column("headers", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("topic", "log_partition", "log_offset"),
    Index("commands_parked_by_key", "key", "id"),
)
# who signed what is parked: only that holds up what follows, and only under its key
parked_signers = Table(
    "parked_signers",
    metadata,
    Column("id", Integer, ForeignKey("commands_parked.id"), primary_key=True, autoincrement=False),
    Column("signer", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Index("parked_signers_by_key", "key", "signer", "id"),
)
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("log_partition", Integer, primary_key=True),
    Column("log_offset", BigInteger, primary_key=True),
    Column("failure", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
decisions = Table(
    "decisions",
    metadata,
    Column("check_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("caller", Text, nullable=False),
    Column("transaction", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("barrier", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fresh_as_of", BigInteger, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("traceparent", Text, nullable=False),
    Column("canary", Boolean, nullable=False),
    sqlite_with_rowid=False,  # a third of the pages of a commit are of the tables' second keys otherwise
)
decision_reasons = Table(
    "decision_reasons",
    metadata,
    Column("check_id", Text, ForeignKey("decisions.check_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("measure", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("match", Text, nullable=False),
    Column("instrument", Integer, nullable=False),
    Column("entry_id", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("court", Text, nullable=False),
    Column("court_name", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("basis_zh", Text, nullable=False),
    Column("basis_en", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("record_class", Integer, nullable=False),
    Column("handle", Text, nullable=False),
    Index("decision_reasons_by_entry", "entry_id"),
    sqlite_with_rowid=False,
)
open_hits = Table(
    "open_hits",
    metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("entry_id", LargeBinary, nullable=False),
    Column("entry_version", BigInteger, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("notary", Text, nullable=False),
    Column("barrier", BigInteger, nullable=False),
    Column("record_class", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("transaction_kind", Text, nullable=False),
    Column("site", Text, nullable=False),
    Index("open_hits_by_entry", "entry_id"),
    sqlite_with_rowid=False,
)
freed = Table(
    "freed",
    metadata,
    Column("entry_id", LargeBinary, primary_key=True),
    Column("entry_version", BigInteger, primary_key=True),
    Column("court", Text, primary_key=True, server_default=""),
    Column("key_id", Text, primary_key=True, server_default=""),
    Column("still_meant", Text, nullable=False),
    Column("handled_at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False, index=True),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
waiting_events = Table(
    "waiting_events",
    metadata,
    Column("handle", LargeBinary, primary_key=True),
    Column("court", Text, nullable=False, index=True),
    Column("schema", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("sealed_schema", Text, nullable=False),
    Column("retention", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
# by random handle, so that nothing in it says which came first
held_events = Table(
    "held_events",
    metadata,
    Column("handle", LargeBinary, primary_key=True),
    Column("schema", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
batch_turns = Table(
    "batch_turns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("turn", BigInteger, nullable=False),
)
