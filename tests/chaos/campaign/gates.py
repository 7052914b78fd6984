"""Asking gates: everybody the campaign knows, at every node, every 100 ms, whatever happens meanwhile."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import httpx

from liandong.tests.chaos.campaign.truth import Answer
from liandong.tests.worlds.people import Person

PACE = 0.1
TRAIN = {"train_type": "G", "seat_class": "second"}


class Gate:
    """The check API of a node."""

    def __init__(self, node: str, port: int, token: str) -> None:
        self.node = node
        headers = {"authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20)

    def ask(self, people: Mapping[int, Person]) -> list[Answer]:
        """Ask about everybody at once; nothing if it does not answer (it is down, or says to come later)."""
        checks = [{"ref": str(who)} | person.asked("rail-ticket", **TRAIN) for who, person in people.items()]
        asked = time.monotonic()
        try:
            reply = self._client.post("/v1/checks", json={"checks": checks})
        except httpx.TransportError:
            return []
        answered = time.monotonic()
        if reply.status_code != 200:
            return []
        results = [one for one in reply.json()["results"] if "result" in one]
        return [Answer(self.node, int(one["ref"]), asked, answered, one["result"]["decision"]) for one in results]

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


class Prober:
    """Asks from a thread while a `with` block runs."""

    def __init__(self, gates: Sequence[Gate], people: Callable[[], Mapping[int, Person]]) -> None:
        self._gates, self._people = gates, people
        self.answers: list[Answer] = []
        self.unanswered = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(gate,)) for gate in gates]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, gate: Gate) -> None:
        while not self._stop.wait(PACE):
            answers = gate.ask(self._people())
            self.answers += answers
            self.unanswered += not answers
