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
JUDGED = "a record under a court's own key that Judge.meaning has read, which publisher-reads plays; suites/upkeep.py tries odd ones"
NO_PARSER = "opens a reader of a store; nothing is parsed"

ELSEWHERE: dict[Site, str] = {
    Site("consumers/acts_db/sending.py", "send_held"): OWN_DB,
    Site("consumers/acts_db/sending.py", "send_waiting"): OWN_DB,
    Site("consumers/api/documents.py", "<module>"): PACKAGED,
    Site("consumers/api/tokens.py", "_made"): WRITES,
    Site("consumers/cli/check.py", "_decide"): "the answer of this agency's own gate",
    Site("consumers/cli/dead_letters.py", "show"): "shows bytes; what cannot be shown is replaced",
    Site("consumers/interceptions/journal.py", "_entry"): OWN_DB,
    Site("consumers/interceptions/recent_releases.py", "freed_by"): OWN_DB,
    Site("consumers/interceptions/journal.py", "_row"): OWN_DB,
    Site("consumers/node/assembly.py", "NodeStores.readers"): NO_PARSER,
    Site("consumers/node/assembly.py", "OpenAgency._replicator"): NO_PARSER,
    Site("consumers/node/assembly.py", "OpenAgency.parts"): NO_PARSER,
    Site("consumers/node/copies.py", "open_lists"): NO_PARSER,
    Site("consumers/node/copies.py", "open_relief"): NO_PARSER,
    Site("consumers/replication/copy.py", "readable_now"): OWN_STORE,
    Site("consumers/replication/examination_note.py", "decoded"): OWN_STORE,
    Site("consumers/replication/relief.py", "ReliefFollower.__init__"): NO_PARSER,
    Site("consumers/store/layout.py", "parse_mark_row"): OWN_STORE,
    Site("consumers/store/relief.py", "ReliefStore._drop"): OWN_STORE,
    Site("consumers/store/relief.py", "ReliefStore.settle.<locals>.work"): OWN_STORE,
    Site("consumers/store/stored_state.py", "StoredState.courts"): OWN_STORE,
    Site("consumers/store/stored_state.py", "StoredState.index_proven_at"): OWN_STORE,
    Site("consumers/store/stored_state.py", "StoredState.marks"): OWN_STORE,
    Site("consumers/store/stored_state.py", "StoredState.topic_ids"): OWN_STORE,
    Site("consumers/store/values.py", "body_of_raw"): OWN_STORE,
    Site("consumers/store/values.py", "version_of"): OWN_STORE,
    Site("monitoring/demo/stage.py", "Stage.printed"): DEMO,
    Site("monitoring/demo/stage.py", "Stage.run"): DEMO,
    Site(
        "monitoring/trace/count.py", "LaneCount._keep"
    ): "a message MessageClassifier has read, which notary-reads plays",
    Site("monitoring/trace/making.py", "_document"): "records MessageClassifier has read, which notary-reads plays",
    Site("monitoring/trace/making.py", "_key_records"): "KnownKeys.register, which key-record plays",
    Site(
        "monitoring/transparency/head_log.py", "HeadLog._append"
    ): "a message read_head has read, which list-head plays",
    Site("producers/cli/entry_table.py", "row_of"): OWN_REGISTER,
    Site("producers/register/filtering.py", "_matches"): OWN_REGISTER,
    Site("producers/updates/records.py", "unpack_beginning"): OWN_REGISTER,
    Site("producers/acts/lawful.py", "_day"): OWN_REGISTER,
    Site(
        "producers/acts/requests.py", "ActRequest.of"
    ): "what the court itself signed; its signature was checked before",
    Site("producers/approvals/proposal.py", "Proposal.content"): OWN_REGISTER,
    Site("producers/approvals/proposal.py", "Proposal.reason"): OWN_REGISTER,
    Site("producers/cli/proposals.py", "_act"): OWN_REGISTER,
    Site("producers/register/alarms.py", "case_alarms"): OWN_REGISTER,
    Site("producers/publishing/comparison.py", "_with_day"): OWN_REGISTER,
    Site("producers/upkeep/giving_back.py", "GivingBack.found"): OWN_REGISTER,
    Site("producers/upkeep/judging.py", "Judge.gives_back"): JUDGED,
    Site("producers/acts/correction.py", "_extension"): OWN_REGISTER,
    Site("producers/cli/own_entries.py", "shown_entry"): OWN_REGISTER,
    Site("producers/upkeep/findings.py", "KeeperFindings.strange"): JUDGED,
    Site("producers/upkeep/strangers.py", "Strangers._terminal"): JUDGED,
    Site("producers/upkeep/strangers.py", "_is_of_a_kind"): JUDGED,
    Site("producers/upkeep/strangers.py", "stranger_text"): JUDGED,
    Site("producers/publishing/comparison.py", "_check_bar"): OWN_REGISTER,
    Site("schemas/law/agencies.py", "parse_agencies"): PACKAGED,
    Site("schemas/law/measures.py", "parse_catalogue"): PACKAGED,
    Site("schemas/law/working_days.py", "DueDay.of"): OWN_STORE,
    Site("schemas/wire/examples.py", "load_examples"): PACKAGED,
    Site("schemas/wire/rules.py", "<module>"): PACKAGED,
    Site("schemas/wire/signed_note.py", "NoteKey.__str__"): WRITES,
    Site("topics/catalogue/families.py", "_load"): PACKAGED,
    Site("topics/embedded/state.py", "Folder.password"): WRITES,
    Site("topics/embedded/state.py", "new_cluster_id"): WRITES,
    Site("topics/keys/key_records.py", "_record"): "an entry KeyBook.entries has read, which key-book plays",
    Site("topics/keys/recounting.py", "Recount._beside"): "a day read_day has read, which recount plays",
    Site("topics/keys/registrar.py", "_validated"): "what stands on this command line",
    Site("topics/storage/mapped.py", "_Pages._below"): OWN_STORE,
    Site("topics/transport/envelope.py", "headers_schema"): WRITES,
    Site("topics/workers/trial_clock.py", "TrialClock._taken"): "this machine's own note; test_trial_clock breaks it",
    Site("topics/workers/trial_clock.py", "parse_told"): "a rehearsal's file; test_trial_clock gives any bytes",
}
