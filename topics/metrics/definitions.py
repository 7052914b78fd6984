"""Every metric of every process, in one place: name, kind, labels and what it means.

docs/metrics.md is generated from this module (`python -m liandong.topics.metrics.exposition > docs/metrics.md`) and a test holds it
to it; dashboards and alert rules are checked against it. Nothing else in the package names a metric.

A label says which participant, node, topic or code something belongs to, never who. Kinds and labels: `topics/metrics/recorder.py`.
"""

from typing import Final

from .recorder import Counter, Gauge, Histogram, Signal, Signals

__all__ = ["SIGNALS", "Counter", "Gauge", "Histogram", "Signal", "Signals"]

# An agency's copy of the list.
RECORDS_APPLIED: Final = Counter(
    "liandong_records_applied_total",
    ("agency", "node", "jurisdiction", "lane"),
    "List records written to the node's store because they were newer than what it held.",
)
RECORDS_STALE: Final = Counter(
    "liandong_records_stale_total",
    ("agency", "node", "jurisdiction", "lane"),
    "List records ignored because the store already held that version or a higher one; a redelivery is the usual cause.",
)
RECORDS_OPAQUE: Final = Counter(
    "liandong_records_opaque_total",
    ("agency", "node", "jurisdiction", "lane"),
    "List records kept as bytes because this release cannot decode them; the gate answers REVIEW. Alarm: update the node.",
)
RECORDS_REFUSED: Final = Counter(
    "liandong_records_refused_total",
    ("agency", "node", "jurisdiction", "lane"),
    "List records that would have replaced or ended an entry but whose signature does not hold. Alarm: nothing was changed.",
)
LIST_FRESHNESS: Final = Gauge(
    "liandong_list_freshness_seconds",
    ("agency", "node", "jurisdiction"),
    "Age of the copy: now minus the oldest, over all partitions and lanes, of the newest barrier applied.",
)
LIST_BARRIER: Final = Gauge(
    "liandong_list_barrier",
    ("agency", "node", "jurisdiction", "notary"),
    "Newest barrier number this node has passed in every partition of every lane.",
)
LIST_PROVEN: Final = Gauge(
    "liandong_list_proven",
    ("agency", "node", "jurisdiction", "notary"),
    "1 if the newest signed head that could be compared equals the node's copy, 0 if it differs, absent before the first.",
)
LIST_ENTRIES: Final = Gauge(
    "liandong_list_entries",
    ("agency", "node", "jurisdiction"),
    "Entries and orders in the node's store, ended ones included.",
)
RELIEF_WAITING: Final = Gauge(
    "liandong_relief_waiting",
    ("agency", "node", "jurisdiction"),
    "Entries whose newest record came by the relief lane and has not come by the state lane yet.",
)

# The gate.
CHECKS: Final = Counter(
    "liandong_checks_total",
    ("agency", "node", "decision"),
    "Checks answered, by decision (ALLOW, BLOCK, REVIEW, UNKNOWN); canaries are not counted.",
)
CHECK_MISSES: Final = Counter(
    "liandong_check_misses_total",
    ("agency", "node"),
    "Checks of people who are not on the list; all that is kept of them.",
)
CHECKS_UNTRUSTED: Final = Counter(
    "liandong_checks_untrusted_total",
    ("agency", "node"),
    "Checks that met a live entry whose signature does not hold or cannot be verified now; answered REVIEW. Alarm.",
)
CHECK_DURATION: Final = Histogram(
    "liandong_check_duration_seconds",
    ("agency", "node"),
    "Seconds the gate takes to decide a check, or what is decided at once of a batch, without the transport.",
    (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0),
)
API_RATE_LIMITED: Final = Counter(
    "liandong_api_rate_limited_total",
    ("agency", "node", "caller"),
    "Check API requests refused because their caller asked too often; a caller is a token's name.",
)
ENUMERATION_ALARMS: Final = Counter(
    "liandong_enumeration_alarms_total",
    ("agency", "node", "caller"),
    "Times a caller of the check API asked for many like certificate numbers without a match: it seems to try numbers out. Alarm.",
)
INTERCEPTIONS: Final = Counter(
    "liandong_interceptions_total",
    ("agency", "node", "measure", "outcome"),
    "Transactions refused or held for a listed subject, by measure; canaries are not counted.",
)

# What is waiting to be sent, and what was.
OUTBOX_UNSENT: Final = Gauge(
    "liandong_outbox_unsent_rows",
    ("participant", "lane"),
    "Rows of the outbox that are accepted and not yet acknowledged by the broker.",
)
RELAY_SENT: Final = Counter(
    "liandong_relay_sent_total",
    ("participant", "lane"),
    "Outbox rows the broker has acknowledged.",
)
RECORDS_RESENT: Final = Counter(
    "liandong_list_records_resent_total",
    ("participant",),
    "Newest records of entries a publisher wrote again because something else stood last under their keys. *Alarm* if it goes on growing: others write to the list.",
)
DEAD_LETTERS: Final = Counter(
    "liandong_dead_letters_total",
    ("agency", "node", "failure"),
    "Messages put aside with their original bytes, by failure class.",
)
PART_WAITS: Final = Gauge(
    "liandong_part_waits",
    ("agency", "node", "part"),
    "1 while a part of a node cannot do its work; /v1/status says with which code. Alarm: the gate goes on without it.",
)
EFFECTS_FUSE: Final = Gauge(
    "liandong_effects_fuse_blown",
    ("agency", "node"),
    "1 while many messages that courts signed wait because this release cannot handle them. Alarm: install the release that can.",
)
WATCHES: Final = Gauge(
    "liandong_watches",
    ("agency", "kind"),
    "Live commands of courts to report on somebody, by kind. The number only; nobody can be told apart.",
)

