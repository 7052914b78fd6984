"""A node of an agency and a court's inbox, in threads, while poison is poured into every topic they read; on whichever transport."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from liandong.consumers.inbox.assembly import InboxMachine, OpenInbox, open_inbox
from liandong.producers.commands.sent import open_commands
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.people import LI, WANG, invented
from liandong.tests.worlds.poison import burst
from liandong.tests.worlds.running_node import Place, Running
from liandong.tests.worlds.town_members import COURT
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import Workers

NODE_READS = (
    names.KEYS,
    names.supervision_acts("js"),
    *names.state_topics("js"),
    names.relief("js"),
    names.heads("js"),
    names.commands("railway-js"),
)
INBOX_READS = (
    names.interceptions("js"),
    names.feedback("js"),
    names.asset_events("js"),
    names.whereabouts_events("js"),
)
RECORDS = 150
LARGEST = 999_900
"""Bytes of a value that a record can just carry."""
_PROBE_SECONDS = 0.1


class Prober:
    """Asks the gate of a node every 100 ms about somebody who is listed and somebody who is not."""

    def __init__(self, running: Running) -> None:
        self.answers: list[tuple[str, str]] = []
        self.slowest = 0.0
        self._running, self._over = running, threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(_PROBE_SECONDS):
            asked_at = time.monotonic()
            self.answers.append((self._running.said(LI), self._running.said(WANG)))
            self.slowest = max(self.slowest, time.monotonic() - asked_at)


class PoisonedNodeSuite:
    """Give it a fixture `wire`."""

    @pytest.fixture
    def place(self, wire: Wire, tmp_path: Path) -> Place:
        return Place(tmp_path / "town", wire)

    @contextmanager
    def following(self, place: Place) -> Iterator[tuple[OpenInbox, Workers]]:
        """The court's inbox, as `court inbox --follow` runs it."""
        directory = KeyDirectory(place.town.participants.root_public_key, place.wire.subscriber(), SystemClock())
        machine = InboxMachine(place.town.settings, SystemClock(), lambda _: place.wire.subscriber(), open_commands)
        opened, workers = open_inbox(machine, COURT, directory), Workers()
        workers.start(opened.parts())
        try:
            yield opened, workers
        finally:
            workers.stop.set()
            workers.wait(10)

    def test_node_and_inbox_go_on_and_the_gate_answers_all_the_while(self, place: Place) -> None:
        town = place.town
        entry = place.listed(LI)
        place.barrier()
        with place.node() as running, self.following(place) as (inbox, workers):
            running.until(lambda: running.said(LI) == "BLOCK")
            town.court.watch(invented(1))
            until(lambda: self.answered(inbox) == ["00"], 60)
            with Prober(running) as prober:
                for topic in (*NODE_READS, *INBOX_READS):
                    genuine = town.messages(topic)
                    town.send(*burst(topic, genuine, RECORDS))
                    town.send(*(OutgoingRecord(topic, b"large", bytes([each]) * LARGEST) for each in (0, 255)))
                place.barrier()
                town.court.watch(invented(2))
                until(lambda: self.answered(inbox) == ["00", "00"], 60)
                freed = place.court.change(entry, Change.REVOKE, at=SystemClock().now())
                until(lambda: len(prober.answers) > 3)
                held = len(prober.answers)
                place.send(place.court.relief(freed))
                running.until(lambda: running.said(LI) == "ALLOW")
            assert set(prober.answers[:held]) == {("BLOCK", "ALLOW")}
            assert {answer for _, answer in prober.answers} == {"ALLOW"}
            assert prober.slowest < 10
            shown = running.client.get("/v1/status").json()
            assert (set(shown["parts"].values()), shown["waiting"]) == ({"running"}, {})
            assert set(workers.states().values()) == {"running"}
            assert inbox.box.failure is None
            until(lambda: place.town.count(names.dead_letters("railway-js")) > RECORDS, 60)

    def answered(self, inbox: OpenInbox) -> list[str]:
        """The answers to commands that count."""
        opened = (inbox.box.open(each) for each in inbox.store.items() if not each.refused)
        return [str(each.record["code"]) for each in opened if each.item.schema == "control-feedback" and each.record]
