"""A simulated process ends at a call of a port, before it took effect or after, and nothing of it runs any more."""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import Engine, text

from liandong.monitoring.notary.tally import Tally
from liandong.monitoring.notary.tally_state import NotaryProgress
from liandong.monitoring.notary.tally_store import TallyStore
from liandong.tests.simulation.crashing import Killed, Life
from liandong.tests.simulation.disks import Disk
from liandong.tests.simulation.mortal_transport import MortalPublisher, MortalSubscriber
from liandong.topics.private_files import write_private
from liandong.topics.storage.database import open_database, sqlite_url
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Delivered, OutgoingRecord, TopicPartition
from liandong.topics.workers.clock import SystemClock

TOPIC = "a.topic.v1"
RECORD = OutgoingRecord(TOPIC, b"key", b"value")
AT = TopicPartition(TOPIC, 0)


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(partitions=1, clock=SystemClock())


@pytest.fixture
def life(disk: Disk) -> Life:
    return Life("node", disk)


def dies(life: Life, work: Callable[[], object]) -> None:
    with pytest.raises(Killed), life.running():
        work()
    assert not life.alive


@pytest.mark.parametrize("after", [False, True])
def test_a_record_whose_sending_kills_is_in_the_log_only_if_it_took_effect(
    broker: MemoryBroker, life: Life, *, after: bool
) -> None:
    publisher = MortalPublisher(broker.publisher(), life)
    life.doom(2, after=after)
    publisher.send(RECORD)
    dies(life, lambda: publisher.send(RECORD))
    assert len(broker.records(TOPIC)) == 1 + after


def test_what_is_queued_vanishes_with_its_process_and_nobody_is_told(broker: MemoryBroker, life: Life) -> None:
    told: list[Delivered | Exception] = []
    broker.stop()
    publisher = MortalPublisher(broker.publisher(), life)
    publisher.send(RECORD, told.append)
    life.kill()
    broker.start()
    broker.publisher().send(RECORD)
    assert (len(broker.records(TOPIC)), told) == (1, [])


def test_every_later_call_is_killed_too_and_does_nothing(broker: MemoryBroker, life: Life) -> None:
    publisher, subscriber = MortalPublisher(broker.publisher(), life), MortalSubscriber(broker.subscriber("g"), life)
    life.kill()
    calls: list[Callable[[], object]] = [
        lambda: publisher.send(RECORD),
        publisher.poll,
        publisher.flush,
        publisher.purge,
        publisher.close,
        lambda: subscriber.partitions(TOPIC),
        lambda: subscriber.assign({AT: 0}),
        lambda: subscriber.subscribe([TOPIC]),
        lambda: subscriber.poll(1, 0),
        lambda: subscriber.wait(0),
        lambda: subscriber.commit({AT: 1}),
        lambda: subscriber.watermarks(AT),
        subscriber.close,
    ]
    for call in calls:
        with pytest.raises(Killed):
            call()
    assert broker.records(TOPIC) == []
    assert broker.group("g").members == []


def test_a_member_that_is_killed_stays_in_its_group(broker: MemoryBroker, life: Life) -> None:
    subscriber = MortalSubscriber(broker.subscriber("g"), life)
    subscriber.subscribe([TOPIC])
    life.kill()
    with pytest.raises(Killed):
        subscriber.close()
    assert len(broker.group("g").members) == 1


def test_a_call_that_fails_does_not_save_the_doomed(broker: MemoryBroker, life: Life) -> None:
    subscriber = MortalSubscriber(broker.subscriber(), life)
    life.doom(1, after=True)
    with pytest.raises(ValueError, match="group"):
        subscriber.commit({AT: 1})
    dies(life, lambda: subscriber.partitions(TOPIC))


def accounts(path: Path) -> Engine:
    engine = open_database(sqlite_url(path))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, amount INTEGER)"))
    return engine


def pay(engine: Engine) -> None:
    """Two rows that belong together, and a last wish."""
    try:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO account VALUES ('a', -1)"))
            connection.execute(text("INSERT INTO account VALUES ('b', 1)"))
    finally:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO account VALUES ('wish', 0)"))


@pytest.mark.parametrize(
    ("calls", "after", "rows"), [(1, False, 0), (2, True, 0), (3, False, 0), (4, False, 0), (4, True, 2)]
)
def test_an_sql_transaction_is_whole_or_not_at_all_and_the_dead_have_no_last_wish(
    tmp_path: Path, disk: Disk, calls: int, rows: int, *, after: bool
) -> None:
    life = Life("node", disk)
    with life.running():
        engine = accounts(tmp_path / "acts.db")
        life.doom(calls, after=after)
    dies(life, lambda: pay(engine))
    with accounts(tmp_path / "acts.db").connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar() == rows


@pytest.mark.parametrize(("keeping", "after", "rows"), [(1, False, 0), (1, True, 2), (2, False, 2), (2, True, 3)])
def test_who_is_to_die_over_what_they_keep_counts_commits_alone(
    tmp_path: Path, disk: Disk, keeping: int, rows: int, *, after: bool
) -> None:
    life = Life("node", disk)
    with life.running():
        engine = accounts(tmp_path / "acts.db")
        life.doom_keeping(keeping, after=after)
    dies(life, lambda: pay(engine))
    with accounts(tmp_path / "acts.db").connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar() == rows


def test_who_is_spared_dies_over_nothing(tmp_path: Path, disk: Disk) -> None:
    life = Life("node", disk)
    with life.running():
        engine = accounts(tmp_path / "acts.db")
        life.doom_keeping(1, after=True)
        assert life.doomed
        life.spare()
        pay(engine)
    assert life.alive
    assert not life.doomed


@pytest.mark.parametrize("after", [False, True])
def test_a_tally_is_as_last_committed_and_its_lock_is_free(tmp_path: Path, disk: Disk, *, after: bool) -> None:
    life = Life("notary", disk)
    with life.running():
        store = TallyStore(tmp_path, "notary-js-1")
        store.commit(Tally([AT], store.find), NotaryProgress(issued=1))
        life.doom(2, after=after)
    dies(life, lambda: store.commit(Tally([AT], store.find), NotaryProgress(issued=2)))
    again = TallyStore(tmp_path, "notary-js-1")
    assert again.load([AT])[1].issued == 1 + after
    again.close()


@pytest.mark.parametrize("after", [False, True])
def test_a_private_file_is_the_old_one_or_the_new_one(tmp_path: Path, life: Life, *, after: bool) -> None:
    path = tmp_path / "tokens.yaml"
    write_private(path, "old")
    life.doom(1, after=after)
    dies(life, lambda: write_private(path, "new"))
    assert path.read_text(encoding="utf-8") == ("new" if after else "old")
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_is_free_once_its_holder_is_dead(tmp_path: Path, life: Life) -> None:
    with life.running():
        lock = FileLock(tmp_path / "lock")
        lock.acquire()
    life.kill()
    with FileLock(tmp_path / "lock", timeout=0):
        pass


def test_what_runs_outside_of_every_life_is_immortal_and_uncounted(tmp_path: Path, life: Life) -> None:
    pay(accounts(tmp_path / "acts.db"))
    assert life.calls == 0