# The notary.
NOTARY_BARRIERS: Final = Counter(
    "liandong_notary_barriers_total",
    ("jurisdiction", "notary"),
    "Barriers issued; one barrier is a marker in every partition of both lists and the relief lane.",
)
NOTARY_HEADS: Final = Counter(
    "liandong_notary_heads_total",
    ("jurisdiction", "notary"),
    "Signed list heads published.",
)
NOTARY_BARRIER: Final = Gauge(
    "liandong_notary_barrier",
    ("jurisdiction", "notary"),
    "Number of the newest signed head.",
)
NOTARY_HEAD_AGE: Final = Gauge(
    "liandong_notary_head_age_seconds",
    ("jurisdiction", "notary"),
    "Seconds since the barrier of the newest signed head was issued. Alarm when it nears the validity of heads.",
)
NOTARY_RECORDS: Final = Counter(
    "liandong_notary_records_total",
    ("jurisdiction", "notary", "result"),
    "List records the notary read, by what it did with them: applied, duplicate, lower, conflict, healed, refused, removed, kept or foreign.",
)
NOTARY_ALARMS: Final = Counter(
    "liandong_notary_alarms_total",
    ("jurisdiction", "notary", "reason"),
    "Messages that should not be on the list as they are: signature, opaque, conflict (same version, other content), sequence-duplicate, version-conflict, foreign-record (of another court's entry), notary-twin (a barrier in its name that it did not write), notary-restored (its own state was older than what it has signed), replay (a barrier of its own again), key, barrier, checkpoint (forged, or an old one again), lost-tail (the publisher wrote more than the log holds), live (it counts other live entries), tombstone; of its heads: second_head, transparency_log_damaged or transparency_log_forked.",
)
NOTARY_LOG: Final = Gauge(
    "liandong_notary_log_entries",
    ("jurisdiction", "notary"),
    "Heads in the notary's transparency log.",
)
LOWER_VERSIONS: Final = Counter(
    "liandong_lower_versions_total",
    ("jurisdiction", "notary"),
    "Records with a lower version behind a higher one of the same entry: compaction would keep the wrong one. Alarm.",
)
KEY_REGISTER_PROBLEM: Final = Gauge(
    "liandong_key_register_problem",
    ("reason",),
    "1 while the register of keys as it was read is not what the root says of it: register-missing, register-differs, register-rolled-back, register-forked, register-expired, register-ahead, root-forked, register-not-kept. Alarm.",
)
FINDINGS: Final = Gauge(
    "liandong_findings",
    ("kind",),
    "Findings of the status by kind, as `liandong status` lists them; a kind without any has no sample. Alarm.",
)
COURT_TAIL_LOST: Final = Gauge(
    "liandong_court_tail_lost",
    ("jurisdiction", "notary", "court", "topic"),
    "Sequence numbers of a court above the highest in the log that its publisher's newest checkpoint says were written: the end of the log was lost. Alarm.",
)
COURT_SEQUENCE_GAPS: Final = Gauge(
    "liandong_court_sequence_gaps",
    ("jurisdiction", "notary", "court", "topic"),
    "Sequence numbers of a court below its highest that are not in the log: records lost before the log. Alarm if it stays.",
)
LIVE_ENTRIES: Final = Gauge(
    "liandong_live_entries",
    ("jurisdiction", "notary", "topic"),
    "Entries or orders in effect (active or shielded) by the newest head, canaries excluded.",
)

# The ledger: what the receipts of all agencies say.
AGENCY_FRESHNESS: Final = Gauge(
    "liandong_agency_freshness_seconds",
    ("agency", "node", "jurisdiction"),
    "Age of a node's copy as its newest verified receipt says.",
)
AGENCY_LAG_RECORDS: Final = Gauge(
    "liandong_agency_lag_records",
    ("agency", "node", "jurisdiction"),
    "Log positions between a node's applied offsets and the newest head's, over all state partitions.",
)
AGENCY_LAG_SECONDS: Final = Gauge(
    "liandong_agency_lag_seconds",
    ("agency", "node", "jurisdiction"),
    "Seconds between the newest barrier of any notary and the newest barrier the node has a receipt for.",
)
AGENCY_PROVEN: Final = Gauge(
    "liandong_agency_proven",
    ("agency", "node", "jurisdiction"),
    "1 if the node's digests equal the signed head of the newest barrier both have, 0 if they differ, absent without one.",
)
AGENCY_RECEIPTS_MISSING: Final = Gauge(
    "liandong_agency_receipts_missing",
    ("agency", "node", "jurisdiction"),
    "Numbers missing in the gapless sequence of a node's receipts.",
)
AGENCY_OPAQUE: Final = Gauge(
    "liandong_agency_opaque_records",
    ("agency", "node", "jurisdiction"),
    "Records the node holds and cannot decode, as its newest receipt says.",
)
AGENCY_LATE_UPDATES: Final = Gauge(
    "liandong_agency_late_updates",
    ("agency",),
    "Accepted updates an agency has not applied within the promised time, over all registers of this machine. Alarm.",
)
EVIDENCE_REFUSED: Final = Counter(
    "liandong_evidence_refused_total",
    ("topic", "reason"),
    "Receipts and heads not counted because they cannot be read or their signature does not hold.",
)
SIGNALS: Final[tuple[Signal, ...]] = tuple(value for value in tuple(globals().values()) if isinstance(value, Signal))
"""All of them, in the order of this module."""
