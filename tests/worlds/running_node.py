"""A node of the railway that runs in a thread of this process, with a client of its API."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from liandong.consumers.api.server import ListenAddress
from liandong.consumers.api.tokens import Grant, TokenFile
from liandong.consumers.node.assembly import NodeConnections
from liandong.consumers.node.node import AgencyNode
from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.railway import RailwayPlace
from liandong.tests.worlds.town_members import RAILWAY
from liandong.tests.worlds.wires import Wire
from liandong.topics.embedded.ports import some_free
from liandong.topics.workers.clock import SystemClock

G = {"train_type": "G", "seat_class": "second"}
PATIENCE = 60.0


class Place(RailwayPlace):
    """Where a node of the railway runs, with a token for its API."""

    def __init__(self, directory: Path, wire: Wire | None = None) -> None:
        super().__init__(directory, wire=wire)
        tokens = TokenFile(directory / "agencies" / RAILWAY / "tokens.yaml")
        self.headers = {"authorization": f"Bearer {tokens.add(Grant('booking'), clock=SystemClock(), chance=CHANCE)}"}

    def running(self, node: str = "1", wires: NodeConnections | None = None) -> "Running":
        """A node in a thread that is not started yet."""
        return Running(self, AgencyNode(self.town.settings, self.opened(node=node, wires=wires)))

    @contextmanager
    def node(self, wires: NodeConnections | None = None) -> Iterator["Running"]:
        """A node that runs, its API answering."""
        running = self.running(wires=wires)
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
        self.node.workers.stop.set()
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
