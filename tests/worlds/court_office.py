"""A court on a real Kafka: topics, keys, files, commands as a clerk types them, and the recount of what came through."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from liandong.producers.register.register import Register, open_register
from liandong.producers.synthetic.rows import LIST_COLUMNS, SyntheticRequest, list_rows
from liandong.schemas.dates import CHINA
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.register_updates import all_updates
from liandong.topics.catalogue import names
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaSubscriber
from liandong.topics.transport.ports import BEGINNING, TopicPartition
from liandong.topics.workers.clock import SystemClock

COURT, JURISDICTION = "court-su0505", "js"


def rows(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Fictitious list entries."""
    return list(list_rows(SyntheticRequest(seed, count, datetime.now(CHINA).date(), "苏0505")))


def write(path: Path, listings: Iterable[Mapping[str, str]]) -> Path:
    """A CSV file of rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, LIST_COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(listings)
    return path


@dataclass(frozen=True, slots=True)
class Logged:
    """One record in the log."""

    at: TopicPartition
    offset: int
    key: bytes
    record: dict[str, Any]
    value: bytes


class CourtOffice(Installation):
    """An installation with one court."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        Registrar(settings, SystemClock(), CHANCE).new(
            COURT, "court", name="示例区人民法院", jurisdictions=[JURISDICTION]
        )

    def make_topics(self) -> None:
        """Make the topics of the jurisdiction."""
        self.run("topics", "apply")

    def publish(self, path: Path, *options: str, code: int = 0) -> dict[str, Any]:
        """Publishes a file; the summary."""
        found: dict[str, Any] = json.loads(self.run("court", "publish", str(path), "--json", *options, code=code))
        return found

    def register(self) -> Register:
        """The register as it stands."""
        return open_register(self.settings, JURISDICTION, SystemClock())

    def log(self, topic: str, reader: Callable[[bytes], dict[str, Any]] = from_wire) -> list[Logged]:
        """Every record in a topic, partition by partition, as `reader` reads them; nulls are left out."""
        subscriber = KafkaSubscriber(self.settings, client_id="recount")
        partitions = [TopicPartition(topic, number) for number in subscriber.partitions(topic)]
        ends = {at: subscriber.watermarks(at)[1] for at in partitions}
        subscriber.assign(dict.fromkeys(partitions, BEGINNING))
        found: list[Logged] = []
        read = 0
        while read < sum(ends.values()):
            for message in subscriber.poll(10_000, 5):
                read += 1
                at = TopicPartition(topic, message.partition())
                if value := message.value():
                    found.append(Logged(at, message.offset(), message.key() or b"", reader(value), value))
        subscriber.close()
        return sorted(found, key=lambda one: (one.at, one.offset))


def recount(office: CourtOffice) -> dict[str, int]:
    """Compares register and log; everything a crash could have broken is looked at. Counts for the caller's own checks."""
    register = office.register()
    updates = all_updates(register)
    outbox = register.outbox
    assert {lane: backlog.rows for lane, backlog in outbox.backlog().items()} == {"relief": 0, "state": 0, "events": 0}
    _sequences_have_no_gap(updates)
    logged = {topic: office.log(topic) for topic in (*names.state_topics(JURISDICTION), names.relief(JURISDICTION))}
    state = [one for topic in names.state_topics(JURISDICTION) for one in logged[topic]]
    _nothing_is_lost_or_made_up(updates, state)
    _nothing_is_lost_or_made_up([one for one in updates if one.relief_row], logged[names.relief(JURISDICTION)])
    for records in (state, logged[names.relief(JURISDICTION)]):
        _the_highest_version_is_the_last(records)
    places = outbox.positions("state", [one.state_row for one in updates])
    at = {(one.at.topic, one.at.partition, one.offset): one.record["update_id"] for one in state}
    assert [
        at[places[one.state_row].topic, places[one.state_row].partition, places[one.state_row].offset]
        for one in updates
    ] == [one.update_id for one in updates]
    counts = {"updates": len(updates), "entries": len({one.entry_id for one in updates}), "logged": len(state)}
    register.close()
    return counts


def _sequences_have_no_gap(updates: Iterable[Any]) -> None:
    sequences = defaultdict(list)
    for update in updates:
        sequences[update.court, update.list].append(update.court_sequence)
    for numbers in sequences.values():
        assert numbers == list(range(1, len(numbers) + 1))


def _nothing_is_lost_or_made_up(updates: Iterable[Any], records: list[Logged]) -> None:
    said = {one.record["update_id"]: (one.key, one.record["version"], one.record["court_sequence"]) for one in records}
    accepted = {one.update_id: (one.entry_id, one.version, one.court_sequence) for one in updates}
    assert said == accepted


def _the_highest_version_is_the_last(records: list[Logged]) -> None:
    highest: dict[bytes, int] = {}
    last: dict[bytes, int] = {}
    for one in records:
        highest[one.key] = max(highest.get(one.key, 0), one.record["version"])
        last[one.key] = one.record["version"]
    assert last == highest


__all__ = ["COURT", "JURISDICTION", "CourtOffice", "Logged", "recount", "rows", "write"]
