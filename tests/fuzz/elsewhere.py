"""Functions that call a parser and need no target: what they read is this installation's own, or was read before.

An entry goes when a target reaches its function; `test_reach.py` holds both.
"""

from liandong.tests.fuzz.sites import Site

OWN_DB = "this process's own database, written in the same transaction as what it says"
OWN_STORE = "this process's own store, sealed against what is written by halves"
OWN_REGISTER = "the court's own register, checked before it was written"
PACKAGED = "comes with the release; its tests read it"
WRITES = "turns its own bytes into text or numbers, to write them"
DEMO = "the output of this product's own commands"
NO_PARSER = "opens a reader of a store; nothing is parsed"

ELSEWHERE: dict[Site, str] = {
    Site("consumers/acts_db/sending.py", "send_held"): OWN_DB,
    Site("consumers/acts_db/sending.py", "send_waiting"): OWN_DB,
    Site("consumers/api/documents.py", "<module>"): PACKAGED,
    Site("consumers/api/tokens.py", "_made"): WRITES,
    Site("consumers/cli/check.py", "_decide"): "the answer of this agency's own gate",
    Site("consumers/cli/dead_letters.py", "show"): "shows bytes; what cannot be shown is replaced",
    Site("consumers/interceptions/journal.py", "_entry"): OWN_DB,
    Site("consumers/interceptions/journal.py", "_row"): OWN_DB,
    Site("consumers/node/assembly.py", "NodeStores.readers"): NO_PARSER,
    Site("consumers/node/assembly.py", "OpenAgency._replicator"): NO_PARSER,
    Site("consumers/node/assembly.py", "OpenAgency.parts"): NO_PARSER,
    Site("consumers/replication/copy.py", "readable_now"): OWN_STORE,
    Site("consumers/replication/relief.py", "ReliefFollower.__init__"): NO_PARSER,
    Site("consumers/store/layout.py", "parse_mark_row"): OWN_STORE,
    Site("consumers/store/power.py", "PowerMark.kept_rows"): OWN_STORE,
    Site("consumers/store/relief.py", "ReliefStore._drop"): OWN_STORE,
    Site("consumers/store/values.py", "body_of_raw"): OWN_STORE,
    Site("consumers/store/values.py", "version_of"): OWN_STORE,
    Site("monitoring/demo/stage.py", "Stage.printed"): DEMO,
    Site("monitoring/demo/stage.py", "Stage.run"): DEMO,
    Site("monitoring/ledger/evidence_batch.py", "EvidenceBatch._add_latency"): OWN_DB,
    Site("monitoring/ledger/evidence_batch.py", "EvidenceBatch._node"): OWN_DB,
    Site("monitoring/ledger/evidence_batch.py", "EvidenceBatch._sequence"): OWN_DB,
    Site("monitoring/ledger/evidence_views.py", "EvidenceView.heads"): OWN_DB,
    Site("monitoring/ledger/evidence_views.py", "EvidenceView.nodes"): OWN_DB,
    Site("monitoring/ledger/evidence_views.py", "EvidenceView.settled_row"): OWN_DB,
    Site("monitoring/notary/signing.py", "Announcer.sign_head"): WRITES,
    Site("monitoring/notary/tally_store.py", "TallyStore.load"): OWN_STORE,
    Site("monitoring/status/document.py", "latency"): OWN_DB,
    Site(
        "monitoring/trace/count.py", "LaneCount._keep"
    ): "a message MessageClassifier has read, which notary-reads plays",
    Site("monitoring/trace/making.py", "_key_records"): "KnownKeys.register, which key-record plays",
    Site(
        "monitoring/transparency/head_log.py", "HeadLog._append"
    ): "a message read_head has read, which list-head plays",
    Site("producers/acts/acts.py", "Acts._end.<locals>.change"): OWN_REGISTER,
    Site("producers/acts/acts.py", "Acts._entry"): OWN_REGISTER,
    Site("producers/acts/acts.py", "_extended"): OWN_REGISTER,
    Site("producers/acts/correction.py", "_extension"): OWN_REGISTER,
    Site("producers/cli/own_entries.py", "shown_entry"): OWN_REGISTER,
    Site("producers/publishing/comparison.py", "_check_bar"): OWN_REGISTER,
    Site("producers/publishing/comparison.py", "_with_day"): OWN_REGISTER,
    Site("producers/publishing/first_rows.py", "FirstRows._add"): OWN_REGISTER,
    Site("producers/publishing/prepare.py", "Portion.parsed"): "from another process of the same run",
    Site("producers/publishing/prepare.py", "statement_of"): WRITES,
    Site("producers/updates/records.py", "fields_of"): OWN_REGISTER,
    Site("producers/updates/records.py", "unpack_certificates"): OWN_REGISTER,
    Site("schemas/law/agencies.py", "parse_agencies"): PACKAGED,
    Site("schemas/law/measures.py", "parse_catalogue"): PACKAGED,
    Site("schemas/wire/examples.py", "load_examples"): PACKAGED,
    Site("schemas/wire/rules.py", "<module>"): PACKAGED,
    Site("schemas/wire/signed_note.py", "NoteKey.__str__"): WRITES,
    Site("topics/catalogue/families.py", "_load"): PACKAGED,
    Site("topics/embedded/state.py", "Folder.password"): WRITES,
    Site("topics/embedded/state.py", "new_cluster_id"): WRITES,
    Site("topics/keys/key_records.py", "_record"): "an entry KeyBook.entries has read, which key-book plays",
    Site("topics/keys/recounting.py", "Recount._beside"): "a day read_day has read, which recount plays",
    Site("topics/keys/registrar.py", "Registrar.new"): "what stands on this command line",
    Site("topics/storage/mapped.py", "_Pages._below"): OWN_STORE,
    Site("topics/storage/sqlite_file.py", "_ends_within_a_page"): OWN_STORE,
    Site("topics/transport/envelope.py", "headers_schema"): WRITES,
}

