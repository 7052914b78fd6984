"""What was accepted and not sent is laid at the relay's door: by lane, with number and time, and no agency is late for it."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits
from liandong.monitoring.status.register_counts import Deliveries
from liandong.monitoring.status.text import StatusText
from liandong.producers.register.register import Register
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.catalogue import names
from liandong.topics.storage.database import open_database
from liandong.topics.transport.ports import Delivered, OutgoingRecord

LATE_AFTER = 60_000
TOPIC = names.debtor_list("js")


class Publisher:
    """A register that accepts, and whose relay the test is."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self.register = clock, Register(open_database("sqlite://"), clock)
        self.accepted = self.sent = 0

    def accept(self) -> None:
        """Accept one update."""
        self.accepted += 1
        number = self.accepted.to_bytes(16, "big")
        with self.register.engine.begin() as connection:
            (row,) = self.register.outbox.append(connection, "state", [OutgoingRecord(TOPIC, b"k", b"v")])
            who = (number, number, 1, "court-su0505", TOPIC, self.accepted, "bat_1", int(Change.INCLUDE))
            self.register.add_updates(connection, [(*who, row, None, self.clock.now(), bytes(32))])

    def send(self) -> None:
        """Send all there is, and go on holding the lease."""
        epoch = self.register.outbox.acquire("relay", 5)
        assert epoch is not None
        rows = range(self.sent + 1, self.accepted + 1)
        self.register.outbox.mark_sent(
            "state", epoch, [(row, Delivered(TOPIC, 0, row, self.clock.now())) for row in rows]
        )
        self.sent = self.accepted


class Watched:
    """A publisher whose updates one silent agency must obey, and what the status says."""

    def __init__(self, directory: Path) -> None:
        self.room = WatchRoom(directory)
        self.clock = self.room.clock
        self.publisher = Publisher(self.clock)

    def document(self) -> dict[str, Any]:
        deliveries = [Deliveries("js", self.publisher.register)]
        sources = DeliverySources(self.room.view, {"railway-js": frozenset({"js"})}, deliveries, {})
        limits = LatenessLimits(self.clock.now(), LATE_AFTER, 10**9, 10**9)
        return StatusDocument(sources, limits).document(StatusQuery())

    def found(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.document()["findings"] if each["kind"] == kind]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.publisher.register.close()


def test_without_a_relay_what_waits_is_named_after_seconds_with_lane_number_and_time(watched: Watched) -> None:
    watched.publisher.accept()
    since = watched.document()["at"]
    watched.clock.pass_seconds(2)
    watched.publisher.accept()
    assert watched.found("not-sent") == []
    watched.clock.pass_seconds(2)
    (finding,) = watched.found("not-sent")
    told = {name: finding[name] for name in ("jurisdiction", "lane", "count", "since", "next")}
    next_command = "liandong court relay --jurisdiction js"
    assert told == {"jurisdiction": "js", "lane": "state", "count": 2, "since": since, "next": next_command}
    watched.publisher.send()
    assert watched.found("not-sent") == []


def test_a_relay_at_work_has_the_promised_time(watched: Watched) -> None:
    watched.publisher.send()
    watched.publisher.accept()
    for second in range(LATE_AFTER // 1_000 + 2):
        watched.publisher.register.outbox.acquire("relay", 5)
        assert bool(watched.found("not-sent")) == (second * 1_000 > LATE_AFTER), second
        watched.clock.pass_seconds(1)


def test_no_agency_is_late_for_what_was_not_sent_and_its_time_begins_when_it_was(watched: Watched) -> None:
    watched.publisher.accept()
    watched.clock.pass_seconds(LATE_AFTER)
    assert watched.found("late") == []
    (agency,) = watched.document()["agencies"]
    assert (agency["accepted"], agency["applied"], agency["late_updates"]) == (1, 0, 0)
    watched.publisher.send()
    watched.clock.pass_seconds(LATE_AFTER / 1_000)
    assert watched.found("late") == []
    watched.clock.pass_seconds(1)
    assert [each["updates"] for each in watched.found("late")] == [1]


def test_it_is_told_in_both_languages(watched: Watched) -> None:
    watched.publisher.accept()
    watched.clock.pass_seconds(5)
    document = watched.document()
    (finding,) = [each for each in document["findings"] if each["kind"] == "not-sent"]
    for lang in ("en", "zh"):
        console = Console(file=StringIO(), width=300)
        StatusText(document, lang).print(console)
        printed = cast("StringIO", console.file).getvalue()
        (sentence,) = [each for each in sentences(document, Words(lang)) if each.key.startswith("not-sent/")]
        for told in (printed, sentence.text):
            assert finding["since"] in told
            assert "state" in told
        assert finding["next"] in printed
        assert sentence.command == finding["next"]


def test_what_is_on_its_way_to_an_agency_is_counted_before_anything_is_late(watched: Watched) -> None:
    assert watched.document()["on_the_way"] == []
    watched.publisher.accept()
    since = watched.document()["at"]
    watched.clock.pass_seconds(1)
    watched.publisher.accept()
    document = watched.document()
    assert document["on_the_way"] == [{"agency": "railway-js", "count": 2, "since": since}]
    assert document["unsent"] == [{"jurisdiction": "js", "lane": "state", "count": 2, "since": since}]
    watched.publisher.send()
    document = watched.document()
    assert (document["unsent"], document["uncounted"]) == ([], [])
    assert [each["count"] for each in document["on_the_way"]] == [2]
