"""What every earlier release left on disk opens in this one, holds what it held, and gets the tables a new one has.

The folders are made by `tests/releases/store.py`: CONTRIBUTING.md, A release.
"""

import json
import secrets
import tarfile
from collections.abc import Iterator
from pathlib import Path

import lmdb
import msgspec
import pytest
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from liandong.__main__ import _open_commands
from liandong.consumers.acts_db import tables as acts
from liandong.consumers.acts_db.agency_home import agency_folder
from liandong.consumers.acts_db.database import acts_url, open_acts
from liandong.consumers.inbox import counts_store
from liandong.consumers.inbox import store as inbox_tables
from liandong.consumers.inbox.counting import open_outbox
from liandong.consumers.inbox.counts_store import CountsStore
from liandong.consumers.inbox.store import InboxStore, inbox_file
from liandong.consumers.interceptions.recent_releases import HandledVersion, SignersNow, freed_by
from liandong.consumers.store.layout import ROW_GENERATION
from liandong.consumers.store.power import boot_id
from liandong.consumers.store.relief import ReliefStore
from liandong.consumers.store.values import prefix_of
from liandong.consumers.store.writer import ListStore
from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.notary.tally_store import TallyStore
from liandong.monitoring.transparency.head_log import note_key
from liandong.monitoring.transparency.tiled_log import TiledLog
from liandong.producers.commands import sent
from liandong.producers.register.filtering import lacking_counts
from liandong.producers.register.register import open_register, register_as_it_is
from liandong.producers.register.tables import register_tables
from liandong.schemas.law.beginnings import ALL, Fact
from liandong.schemas.law.listing import Status
from liandong.tests.releases.store import counted
from liandong.tests.worlds.commands import liandong
from liandong.topics.catalogue import names
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings, load_settings
from liandong.topics.state_format import StateNewer
from liandong.topics.storage.database import create_tables, open_database
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.workers.clock import SystemClock

RELEASES = sorted(path.parent for path in (Path(__file__).parents[2] / "releases").glob("*/state.tar.xz"))
COURT, AGENCIES = "court-su0505", ("hotel-js", "police-js", "railway-js", "registry-js")
NOTARY = NotaryName("js", "notary-js-1")
CLOCK = SystemClock()
PAGES = 3
"""Partitions of each list in the demo."""


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def settings(release: Path, tmp_path: Path) -> Settings:
    """The state directory as that release left it."""
    with tarfile.open(release / "state.tar.xz") as packed:
        packed.extractall(tmp_path / "state", filter="data")
    return load_settings(state_dir=tmp_path / "state")


def held(release: Path) -> dict[str, dict[str, int]]:
    """Rows of each table as they were counted when the release was stored."""
    found: dict[str, dict[str, int]] = json.loads((release / "holds.json").read_text(encoding="utf-8"))
    return found


def opened(settings: Settings) -> Iterator[tuple[Path, Engine, list[MetaData]]]:
    """Open every database of the state directory as the product does: its file, and the tables it must have."""
    register = open_register(settings, "js", CLOCK)
    _open_commands(settings, "js", COURT, CLOCK)
    yield settings.state_dir / "publisher" / "js.db", register.engine, [register.tables.metadata, sent._metadata]
    for agency in AGENCIES:
        url = acts_url(settings, agency)
        yield agency_folder(settings, agency) / "acts.db", open_acts(url), [acts.metadata]
    for court in (COURT, "court-su0506"):
        store = InboxStore(inbox_file(settings, court))
        CountsStore(store.engine, court, "js")
        outbox = open_outbox(store, CLOCK)
        tables = [inbox_tables._metadata, counts_store._metadata, outbox._t.parcels.metadata]
        yield inbox_file(settings, court), store.engine, tables


def shape(engine: Engine) -> dict[str, object]:
    """Return everything that says what the tables of a database are."""
    look = inspect(engine)
    return {
        name: (
            [(each["name"], str(each["type"]), each["nullable"]) for each in look.get_columns(name)],
            look.get_pk_constraint(name)["constrained_columns"],
            sorted((str(each["name"]), each["column_names"], each["unique"]) for each in look.get_indexes(name)),
            sorted(each["column_names"] for each in look.get_unique_constraints(name)),
        )
        for name in look.get_table_names()
    }


def made_anew(metadatas: list[MetaData]) -> dict[str, object]:
    """Return the shape of the same tables where there were none."""
    engine = open_database("sqlite://")
    for metadata in metadatas:
        create_tables(engine, metadata)
    made = shape(engine)
    engine.dispose()
    return made


def test_every_database_opens_with_all_its_rows_and_gets_the_tables_of_a_new_one(
    release: Path, settings: Settings
) -> None:
    before = held(release)
    for file, engine, metadatas in opened(settings):
        assert shape(engine) == made_anew(metadatas), file
        engine.dispose()
    after = {str(path.relative_to(settings.state_dir)): rows for path, rows in counted(settings.state_dir)}
    for name, tables in before.items():
        if name.endswith(".db"):
            assert {table: after[name][table] for table in tables} == tables, name


