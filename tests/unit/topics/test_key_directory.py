"""The directory of keys works in steps: it never waits, an outage is its own state, nothing half read is believed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.keyrings import NoSealingKey
from liandong.topics.keys.opening import await_keys
from liandong.topics.keys.register_ends import RegisterBehind
from liandong.topics.transport.errors import BrokerUnreachable, TopicMissing
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.workers.worker import AT_ONCE

RAILWAY = "railway-js"


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    return KeyOffice(tmp_path)


@pytest.fixture
def directory(office: KeyOffice) -> Iterator[KeyDirectory]:
    made = KeyDirectory(office.participants.root_public_key, office.broker.subscriber(), office.clock)
    yield made
    made.close()


def signing(office: KeyOffice, participant: str = RAILWAY) -> bytes:
    return office.participants.signer(participant).key_id


def made_again(office: KeyOffice) -> None:
    """The topic is deleted and created anew."""
    office.broker.delete(names.KEYS)
    office.broker.create(names.KEYS, 1)


def test_a_step_reads_all_that_is_there_and_then_wants_to_be_woken(office: KeyOffice, directory: KeyDirectory) -> None:
    office.publish()
    assert (directory.loaded, directory.step(), directory.loaded) == (False, AT_ONCE, True)
    assert directory.step() == 5.0
    assert directory.key(signing(office)) is not None
    assert set(directory.serving("agency")) == {RAILWAY}


def test_an_empty_register_is_loaded_at_once(directory: KeyDirectory) -> None:
    assert directory.step() == 5.0
    assert directory.loaded


def test_nothing_is_known_before_the_end_of_the_topic_was_read(
    office: KeyOffice, directory: KeyDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish(RAILWAY)
    office.participants.rotate(RAILWAY, compromised_since=office.clock.now())
    revoked = office.broker.records(names.KEYS)[0].key()
    assert revoked is not None
    office.publish(RAILWAY)
    monkeypatch.setattr("liandong.topics.keys.directory._BATCH", 3)
    directory.step()
    key = bytes.fromhex(revoked.decode().partition("/")[2])
    assert (directory.loaded, directory.key(key), directory.serving("agency")) == (False, None, {})
    with pytest.raises(NoSealingKey):
        directory.recipients(RAILWAY, "command")
    with pytest.raises(BrokerUnreachable):
        directory.refresh()
    while directory.step() == AT_ONCE:
        pass
    known = directory.key(key)
    assert known is not None
    assert known.revoked_at


def test_an_outage_is_a_state_with_a_time_to_try_again_and_logged_once(
    office: KeyOffice, directory: KeyDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    office.publish()
    office.broker.stop()
    for _ in range(3):
        assert directory.step() == 1.0
        office.clock.time += 400
        assert directory.step() == pytest.approx(0.6)
        with pytest.raises(BrokerUnreachable):
            directory.refresh()
        assert directory.key(signing(office)) is None
        office.clock.time += 600
    assert len([one for one in caplog.records if "cannot be read" in one.message]) == 1
    office.broker.start()
    assert directory.step() == AT_ONCE
    assert directory.loaded
    assert directory.failure is None


def test_a_wall_clock_that_is_set_back_does_not_put_off_the_next_attempt(
    office: KeyOffice, directory: KeyDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.broker.stop()
    directory.step()
    later = office.clock.monotonic() + 1
    monkeypatch.setattr(office.clock, "monotonic", lambda: later)
    office.clock.time -= 3_600_000
    office.broker.start()
    directory.step()
    assert directory.loaded


@pytest.mark.parametrize("again", [(), ("court-su0505",)])
def test_a_topic_made_again_is_read_anew_and_what_was_known_stays(
    office: KeyOffice, directory: KeyDirectory, again: tuple[str, ...]
) -> None:
    office.publish()
    directory.step()
    made_again(office)
    if again:
        office.publish(*again)
    office.participants.rotate(RAILWAY)
    assert directory.step() == 1.0
    office.clock.time += 1000
    with pytest.raises(BrokerUnreachable, match="OFFSET_OUT_OF_RANGE"):
        directory.refresh()
    directory.step()
    office.publish(RAILWAY)
    directory.step()
    assert directory.key(signing(office)) is not None
    assert directory.key(signing(office, "court-su05")) is not None
    assert len(directory.recipients(RAILWAY, "command")) == 2
    assert directory.loaded


def test_a_failure_met_by_a_look_up_is_mended_by_the_worker(office: KeyOffice, directory: KeyDirectory) -> None:
    directory.step()
    office.publish("court-su0505")
    directory.step()
    made_again(office)
    with pytest.raises(BrokerUnreachable):
        directory.key(b"unknown!")
    office.publish(RAILWAY)
    office.clock.time += 1000
    directory.step()
    assert directory.key(signing(office)) is not None


def test_a_look_up_leaves_the_topic_to_the_thread_that_waits_at_it(office: KeyOffice) -> None:
    class Watched:
        """Says when somebody reads while another waits."""

        def __init__(self) -> None:
            self.inner, self.waiting, self.polled = office.broker.subscriber(), threading.Event(), 0
            self.let_go = threading.Event()

        def wait(self, seconds: float) -> bool:
            self.waiting.set()
            return self.let_go.wait(seconds)

        def poll(self, limit: int, timeout: float) -> object:
            self.polled += 1
            return self.inner.poll(limit, timeout)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    watched = Watched()
    directory = KeyDirectory(office.participants.root_public_key, watched, office.clock)  # type: ignore[arg-type]
    directory.step()
    polled = watched.polled
    thread = threading.Thread(target=directory.wait, args=(30.0,))
    thread.start()
    assert watched.waiting.wait(10)
    assert directory.key(b"unknown!") is None
    assert watched.polled == polled
    watched.let_go.set()
    thread.join(10)
    office.clock.time += 1000
    assert directory.key(b"unknown!") is None
    assert watched.polled > polled


def test_the_version_changes_with_what_is_known_and_with_nothing_else(
    office: KeyOffice, directory: KeyDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liandong.topics.keys.directory._BATCH", 2)
    office.publish("court-su0505")
    versions = [directory.version]
    while directory.step() == AT_ONCE:
        versions.append(directory.version)
    assert versions[:2] == [0, 0], "nothing counts before the topic is read"
    assert versions[-1] > 0
    office.publish("court-su0505")
    office.put(b"junk", None)
    directory.step()
    assert directory.version == versions[-1]
    office.participants.rotate("court-su0505")
    office.publish("court-su0505")
    while directory.step() == AT_ONCE:
        pass
    assert directory.version > versions[-1]


def test_a_closed_directory_keeps_what_it_knows(office: KeyOffice, directory: KeyDirectory) -> None:
    office.publish()
    directory.step()
    directory.close()
    directory.close()
    office.clock.time += 5000
    assert directory.key(signing(office)) is not None
    assert directory.key(b"unknown!") is None


def test_a_command_hears_at_once_that_the_register_cannot_be_read(office: KeyOffice, directory: KeyDirectory) -> None:
    office.broker.stop()
    with pytest.raises(BrokerUnreachable):
        await_keys(directory)
    office.broker.start()
    office.broker.delete(names.KEYS)
    with pytest.raises(TopicMissing):
        office.key_directory()


def test_a_command_does_not_wait_for_ever_for_a_register_that_comes_in_part(
    office: KeyOffice, directory: KeyDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish()
    monkeypatch.setattr(directory._subscriber, "poll", lambda *_: [])
    with pytest.raises(BrokerUnreachable, match="not read to its end in 0 s"):
        await_keys(directory, 0.05)


def test_a_key_published_after_the_last_look_is_known_once_the_register_was_read_to_its_end(
    office: KeyOffice, directory: KeyDirectory
) -> None:
    office.publish("court-su0505")
    directory.step()
    assert directory.key(signing(office)) is None
    office.publish(RAILWAY)
    assert directory.key(signing(office)) is None, "it was looked for a moment ago"
    directory.read_to(directory.ends())
    assert directory.key(signing(office)) is not None


def test_a_key_on_its_way_is_one_that_has_not_come_yet(office: KeyOffice, directory: KeyDirectory) -> None:
    office.publish("court-su0505")
    directory.step()
    office.broker.hold(TopicPartition(names.KEYS, 0))
    office.publish(RAILWAY)
    ends = directory.ends()
    with pytest.raises(RegisterBehind):
        directory.read_to(ends)
    office.broker.release(TopicPartition(names.KEYS, 0))
    directory.read_to(ends)
    assert directory.key(signing(office)) is not None


def test_who_waits_for_the_end_of_a_topic_that_was_made_again_asks_anew(
    office: KeyOffice, directory: KeyDirectory
) -> None:
    office.publish()
    directory.step()
    ends = directory.ends()
    made_again(office)
    directory.step()
    office.clock.time += 1000
    directory.step()
    with pytest.raises(BrokerUnreachable) as anew:
        directory.read_to(ends)
    assert not isinstance(anew.value, RegisterBehind)
    directory.read_to(directory.ends())


def test_nobody_knows_how_far_a_register_reaches_that_cannot_be_read(
    office: KeyOffice, directory: KeyDirectory
) -> None:
    with pytest.raises(BrokerUnreachable):
        directory.ends()
    directory.step()
    office.broker.stop()
    with pytest.raises(BrokerUnreachable):
        directory.ends()
    office.broker.start()
    directory.close()
    with pytest.raises(BrokerUnreachable):
        directory.ends()
