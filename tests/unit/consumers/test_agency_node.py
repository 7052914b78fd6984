"""A whole node in one process, on the transport in memory: it starts without Kafka, serves, stops, and its gate goes on whatever part fails."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.node.assembly import NodeConnections
from liandong.schemas.errors import LiandongError
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.people import LI, WANG, Person
from liandong.tests.worlds.running_node import PATIENCE, G, Place
from liandong.tests.worlds.town_members import COURT
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import LeaseLost
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import WorkerFailed, Workers


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def told(place: Place, topic: str) -> list[dict[str, Any]]:
    return [from_wire(message.value() or b"") for message in place.town.messages(topic)]


def says_nothing_is_held_back(place: Place) -> bool:
    place.barrier()
    newest = told(place, names.RECEIPTS)[-1]
    return (newest["parked"], newest["dead_letters"]) == (0, 0)


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
        running.until(lambda: running.node.opened.desk.gate.check(LI.request("rail-ticket", **G)).verdict == "ALLOW")
        assert running.said(LI) == "ALLOW"
        running.until(lambda: outcomes(place) == (1, 1))
        running.until(lambda: bool(told(place, names.RECEIPTS)))
        running.until(lambda: says_nothing_is_held_back(place))
        status = running.client.get("/v1/status").json()
        assert status["lists"]["js"]["entries"] == 1
        assert set(status["parts"].values()) == {"running"}
        metrics = running.client.get("/metrics").text
        running.until(lambda: 'liandong_list_entries{agency="railway-js"' in running.client.get("/metrics").text)
        assert 'liandong_checks_total{agency="railway-js",decision="BLOCK",node="1"} 1.0' in metrics
    assert running.ended is None


def test_a_decision_that_was_kept_under_a_key_ends_with_its_entry(place: Place) -> None:
    with place.node() as running:
        entries = [place.listed(LI), place.listed(WANG)]
        place.barrier()
        running.until(lambda: running.client.get("/readyz").json() == {"ready": True, "stale": False})
        key = {"idempotency-key": "a-ticket"}

        def decided(who: Person, name: str | None = None) -> dict[str, Any]:
            asked = who.asked("rail-ticket", name=name, **G)
            answer: dict[str, Any] = running.client.post("/v1/checks", json=asked, headers=key).json()
            return answer

        first = decided(LI)
        key["idempotency-key"] = "another"
        held = decided(WANG, "别名")
        assert (first["decision"], held["decision"]) == ("BLOCK", "REVIEW")
        assert decided(WANG, "别名") == held
        for entry in entries:
            place.send(place.court.relief(place.court.change(entry, Change.REVOKE, at=SystemClock().now())))
        running.until(lambda: decided(WANG, "别名")["decision"] == "ALLOW")
        key["idempotency-key"] = "a-ticket"
        running.until(lambda: decided(LI)["decision"] == "ALLOW")
        running.until(lambda: outcomes(place) == (1, 1))


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
    """Fails from its second step on, until it is mended."""

    def __init__(self, failure: Exception) -> None:
        self._steps, self.broken_by = 0, failure
        self.mended = False
        self.failure: Exception | None = None

    def step(self) -> float:
        self._steps += 1
        if self._steps > 1 and not self.mended:
            raise self.broken_by
        return 0.3

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False

    def close(self) -> None:
        """Nothing is in flight."""


@pytest.mark.parametrize(
    ("failure", "code"),
    [(ValueError("110199195210117115"), "PART_FAILED"), (LeaseLost(3), "LEASE_LOST")],
    ids=["nobody thought of it", "coded"],
)
def test_whatever_part_fails_the_gate_goes_on_and_the_status_says_so(
    place: Place, failure: Exception, code: str
) -> None:
    relay = BrokenRelay(failure)
    wires = NodeConnections(place.wires.subscriber, place.wires.publisher, lambda *_: relay)
    place.listed(LI)
    place.barrier()
    with place.node(wires=wires) as running:

        def status() -> dict[str, Any]:
            shown: dict[str, Any] = running.client.get("/v1/status").json()
            return shown

        running.until(lambda: running.said(LI) == "BLOCK" and "relay" in status()["waiting"])
        shown = status()
        assert (shown["waiting"]["relay"]["code"], shown["parts"]["relay"]) == (code, "waiting")
        assert "110199195210117115" not in str(shown)
        assert set(shown["parts"].values()) == {"running", "waiting"}
        assert running.client.get("/healthz").status_code == running.client.get("/readyz").status_code == 200
        waits = 'liandong_part_waits{agency="railway-js",node="1",part="relay"}'
        running.until(lambda: f"{waits} 1.0" in running.client.get("/metrics").text)
        relay.mended = True
        running.until(lambda: status()["waiting"] == {})
        running.until(lambda: f"{waits} 0.0" in running.client.get("/metrics").text)
    assert running.ended is None


def test_a_port_that_is_taken_is_named(place: Place) -> None:
    running = place.running()
    with socket.create_server(("127.0.0.1", running.listening.port)):
        running.thread.start()
        running.thread.join(PATIENCE)
    assert running.ended is not None
    assert "API_PORT_IN_USE" in running.ended.message
    running.stop()


def test_only_agencies_with_a_kind_have_nodes(place: Place) -> None:
    with pytest.raises(LiandongError, match="is no agency"):
        place.opened(COURT)
    place.town.participants.new("nameless", "agency", jurisdictions=["js"])
    with pytest.raises(LiandongError, match="names no kind"):
        place.opened("nameless")


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