def test_a_register_is_read_with_what_its_courts_published(settings: Settings) -> None:
    register = register_as_it_is(settings, "js", CLOCK)
    entries = register.find(COURT)
    assert len(entries) == 300
    # that release asked for nothing of how an entry began and kept the decision's number alone: it is asked back, and nothing is stock
    assert {each.entry.missing for each in entries} == {int(ALL & ~Fact.DECISION_NUMBER)}
    assert lacking_counts(register, COURT)["served_on"] == len([each for each in entries if not each.entry.has_ended])
    assert {each.stock for each in entries} == {0}
    register.close()
    register = open_register(settings, "js", CLOCK)
    assert {lane: backlog.rows for lane, backlog in register.outbox.backlog().items()} == dict.fromkeys(
        ("relief", "state", "events"), 0
    )
    assert register.outbox.accepted_through("state") >= 300
    with register.engine.begin() as connection:
        assert register.claim(connection, COURT) > 1
    register.close()
    commands = _open_commands(settings, "js", COURT, CLOCK).commands()
    assert {command.agency for command in commands} == {"police-js", "registry-js"}


def test_acts_and_inboxes_are_read_with_what_happened(settings: Settings) -> None:
    store = InboxStore(inbox_file(settings, COURT))
    kinds = [item.schema for item in store.items(refused="")]
    assert (kinds.count("interception"), kinds.count("control-feedback")) == (9, 2)
    assert store.positions()
    store.close()
    engine = open_acts(acts_url(settings, "railway-js"))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT decision FROM decisions")).scalars().all()
        hits = connection.execute(acts.open_hits.select()).all()
        release = connection.execute(acts.freed.select()).first()
        assert release is not None
        stopped = HandledVersion(release.entry_id, release.entry_version - 1, COURT)
        signers = SignersNow(str.__eq__, lambda _key_id: False)
        assert freed_by(connection, stopped, "somebody", signers) == release.entry_version
    assert set(found) <= {"BLOCK", "REVIEW", "ALLOW"}
    assert {hit.court for hit in hits} == {COURT}
    engine.dispose()


def test_copies_are_those_that_were_proven_and_need_not_be_made_again(settings: Settings) -> None:
    for agency in AGENCIES:
        folder = agency_folder(settings, agency) / "1"
        lists = ListStore.open(folder / "list", boot=boot_id())
        assert not lists.rebuilding
        with lists.reader().snapshot() as snapshot:
            heads, lanes = snapshot.heads(), snapshot.lanes()
            statuses = {prefix_of(value)["status"] for _, value in snapshot.records()}
            count = sum(1 for _ in snapshot.records())
        assert sum(lane.records for lane in lanes) == count == 300
        assert Status.REVOKED in statuses
        assert all(head.proven_number > 0 for head in heads), agency
        assert heads
        lists.close()
        relief = ReliefStore.open(folder / "relief", boot=boot_id())
        assert [lane.next_offset > 0 for lane in relief.reader().lanes()] == [True]
        relief.close()


def test_a_tally_and_the_log_of_its_heads_go_on_where_they_stood(settings: Settings) -> None:
    participants = Participants(settings)
    folder = settings.state_dir / "monitoring" / NOTARY.jurisdiction / NOTARY.name
    lanes = [TopicPartition(topic, number) for topic in names.state_topics("js") for number in range(PAGES)]
    store = TallyStore(folder, NOTARY.name)
    tally, progress = store.load(lanes)
    assert (progress.issued >= progress.head_number > 0, bool(store.head)) == (True, True)
    assert sum(lane.records for lane in tally.lanes.values()) == 300
    store.commit(tally, progress)
    store.close()
    signer = participants.signer(NOTARY.name)
    log = TiledLog(folder / "heads-log", note_key(NOTARY, signer.public_key), signer)
    assert log.state.size > 0
    log.close()


def test_keys_are_read(settings: Settings) -> None:
    participants = Participants(settings)
    everybody = participants.list()
    assert {each.kind for each in everybody} >= {"court", "agency", "notary", "publisher"}
    for each in everybody:
        assert participants.signer(each.id).public_key
    assert participants.sealing_keys(COURT).lines()
    assert participants.matching_keys()
    assert participants.root_public_key.raw == participants.root_signer().public_key
    shown = liandong("participant", "list", environment={"LIANDONG_STATE_DIR": str(settings.state_dir)})
    assert (shown.code, COURT in shown.out) == (0, True)


def test_postgresql_gets_the_tables_of_a_new_one_and_keeps_every_row(
    release: Path, settings: Settings, postgres_url: str
) -> None:
    script = (release / "postgresql.sql").read_text(encoding="utf-8")
    parts = dict(part.split("\n", 1) for part in script.split("-- ")[1:])
    files = {"register": "publisher/js.db", "commands": "publisher/js.db", "acts": "agencies/railway-js/acts.db"}
    metadatas = {"register": register_tables().metadata, "commands": sent._metadata, "acts": acts.metadata}
    for name, metadata in metadatas.items():
        schemas = [f"{kind}_{secrets.token_hex(4)}" for kind in ("left", "made")]
        engines = left, made = [open_database(postgres_url, schema=schema) for schema in schemas]
        file = create_engine(f"sqlite:///{settings.state_dir / files[name]}")
        try:
            rows = _leave(left, parts[name], file)
            for each in engines:
                create_tables(each, metadata)
            assert shape(left) == shape(made), name
            with left.connect() as connection:
                counts = {table: connection.scalar(text(f'SELECT count(*) FROM "{table}"')) for table in rows}  # noqa: S608
            assert counts == rows
        finally:
            file.dispose()
            for schema, each in zip(schemas, engines, strict=True):
                with each.begin() as connection:
                    connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
                each.dispose()


