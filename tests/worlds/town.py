"""A small town to test in: courts, agencies, their keys on the bus, and a clock that is moved by hand."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.founding import founding
from liandong.tests.worlds.town_members import COURT, KINDS, TownCourt
from liandong.tests.worlds.waiting import PATIENCE
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.keyrings import Directory
from liandong.topics.settings import load_settings
from liandong.topics.transport.ports import BEGINNING, Message, OutgoingRecord, TopicPartition
from liandong.topics.workers.clock import SystemClock


class Town(Administration):
    """Everybody, on one transport."""

    def __init__(self, wire: Wire, directory: Path) -> None:
        self.directory = directory
        founded = founding()
        self.clock = HandClock(SystemClock().now())  # a real broker has the real time; the keys are older
        founded.settle(directory)
        super().__init__(wire, load_settings(state_dir=directory, interceptions_every_seconds=1.0), self.clock)
        wire.create(*_topics("js"), *_topics("cq"), partitions=1)
        wire.create(*(names.commands(each) for each in KINDS), *(names.dead_letters(each) for each in KINDS))
        self.send(*founded.keys)
        self.court = TownCourt(self, COURT)

    def until(self, happened: Callable[[], bool], pace: int = 1_001) -> None:
        """Lets time pass, `pace` ms at a time on the hand clock and a little outside, until something has happened."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.clock.time += pace
            if happened():
                return
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def is_revoked(self, directory: Directory, participant: str) -> bool:
        """Whether a process has heard that a participant's first signing key is revoked."""
        directory.refresh()
        first = next(entry for entry in self.participants.keys(participant) if entry.use == "sign")
        key = directory.key(first.key_id)
        return key is not None and key.revoked_at != 0

    def send(self, *records: OutgoingRecord) -> None:
        """Put records into the log and wait until they are there."""
        for record in records:
            self.publisher.send(record)
        assert self.publisher.flush(30) == 0

    def codes(self) -> list[str]:
        """Feedback codes in the order they were written."""
        answers = sorted(self.records(names.feedback("js")), key=lambda record: record["at"])
        return [record["code"] for record in answers]

    def count(self, *topics: str) -> int:
        """Records in topics."""
        subscriber = self.wire.subscriber()
        try:
            return sum(high - low for low, high in map(subscriber.watermarks, self._parts(*topics)))
        finally:
            subscriber.close()

    def _parts(self, *topics: str) -> list[TopicPartition]:
        subscriber = self.wire.subscriber()
        try:
            return [TopicPartition(topic, number) for topic in topics for number in subscriber.partitions(topic)]
        finally:
            subscriber.close()

    def messages(self, *topics: str) -> list[Message]:
        """Everything topics hold."""
        wanted = self.count(*topics)
        subscriber = self.wire.subscriber()
        subscriber.assign(dict.fromkeys(self._parts(*topics), BEGINNING))
        found: list[Message] = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < wanted:
            assert time.monotonic() < deadline, f"{len(found)} of {wanted} records came"
            found += subscriber.poll(1000, 0.5)
        subscriber.close()
        return found

    def records(self, topic: str) -> list[dict[str, Any]]:
        """Everything a topic holds, decoded."""
        return [from_wire(message.value() or b"") for message in self.messages(topic)]

    def all_topics(self) -> list[str]:
        """Every topic of this town."""
        own = [name for agency in KINDS for name in (names.commands(agency), names.dead_letters(agency))]
        return [names.KEYS, *_topics("js"), *_topics("cq"), *own]


def _topics(jurisdiction: str) -> Iterator[str]:
    yield from names.state_topics(jurisdiction)
    of: list[Callable[[str], str]] = [
        names.relief,
        names.heads,
        names.notary_reports,
        names.interceptions,
        names.feedback,
        names.asset_events,
        names.whereabouts_events,
        names.enforcement_counts,
        names.court_notices,
        names.supervision_acts,
    ]
    for name in of:
        yield name(jurisdiction)
