"""An agency's effects in a process of their own, to be killed: reads a recorded log from its start, as after a lost commit.

Arguments: state directory, agency, file with the log, and how many strides it may take; then it waits to be killed.
With no limit it ends by itself when every command is handled and every sighting told.
"""

import base64
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from liandong.consumers.acts_db.context import context_of
from liandong.consumers.acts_db.database import acts_url, open_acts
from liandong.consumers.effects.intake import group_of, topics_of
from liandong.consumers.effects.loop import Effects
from liandong.consumers.events.reports import report
from liandong.consumers.events.sightings import Sighting
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import Person, invented
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.opening import await_keys
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings, load_settings
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.worker import AT_ONCE

SOURCES = 3


def main(state: str, agency: str, log: str, limit: str = "") -> None:
    settings = load_settings(state_dir=Path(state))
    strides = at_work(settings, agency, *recorded(Path(log)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for taken, _ in enumerate(strides, 1):
        if str(taken) == limit:
            signal.pause()


def recorded(log: Path) -> tuple[MemoryBroker, list[tuple[Person, int]]]:
    """The log as it was, and whom the agency meets, and when."""
    broker = MemoryBroker()
    publisher = broker.publisher()
    people = []
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "seed" in row:
            people.append((invented(row["seed"]), row["at"]))
            continue
        key, value = (base64.b64decode(row[each]) for each in ("key", "value"))
        publisher.send(OutgoingRecord(row["topic"], key, value, [(n, base64.b64decode(v)) for n, v in row["headers"]]))
    return broker, people


def at_work(settings: Settings, agency: str, broker: MemoryBroker, people: list[tuple[Person, int]]) -> Iterator[None]:
    """The agency's work, a stride at a time."""
    clock = SystemClock()
    directory = await_keys(KeyDirectory(Participants(settings).root_public_key, broker.subscriber(), clock))
    engine = open_acts(acts_url(settings, agency))
    context = context_of(settings, agency, directory, engine, clock, CHANCE)
    for topic in topics_of(context):
        broker.subscriber().partitions(topic)
    effects = Effects(context, lambda: broker.subscriber(group_of(agency)), engine)
    while effects.step() == AT_ONCE:
        yield
    for source in range(SOURCES):
        for person, at in people:
            seen = Sighting("whereabouts", "TRAVEL", (person.certificate,), person.name, at, {}, f"booking-{source}")
            with engine.begin() as connection:
                report(connection, context, seen)
            yield


if __name__ == "__main__":
    main(*sys.argv[1:])
