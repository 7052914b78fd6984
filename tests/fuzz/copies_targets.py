"""Targets of what one process finds that another has left: a backup, notes beside an offset, shared databases, trusted rows."""

import shutil
from functools import cache

from sqlalchemy import Engine, insert, update

from liandong.consumers.acts_db.tables import metadata as acts_tables
from liandong.consumers.acts_db.tables import receipts_told
from liandong.consumers.acts_db.told import told
from liandong.consumers.node.presence import NodeName, Presence, group_of_nodes
from liandong.consumers.store.writer import ListStore
from liandong.monitoring.backup.backup import restore
from liandong.producers.commands.sent import CommandRegister, SentRecord, _unanswered
from liandong.schemas.fingerprints import fingerprint
from liandong.schemas.law.watch import WatchScope
from liandong.schemas.wire.control import SentCommand
from liandong.tests.fuzz.file_targets import folder, written
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.worlds.clock import NOW, VirtualClock
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings
from liandong.topics.storage.database import create_tables, open_database, sqlite_url
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

_AGENCY, _COURT, _NODE = "railway-js", "court-su0505", "1"
_MAP = 1 << 20
_TRUSTED = b"liandong-trusted-1\n"
_MANIFEST = b"id: court-su0505\nkind: court\njurisdictions: [js]\n"
_INDEX = b"participant: court-su0505\nkind: court\nmade_at: '2026-11-01T00:00:00+08:00'\nrelease: '1'\nfiles:\n  "
_OF_MANIFEST = f"participants/{_COURT}/manifest.yaml"


def backup(data: bytes) -> None:
    """A backup: the first byte says whether its index follows or its manifest, which the index then names as it is."""
    of_manifest = data[:1] == b"m"
    manifest = data[1:] if of_manifest else _MANIFEST
    hash_ = fingerprint(manifest).hex()
    index = (
        _INDEX + f"{_OF_MANIFEST}: {hash_}\n".encode() if of_manifest else data[1:].replace(b"{hash}", hash_.encode())
    )
    written(f"copy/{_OF_MANIFEST}", manifest)
    written("copy/backup.yaml", index)
    state = folder() / "state-put-back"
    shutil.rmtree(state, ignore_errors=True)
    restored = restore(Settings(state_dir=state), _COURT, folder() / "copy", replace=True)
    found = {path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file()}
    assert found == {path.as_posix() for path in restored.paths}


def beside(data: bytes) -> None:
    """What the nodes of an agency noted beside an offset; a node that finds anything there works all the same, or says why not."""
    clock = VirtualClock(NOW)
    broker = MemoryBroker(clock=clock)
    broker.create(names.commands(_AGENCY), 1)
    at, group = TopicPartition(names.commands(_AGENCY), 0), group_of_nodes(_AGENCY)
    broker.subscriber(group, client_id="another").commit({at: 0}, data.decode(errors="replace"))
    node = Presence(NodeName(_AGENCY, _NODE, "0" * 32, ""), broker.subscriber(group, client_id=_NODE), clock)
    for _ in range(8):
        clock.pass_seconds(node.step())
    assert node.may_act() or node.twin
    assert len(broker.subscriber(group).note(at).encode()) <= 4096 or node.twin
    node.close()


@cache
def shared() -> Engine:
    """A database with the tables of an agency, and of a court's commands."""
    engine = open_database(sqlite_url(folder() / "shared.db"))
    create_tables(engine, acts_tables)
    with engine.begin() as connection:
        connection.execute(insert(receipts_told).values(node=_NODE, sequence=1, positions=b""))
    sent = SentCommand(bytes(16), _COURT, _AGENCY, "WATCH", "", WatchScope("", frozenset(), 0, NOW), 0, "", 0)
    register = CommandRegister(engine, _COURT)
    with engine.begin() as connection:
        register.add(connection, sent, bytes(32), SentRecord(1, OutgoingRecord(names.commands(_AGENCY), None, b"")))
    return engine


def row(data: bytes) -> None:
    """A row of a database that several machines share: the first byte says which; the other machine may run another release."""
    engine = shared()
    if data[:1] == b"t":
        with engine.begin() as connection:
            connection.execute(update(receipts_told).values(positions=data[1:]))
        told(engine, _NODE).is_behind({TopicPartition("t", 0): 1})
        return
    register = CommandRegister(engine, _COURT)
    with engine.begin() as connection:
        connection.execute(update(_unanswered).values(record=data[1:]))
        assert all(isinstance(each, OutgoingRecord) for each in register.to_send_again(connection, 0).values())


def trusted(data: bytes) -> None:
    """What outlasts a copy, in a file that an operator may put back: the first byte says whether it is sealed as a release does."""
    content = _TRUSTED + fingerprint(data[1:]) + data[1:] if data[:1] == b"+" else data[1:]
    place = folder() / "node/list"
    shutil.rmtree(place, ignore_errors=True)
    written("node/list/trusted", content)
    written("node/list/written-since-boot", b"damaged")
    store = ListStore.open(place, boot="this boot", map_size=_MAP)
    try:
        store.heads_read()
        store.heads()
        store.receipts()
        store.floors()
    finally:
        store.close()


TARGETS = (
    FuzzTarget("backup", backup, "a backup of what a participant keeps"),
    FuzzTarget("node-notes", beside, "what other nodes of an agency noted"),
    FuzzTarget("shared-row", row, "a row that another machine wrote into a shared database"),
    FuzzTarget("trusted-rows", trusted, "the file of what must outlast a node's copy"),
)
