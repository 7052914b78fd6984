"""A whole node in one process, on the transport in memory: it starts without Kafka, serves, stops, and never half-dies."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from liandong.consumers.api.server import ListenAddress
from liandong.consumers.api.tokens import TokenFile
from liandong.consumers.node.node import AgencyNode, NodeConnections
from liandong.producers.relay.relay import Relay, new_owner
from liandong.schemas.errors import LiandongError
from liandong.schemas.law.listing import Change
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import LI, WANG, Person
from liandong.tests.worlds.records import CourtScribe, NotaryScribe
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.embedded.ports import some_free
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import WorkerFailed, Workers

G = {"train_type": "G", "seat_class": "second"}
PATIENCE = 60.0


class Place:
    """A town with one running node of its railway."""

    def __init__(self, directory: Path) -> None:
        self.town = Town(MemoryWire(), directory)
        self.town.wire.create(names.RECEIPTS, partitions=1)
        self.town.join("notary-js-1", "notary", jurisdictions=("js",))
        self.court = CourtScribe(signer=self.town.participants.signer(COURT))
        self.notary = NotaryScribe(signer=self.town.participants.signer("notary-js-1"))
        self.key: MatchingKey = self.town.participants.matching_keys()[0]
        self.barriers = 0
        wire = self.town.wire
        self.wires = NodeConnections(
            subscriber=lambda group, _: wire.subscriber(group),
            publisher=lambda _: wire.publisher(),
            relay=lambda outbox, publisher, clock: Relay(outbox, publisher, clock, new_owner(CHANCE)),
        )
        tokens = TokenFile(directory / "agencies" / RAILWAY / "tokens.yaml")
        self.headers = {"authorization": f"Bearer {tokens.add('booking', clock=SystemClock(), chance=CHANCE)}"}

    def send(self, record: OutgoingRecord) -> None:
        self.town.publisher.send(record)
        self.town.publisher.flush()

    def listed(self, who: Person) -> bytes:
        body = self.court.include(identities=who.identities(keys=(self.key,)), name=who.name, at=SystemClock().now())
        self.send(self.court.message(body))
        return body[72:88]

    def barrier(self) -> None:
        self.barriers += 1
        for marker in self.notary.barriers(1, self.barriers, SystemClock().now()):
            self.send(marker)

    @contextmanager
    def node(self, wires: NodeConnections | None = None) -> Iterator["Running"]:
        """A node that runs, its API answering."""
        running = Running(
            self, AgencyNode(self.town.settings, RAILWAY, "1", wires or self.wires, SystemClock(), CHANCE)
        )
        running.thread.start()
        try:
            running.until(lambda: running.client.get("/healthz").status_code == 200)
            yield running
        finally:
            running.stop()


class Running:
    """A running node and a client of its API."""

    def __init__(self, place: Place, node: AgencyNode) -> None:
        self.place, self.node = place, node
        self.listening = ListenAddress(port=some_free(1)[0])
        self.client = httpx.Client(base_url=self.listening.url, headers=place.headers, timeout=30)
        self.ended: LiandongError | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.node.run(self.listening)
        except LiandongError as error:
            self.ended = error

    def stop(self) -> None:
        self.node.parts.stop.set()
        self.thread.join(PATIENCE)
        self.client.close()
        assert not self.thread.is_alive()

    def said(self, who: Person) -> str:
        answer = self.client.post("/v1/checks", json=who.asked("rail-ticket", **G))
        return str(answer.json()["decision"])

    def until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if happened():
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def told(place: Place, topic: str) -> list[dict[str, Any]]:
    return [from_wire(message.value() or b"") for message in place.town.messages(topic)]


def outcomes(place: Place) -> tuple[int, int]:
    """Refusals and releases told."""
    found = [one["outcome"] for one in told(place, names.interceptions("js"))]
    return found.count("REFUSED"), found.count("RELEASED")


def test_a_node_copies_decides_tells_and_frees(place: Place) -> None:
    with place.node() as running:
        assert running.client.get("/readyz").status_code == 503
        assert running.said(LI) == "UNKNOWN"
        entry = place.listed(LI)
        place.barrier()
        running.until(lambda: running.client.get("/readyz").json() == {"ready": True, "stale": False})
        assert (running.said(LI), running.said(WANG)) == ("BLOCK", "ALLOW")
        running.until(lambda: bool(told(place, names.interceptions("js"))))
        assert told(place, names.interceptions("js"))[0]["outcome"] == "REFUSED"
        freed = place.court.change(entry, Change.REVOKE, at=SystemClock().now())
        place.send(place.court.relief(freed))
        running.until(lambda: running.node.checks.gate.check(LI.request("rail-ticket", **G)).verdict == "ALLOW")
        assert running.said(LI) == "ALLOW"
        running.until(lambda: outcomes(place) == (1, 1))
        running.until(lambda: bool(told(place, names.RECEIPTS)))
        status = running.client.get("/v1/status").json()
        assert status["lists"]["js"]["entries"] == 1
        assert set(status["parts"].values()) == {"running"}
        metrics = running.client.get("/metrics").text
        running.until(lambda: 'liandong_list_entries{agency="railway-js"' in running.client.get("/metrics").text)
        assert 'liandong_checks_total{agency="railway-js",decision="BLOCK",node="1"} 1.0' in metrics
    assert running.ended is None


def test_a_node_that_starts_while_kafka_is_away_answers_and_comes_to_know(place: Place) -> None:
    place.listed(LI)
    place.barrier()
    assert isinstance(place.town.wire, MemoryWire)
    broker = place.town.wire.broker
    broker.stop()
    with place.node() as running:
        assert (running.said(LI), running.said(WANG)) == ("UNKNOWN", "UNKNOWN")
        assert running.client.get("/readyz").status_code == 503
        broker.start()
        running.until(lambda: running.said(LI) == "BLOCK")
        assert running.client.get("/readyz").status_code == 200


def test_a_node_goes_on_where_it_was(place: Place) -> None:
    place.listed(LI)
    place.barrier()
    with place.node() as running:
        running.until(lambda: running.said(LI) == "BLOCK")
    with place.node() as running:
        assert running.said(LI) in ("BLOCK", "REVIEW")  # the keys of the court may not be read yet
        running.until(lambda: running.said(LI) == "BLOCK")


class BrokenRelay:
    """Fails after a moment."""

    def run(self, stop: threading.Event) -> None:
        stop.wait(0.3)
        raise ValueError("the relay broke")


def test_a_part_that_dies_takes_the_node_down_with_its_reason(place: Place) -> None:
    wires = NodeConnections(place.wires.subscriber, place.wires.publisher, lambda *_: BrokenRelay())
    running = Running(place, AgencyNode(place.town.settings, RAILWAY, "1", wires, SystemClock(), CHANCE))
    running.thread.start()
    running.thread.join(PATIENCE)
    assert isinstance(running.ended, WorkerFailed)
    assert "relay" in running.ended.message
    assert "the relay broke" in running.ended.message
    running.stop()


def test_a_port_that_is_taken_is_named(place: Place) -> None:
    with place.node() as running:
        second = Running(place, AgencyNode(place.town.settings, RAILWAY, "2", place.wires, SystemClock(), CHANCE))
        second.listening = running.listening
        second.thread.start()
        second.thread.join(PATIENCE)
        assert second.ended is not None
        assert "API_PORT_IN_USE" in second.ended.message
        second.stop()


def test_only_agencies_with_a_kind_have_nodes(place: Place) -> None:
    with pytest.raises(LiandongError, match="is no agency"):
        AgencyNode(place.town.settings, COURT, "1", place.wires, SystemClock(), CHANCE)
    place.town.participants.new("nameless", "agency", jurisdictions=["js"])
    with pytest.raises(LiandongError, match="names no kind"):
        AgencyNode(place.town.settings, "nameless", "1", place.wires, SystemClock(), CHANCE)


def _wait(event: threading.Event) -> None:
    event.wait()


def test_a_part_that_ends_without_being_told_is_a_failure_too() -> None:
    parts = Workers()
    parts.start((), {"short": lambda _stop: None, "long": _wait})
    with pytest.raises(WorkerFailed, match="short"):
        parts.wait(5)
    assert not parts.alive()


def test_parts_that_do_not_stop_are_left_after_a_while() -> None:
    parts, forever = Workers(), threading.Event()
    parts.start((), {"deaf": lambda _stop: _wait(forever)})
    parts.stop.set()
    parts.wait(0.2)
    assert parts.states() == {"deaf": "running"}
    forever.set()