def _leave(engine: Engine, script: str, file: Engine) -> dict[str, int]:
    """Make the tables of an earlier release in PostgreSQL with the rows of its SQLite file; how many each has."""
    with engine.begin() as connection:
        connection.exec_driver_sql(script)
    stored, there = MetaData(), MetaData()
    there.reflect(engine)
    stored.reflect(file, only=list(there.tables))
    counts = {}
    with file.connect() as source, engine.begin() as connection:
        for table in stored.sorted_tables:
            found = [dict(row._mapping) for row in source.execute(table.select())]
            if found:
                connection.execute(there.tables[table.name].insert(), [_typed(row, there, table.name) for row in found])
            counts[table.name] = len(found)
    return counts


def _typed(row: dict[str, object], there: MetaData, table: str) -> dict[str, object]:
    kinds = {column.name: column.type.python_type for column in there.tables[table].columns}
    return {name: bool(value) if kinds[name] is bool else value for name, value in row.items()}


def refusal(settings: Settings, *words: str) -> str:
    """What a command says that is refused."""
    ended = liandong(*words, environment={"LIANDONG_STATE_DIR": str(settings.state_dir)})
    assert ended.code == 1
    return ended.err


def test_databases_of_a_newer_release_are_refused_with_a_code_and_left_as_they_are(settings: Settings) -> None:
    for file, engine, _ in list(opened(settings)):
        with engine.begin() as connection:
            noted = connection.execute(text("SELECT number, needs, store FROM liandong_formats")).all()
            connection.execute(text("UPDATE liandong_formats SET number = 99, needs = 99"))
        engine.dispose()
        kept = file.read_bytes()
        with pytest.raises(StateNewer) as refused:
            list(opened(settings))
        assert str(file) in refused.value.message
        assert file.read_bytes() == kept
        with engine.begin() as connection:
            back = text("UPDATE liandong_formats SET number = :number, needs = :needs WHERE store = :store")
            connection.execute(back, [row._asdict() for row in noted])
        engine.dispose()


def test_a_command_on_a_database_of_a_newer_release_says_what_to_do(settings: Settings) -> None:
    engine = open_register(settings, "js", CLOCK).engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE liandong_formats SET number = 99, needs = 99"))
    engine.dispose()
    said = refusal(settings, "court", "find", "（2026）苏0505执1号", "--court", COURT)
    assert said.startswith("error STATE_NEWER")
    assert "start the newer release again" in said
    said = refusal(settings, "--lang", "zh", "court", "find", "（2026）苏0505执1号", "--court", COURT)
    assert "请重新启动较新的版本" in said


def test_a_copy_of_a_newer_release_is_refused_and_left_as_it_is(settings: Settings) -> None:
    folder = agency_folder(settings, "railway-js") / "1" / "list"
    with lmdb.open(str(folder), max_dbs=16) as environment:
        trust = environment.open_db(b"trust")
        with environment.begin(write=True) as change:
            change.put(ROW_GENERATION, msgspec.msgpack.encode([0, 0, 99]), db=trust)
    (folder / "sealed").unlink()
    with pytest.raises(StateNewer):
        ListStore.open(folder, boot=boot_id())
    with lmdb.open(str(folder), max_dbs=16) as environment, environment.begin() as view:
        assert view.stat(environment.open_db(b"records/0", view))["entries"] == 300


def test_a_tally_of_a_newer_release_is_refused(settings: Settings) -> None:
    folder = settings.state_dir / "monitoring" / NOTARY.jurisdiction / NOTARY.name
    store = TallyStore(folder, NOTARY.name)
    lanes = [TopicPartition(topic, number) for topic in names.state_topics("js") for number in range(PAGES)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("liandong.monitoring.notary.tally_state.FORMAT", 99)
        store.commit(*store.load(lanes))
    with pytest.raises(StateNewer):
        store.load(lanes)
    store.close()


def test_a_state_directory_of_a_newer_release_is_refused_by_every_command(settings: Settings) -> None:
    (settings.state_dir / "format").write_text("2 of release 9.0.0\n", encoding="ascii")
    for words in (("participant", "list"), ("court", "template"), ("status",), ("agency", "run", "railway-js")):
        assert "STATE_NEWER" in refusal(settings, *words)
    (settings.state_dir / "format").write_text("1\n", encoding="ascii")
    assert liandong("participant", "list", environment={"LIANDONG_STATE_DIR": str(settings.state_dir)}).code == 0