OWED: frozenset[Site] = frozenset(
    (
        Site("consumers/acts_db/told.py", "told"),
        Site("consumers/inbox/said.py", "SaidCounts.hear"),
        Site("consumers/node/copies.py", "open_lists"),
        Site("consumers/node/copies.py", "open_relief"),
        Site("consumers/node/presence.py", "Presence._read"),
        Site("consumers/node/presence.py", "Presence._write"),
        Site("consumers/store/reader.py", "positions_in"),
        Site("consumers/store/stored_state.py", "StoredState.courts"),
        Site("consumers/store/stored_state.py", "StoredState.heads_read"),
        Site("consumers/store/stored_state.py", "StoredState.index_proven_at"),
        Site("consumers/store/stored_state.py", "StoredState.marks"),
        Site("consumers/store/stored_state.py", "StoredState.receipts"),
        Site("consumers/store/stored_state.py", "StoredState.topic_ids"),
        Site("consumers/store/trust.py", "forget_comparisons"),
        Site("monitoring/backup/backup.py", "_index"),
        Site("monitoring/backup/backup.py", "_participant"),
        Site("monitoring/ledger/evidence_batch.py", "_histogram"),
        Site("monitoring/ledger/evidence_views.py", "EvidenceView.reports"),
        Site("monitoring/ledger/evidence_views.py", "EvidenceView.split_views"),
        Site("monitoring/notary/notary.py", "Notary._own_marker"),
        Site("producers/commands/sent.py", "CommandRegister.to_send_again"),
        Site("producers/publishing/taken_over.py", "_is_about"),
        Site("producers/upkeep/book.py", "OwnEntry.body"),
        Site("producers/upkeep/book.py", "UpkeepBook._record"),
        Site("producers/upkeep/book.py", "UpkeepBook.as_signed"),
        Site("producers/upkeep/findings.py", "KeeperFindings.ahead"),
        Site("producers/upkeep/findings.py", "KeeperFindings.look_again"),
        Site("producers/upkeep/judging.py", "Judge.counts"),
        Site("producers/upkeep/judging.py", "Judge.holds"),
        Site("producers/upkeep/judging.py", "Judge.meaning"),
        Site("producers/upkeep/judging.py", "_prefix"),
        Site("producers/upkeep/keeper.py", "LogKeeper._hear_barrier"),
        Site("producers/upkeep/keeper.py", "LogKeeper._take_own"),
        Site("producers/upkeep/recovering.py", "_changed_entry"),
        Site("producers/upkeep/recovering.py", "_taken"),
        Site("producers/upkeep/resending.py", "_body"),
        Site("producers/upkeep/resigning.py", "Resigning._is_refused"),
        Site("producers/upkeep/resigning.py", "Resigning.needed"),
        Site("producers/upkeep/resigning.py", "_again"),
        Site("topics/keys/key_records.py", "_root_changes"),
        Site("topics/keys/known_keys.py", "KnownKeys._change_root"),
        Site("topics/keys/known_keys.py", "KnownKeys.recall"),
        Site("topics/keys/participants.py", "Participants._successor_of"),
        Site("topics/keys/participants.py", "changes_of_roots"),
        Site("topics/keys/register_memory.py", "RegisterMemory._read_on"),
        Site("topics/keys/register_memory.py", "RegisterMemory.keep"),
        Site("topics/keys/root_books.py", "RootBooks._said"),
        Site("topics/keys/root_books.py", "RootBooks.said"),
    )
)
"""Functions that came while this table was made and have neither a target nor a reason yet: the list only shrinks."""
