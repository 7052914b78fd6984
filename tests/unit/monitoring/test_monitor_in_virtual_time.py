"""The monitor's assembly on the transport in memory: notaries, evidence, status and snapshots, in steps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.page.feed import Feed, PageSnapshot
from liandong.monitoring.service.context import MonitoringConnections, MonitoringContext
from liandong.monitoring.service.gathering import Gathering
from liandong.monitoring.service.status_source import StatusSource
from liandong.monitoring.status.document import StatusQuery
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.transport.ports import Message, OutgoingRecord, Publisher, Subscriber


class Impatient:
    """A subscriber that refuses to wait."""

    def __init__(self, inner: Subscriber) -> None:
        self._inner = inner

    def poll(self, limit: int, timeout: float) -> list[Message]:
        assert timeout == 0
        return self._inner.poll(limit, timeout)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class Monitor:
    """A town that is watched, in virtual time."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory)
        self.town.join("notary-js-1", "notary", jurisdictions=("js",))
        for each in ("js", "cq"):
            self.wire.create(names.heads(each), names.interceptions(each), partitions=1)
        self.wire.create(names.RECEIPTS, partitions=1)
        self.clock = VirtualClock(self.town.clock.now())
        connections = MonitoringConnections(self._subscriber, self._publisher)
        people = self.town.participants
        self.register = KeyDirectory(people.root_public_key, self._subscriber("keys"), self.clock)
        self.context = MonitoringContext(self.town.settings, self.clock, CHANCE, self.register, connections, people)
        self.source = StatusSource(self.context)
        self.feed = Feed(self.source)

    def _subscriber(self, _client_id: str) -> Subscriber:
        patient: Subscriber = Impatient(self.wire.subscriber())  # type: ignore[assignment]
        return patient

    def _publisher(self, _client_id: str) -> Publisher:
        return self.wire.publisher()


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    made = Monitor(tmp_path)
    yield made
    made.context.resources.close()


def failure(gathering: Gathering) -> str:
    """The code of what it cannot do, empty if all is well."""
    return gathering.failure.code if gathering.failure else ""


def trouble(feed: Feed) -> str:
    """The code of the trouble the page shows, empty if there is none."""
    return feed.trouble.error.code if feed.trouble else ""


def snapshot(feed: Feed) -> PageSnapshot | None:
    return feed.snapshot


def test_notaries_evidence_and_status_come_from_one_context(monitor: Monitor) -> None:
    parts = monitor.context.parts()
    assert [part.name for part in parts] == ["register", "notary notary-js-1 of js", "log of notary notary-js-1 of js"]
    run_for(monitor.clock, 5, monitor.source.gathering, *(part.worker for part in parts))
    with monitor.source.current() as status:
        document = status.document(StatusQuery())
    (jurisdiction,) = document["jurisdictions"]
    assert jurisdiction["jurisdiction"] == "js"
    assert monitor.source.gathering.rounds >= 4
    assert {agency["dead_letters"] for agency in document["agencies"]} == {0}
    assert (monitor.context.log_folder(NotaryName("js", "notary-js-1")) / "checkpoint").exists()
    (log,) = monitor.context.logs()
    assert log.as_dict()["origin"] == "liandong/list.heads.js.v1/notary-js-1"
    assert log.path == "/tlog/js/notary-js-1"
    for part in parts:
        part.worker.close()


def test_a_start_is_not_green_before_the_keys_are_read(monitor: Monitor) -> None:
    """What was kept of heads from before the start names nobody who must obey: nothing is amiss there for want of anybody."""
    run_for(monitor.clock, 5, monitor.source.gathering, *(part.worker for part in monitor.context.parts()))
    monitor.clock.pass_seconds(600)
    people = monitor.town.participants
    anew = replace(
        monitor.context, directory=KeyDirectory(people.root_public_key, monitor.wire.subscriber(), monitor.clock)
    )
    source = StatusSource(anew)
    for _ in range(2):
        with source.current() as status:
            document = status.document(StatusQuery())
        (finding,) = (each for each in document["findings"] if each["kind"] != "head-expired")
        assert (finding["kind"], finding["what"]) == ("evidence-unread", "KEYS_NOT_READ")
        assert document["jurisdictions"]
        assert not document["healthy"]
        source.gathering.step()
    run_for(monitor.clock, 5, source.gathering, anew.directory)
    with source.current() as status:
        assert {each["kind"] for each in status.document(StatusQuery())["findings"]} == {"head-expired", "stale"}
    anew.directory.close()


def test_an_outage_is_said_and_waited_out(monitor: Monitor) -> None:
    gathering = monitor.source.gathering
    run_for(monitor.clock, 2, gathering, monitor.register)
    rounds = gathering.rounds
    assert rounds
    monitor.wire.broker.stop()
    run_for(monitor.clock, 600, gathering, monitor.register)
    assert (gathering.rounds, failure(gathering)) == (rounds, "BROKER_UNREACHABLE")
    monitor.wire.broker.start()
    run_for(monitor.clock, 2, gathering, monitor.register)
    assert failure(gathering) == ""
    assert gathering.rounds > rounds


def test_records_that_do_not_come_are_said_to_be_stalled(monitor: Monitor) -> None:
    monitor.town.send(OutgoingRecord(names.RECEIPTS, b"key", b"value"))
    gathering = monitor.source.gathering
    run_for(monitor.clock, 1, monitor.register)
    gathering._subscriber.poll = lambda _limit, _timeout: []  # type: ignore[assignment,method-assign]
    run_for(monitor.clock, 29.5, gathering, monitor.register)
    assert (failure(gathering), gathering.rounds) == ("", 0)
    run_for(monitor.clock, 2.5, gathering, monitor.register)
    assert (failure(gathering), gathering.rounds) == ("LOG_STALLED", 0)


def test_snapshots_begin_when_all_was_read_once_and_a_new_watcher_rings(monitor: Monitor) -> None:
    feed = monitor.feed
    feed.watch()
    assert feed.wait(0)
    assert feed.step() == 1.0
    assert snapshot(feed) is None
    run_for(monitor.clock, 2, monitor.source.gathering, monitor.register)
    feed.step()
    assert snapshot(feed) is not None
    assert not feed.wait(0)
    feed.follow("bat_none")
    assert feed.wait(0)
    feed.step()
    shown = snapshot(feed)
    assert shown is not None
    assert shown.results["bat_none"].refused is not None


def test_trouble_with_the_evidence_is_shown_before_and_after_the_first_snapshot(monitor: Monitor) -> None:
    feed, gathering = monitor.feed, monitor.source.gathering
    feed.watch()
    monitor.wire.broker.stop()
    run_for(monitor.clock, 1, gathering, feed, monitor.register)
    assert trouble(feed) == "BROKER_UNREACHABLE"
    monitor.wire.broker.start()
    run_for(monitor.clock, 3, gathering, feed, monitor.register)
    assert trouble(feed) == ""
    monitor.wire.broker.stop()
    run_for(monitor.clock, 3, gathering, feed, monitor.register)
    assert feed.trouble is not None
    assert feed.trouble.since


def test_only_one_notary_of_a_jurisdiction_needs_no_name(monitor: Monitor) -> None:
    assert monitor.context.only_notary("js") == NotaryName("js", "notary-js-1")
