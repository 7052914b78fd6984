-- register
CREATE TABLE batches (
	batch_id TEXT NOT NULL, 
	court TEXT NOT NULL, 
	source TEXT NOT NULL, 
	source_hash TEXT NOT NULL, 
	state TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	finished_at BIGINT, 
	accepted BIGINT NOT NULL, 
	corrected BIGINT NOT NULL, 
	unchanged BIGINT NOT NULL, 
	duplicate BIGINT NOT NULL, 
	rejected BIGINT NOT NULL, 
	warnings BIGINT NOT NULL, 
	PRIMARY KEY (batch_id)
);
CREATE TABLE checkpoint_counts (
	list TEXT NOT NULL, 
	court TEXT NOT NULL, 
	highest BIGINT NOT NULL, 
	live BIGINT NOT NULL, 
	PRIMARY KEY (list, court)
);
CREATE TABLE checkpoints (
	name TEXT NOT NULL, 
	epoch BYTEA NOT NULL, 
	number BIGINT NOT NULL, 
	through BIGINT NOT NULL, 
	told BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE entries (
	ordinal BIGINT NOT NULL, 
	entry_id BYTEA NOT NULL, 
	key BYTEA NOT NULL, 
	generation INTEGER NOT NULL, 
	court TEXT NOT NULL, 
	instrument INTEGER NOT NULL, 
	case_number TEXT NOT NULL, 
	decision_number TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	digest BYTEA NOT NULL, 
	publish_date TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	changed_on TEXT NOT NULL, 
	body BYTEA NOT NULL, 
	full_body BYTEA, 
	certificates BYTEA NOT NULL, 
	PRIMARY KEY (ordinal), 
	UNIQUE (entry_id)
);
CREATE INDEX entries_by_case ON entries (case_number);
CREATE UNIQUE INDEX entries_by_key ON entries (key, generation);
CREATE TABLE holders (
	block INTEGER NOT NULL, 
	certificate BYTEA NOT NULL, 
	ordinal BIGINT NOT NULL, 
	PRIMARY KEY (block, certificate, ordinal)
);
CREATE TABLE other_keys (
	key BYTEA NOT NULL, 
	ordinal BIGINT NOT NULL, 
	corrected_on TEXT, 
	name_hash BYTEA, 
	PRIMARY KEY (key)
);
CREATE INDEX ix_other_keys_ordinal ON other_keys (ordinal);
CREATE TABLE outbox_lanes (
	lane TEXT NOT NULL, 
	last_number BIGINT NOT NULL, 
	PRIMARY KEY (lane)
);
CREATE TABLE outbox_lease (
	name TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE outbox_parcels (
	lane TEXT NOT NULL, 
	last BIGINT NOT NULL, 
	first BIGINT NOT NULL, 
	packed BYTEA NOT NULL, 
	accepted_at BIGINT NOT NULL, 
	PRIMARY KEY (lane, last)
);
CREATE TABLE outbox_positions (
	lane TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	topic TEXT NOT NULL, 
	log_partition INTEGER NOT NULL, 
	log_offset BIGINT NOT NULL, 
	log_timestamp BIGINT NOT NULL, 
	PRIMARY KEY (lane, number)
);
CREATE TABLE outbox_sent (
	lane TEXT NOT NULL, 
	through BIGINT NOT NULL, 
	PRIMARY KEY (lane)
);
CREATE TABLE sequences (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE updates (
	update_id BYTEA NOT NULL, 
	entry_id BYTEA NOT NULL, 
	version BIGINT NOT NULL, 
	court TEXT NOT NULL, 
	list TEXT NOT NULL, 
	court_sequence BIGINT NOT NULL, 
	batch_id TEXT NOT NULL, 
	change INTEGER NOT NULL, 
	state_row BIGINT NOT NULL, 
	relief_row BIGINT, 
	accepted_at BIGINT NOT NULL, 
	content_hash BYTEA NOT NULL, 
	PRIMARY KEY (state_row), 
	UNIQUE (update_id)
);
CREATE INDEX updates_by_batch ON updates (batch_id);
CREATE UNIQUE INDEX updates_by_entry ON updates (entry_id, version);
-- commands
CREATE TABLE commands (
	number BIGSERIAL NOT NULL, 
	command_id BYTEA NOT NULL, 
	identity BYTEA NOT NULL, 
	court TEXT NOT NULL, 
	agency TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	case_number TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	kinds TEXT NOT NULL, 
	issued_at BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	stopped_at BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	code TEXT NOT NULL, 
	answered_at BIGINT NOT NULL, 
	outbox_row BIGINT NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (command_id), 
	UNIQUE (identity)
);
CREATE INDEX commands_by_court ON commands (court, number);
-- acts
CREATE TABLE batch_turns (
	name TEXT NOT NULL, 
	turn BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE commands_handled (
	command_id BYTEA NOT NULL, 
	content BYTEA NOT NULL, 
	genuine BOOLEAN NOT NULL, 
	court TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	code TEXT NOT NULL, 
	handled_at BIGINT NOT NULL, 
	PRIMARY KEY (command_id, content)
);
CREATE TABLE commands_parked (
	id SERIAL NOT NULL, 
	key BYTEA NOT NULL, 
	topic TEXT NOT NULL, 
	log_partition INTEGER NOT NULL, 
	log_offset BIGINT NOT NULL, 
	value BYTEA, 
	headers BYTEA NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_at BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (topic, log_partition, log_offset)
);
CREATE INDEX commands_parked_by_key ON commands_parked (key, id);
CREATE TABLE dead_letters (
	topic TEXT NOT NULL, 
	log_partition INTEGER NOT NULL, 
	log_offset BIGINT NOT NULL, 
	failure TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (topic, log_partition, log_offset)
);
CREATE TABLE decisions (
	check_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	caller TEXT NOT NULL, 
	transaction TEXT NOT NULL, 
	site TEXT NOT NULL, 
	attributes TEXT NOT NULL, 
	decision TEXT NOT NULL, 
	action TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	barrier BIGINT NOT NULL, 
	digest TEXT NOT NULL, 
	fresh_as_of BIGINT NOT NULL, 
	stale BOOLEAN NOT NULL, 
	rule_version TEXT NOT NULL, 
	traceparent TEXT NOT NULL, 
	canary BOOLEAN NOT NULL, 
	PRIMARY KEY (check_id)
);
CREATE INDEX ix_decisions_at ON decisions (at);
CREATE TABLE freed (
	entry_id BYTEA NOT NULL, 
	entry_version BIGINT NOT NULL, 
	still_meant TEXT NOT NULL, 
	handled_at BIGINT NOT NULL, 
	PRIMARY KEY (entry_id, entry_version)
);
CREATE INDEX ix_freed_handled_at ON freed (handled_at);
CREATE TABLE held_events (
	handle BYTEA NOT NULL, 
	schema TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	fields BYTEA NOT NULL, 
	PRIMARY KEY (handle)
);
CREATE TABLE idempotent_answers (
	key BYTEA NOT NULL, 
	number INTEGER NOT NULL, 
	body BYTEA NOT NULL, 
	answer TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (key, number)
);
CREATE INDEX ix_idempotent_answers_answer ON idempotent_answers (answer);
CREATE INDEX ix_idempotent_answers_at ON idempotent_answers (at);
CREATE TABLE open_hits (
	event_id BYTEA NOT NULL, 
	entry_id BYTEA NOT NULL, 
	entry_version BIGINT NOT NULL, 
	jurisdiction TEXT NOT NULL, 
	court TEXT NOT NULL, 
	measure TEXT NOT NULL, 
	rule_version TEXT NOT NULL, 
	notary TEXT NOT NULL, 
	barrier BIGINT NOT NULL, 
	record_class INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	check_id TEXT NOT NULL, 
	transaction_kind TEXT NOT NULL, 
	site TEXT NOT NULL, 
	PRIMARY KEY (event_id)
);
CREATE INDEX open_hits_by_entry ON open_hits (entry_id);
CREATE TABLE outbox_lanes (
	lane TEXT NOT NULL, 
	last_number BIGINT NOT NULL, 
	PRIMARY KEY (lane)
);
CREATE TABLE outbox_lease (
	name TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE outbox_parcels (
	lane TEXT NOT NULL, 
	last BIGINT NOT NULL, 
	first BIGINT NOT NULL, 
	packed BYTEA NOT NULL, 
	accepted_at BIGINT NOT NULL, 
	PRIMARY KEY (lane, last)
);
CREATE TABLE outbox_positions (
	lane TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	topic TEXT NOT NULL, 
	log_partition INTEGER NOT NULL, 
	log_offset BIGINT NOT NULL, 
	log_timestamp BIGINT NOT NULL, 
	PRIMARY KEY (lane, number)
);
CREATE TABLE outbox_sent (
	lane TEXT NOT NULL, 
	through BIGINT NOT NULL, 
	PRIMARY KEY (lane)
);
CREATE TABLE waiting_events (
	handle BYTEA NOT NULL, 
	court TEXT NOT NULL, 
	schema TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	fields BYTEA NOT NULL, 
	sealed_schema TEXT NOT NULL, 
	retention TEXT NOT NULL, 
	sealed BYTEA NOT NULL, 
	PRIMARY KEY (handle)
);
CREATE INDEX ix_waiting_events_court ON waiting_events (court);
CREATE TABLE watch_reports (
	command_id BYTEA NOT NULL, 
	source BYTEA NOT NULL, 
	event_id BYTEA NOT NULL, 
	reported_at BIGINT NOT NULL, 
	PRIMARY KEY (command_id, source)
);
CREATE TABLE watch_stops (
	command_id BYTEA NOT NULL, 
	court TEXT NOT NULL, 
	stopped_at BIGINT NOT NULL, 
	PRIMARY KEY (command_id, court)
);
CREATE TABLE watches (
	command_id BYTEA NOT NULL, 
	court TEXT NOT NULL, 
	jurisdiction TEXT NOT NULL, 
	case_number TEXT NOT NULL, 
	document_hash BYTEA NOT NULL, 
	purpose TEXT NOT NULL, 
	kinds TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	stopped_at BIGINT NOT NULL, 
	sealed BYTEA, 
	PRIMARY KEY (command_id)
);
CREATE TABLE decision_reasons (
	check_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	effect TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	match TEXT NOT NULL, 
	instrument INTEGER NOT NULL, 
	entry_id BYTEA NOT NULL, 
	version BIGINT NOT NULL, 
	court TEXT NOT NULL, 
	court_name TEXT NOT NULL, 
	case_number TEXT NOT NULL, 
	basis_zh TEXT NOT NULL, 
	basis_en TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	record_class INTEGER NOT NULL, 
	handle TEXT NOT NULL, 
	PRIMARY KEY (check_id, number), 
	FOREIGN KEY(check_id) REFERENCES decisions (check_id)
);
CREATE INDEX decision_reasons_by_entry ON decision_reasons (entry_id);
CREATE TABLE watch_subjects (
	surrogate BYTEA NOT NULL, 
	command_id BYTEA NOT NULL, 
	name_tag BYTEA NOT NULL, 
	PRIMARY KEY (surrogate, command_id), 
	FOREIGN KEY(command_id) REFERENCES watches (command_id)
);
CREATE INDEX watch_subjects_by_command ON watch_subjects (command_id);
