"""A small town to test in: courts, agencies, their keys on the bus, and a clock that is moved by hand."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.database import OUTBOX_LANES, open_acts
from liandong.consumers.acts_db.tables import outbox
from liandong.consumers.effects.loop import Effects, group_of, topics_of
from liandong.consumers.events.reports import report
from liandong.consumers.events.sightings import Sighting
from liandong.consumers.inbox.inbox import CourtContext, Inbox
from liandong.consumers.inbox.store import InboxStore
from liandong.producers.commands.commands import CommandingCourt, Commands
from liandong.producers.commands.files import WatchRequest
from liandong.producers.commands.sent import CommandRegister
from liandong.producers.register.register import open_register
from liandong.producers.relay.relay import Relay, new_owner
from liandong.producers.synthetic.people import Invention
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.law.watch_kinds import DAY_MS, held_by
from liandong.schemas.people.certificates import Certificate, normalise
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import Directory, KeyDirectory, load_directory, publish_keys
from liandong.topics.keys.manifest import Kind, ManifestFields
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import load_settings
from liandong.topics.storage.database import sqlite_url
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.ports import BEGINNING, Message, SystemClock, TopicPartition

PATIENCE = 60.0
COURT, OTHER_COURT, HIGH_COURT, FOREIGN_COURT = "court-su0505", "court-su0506", "court-js", "court-yu0101"
RAILWAY, POLICE = "railway-js", "police-js"
KINDS = {RAILWAY: "railway", POLICE: "police-lodging"}


class HandClock:
    """Stands still until it is moved; starts now, because a real broker has the real time."""

    def __init__(self) -> None:
        self.time = SystemClock().now()

    def now(self) -> int:
        return self.time


class Person:
    """A fictitious debtor."""

    def __init__(self, seed: int) -> None:
        people = (each for each in Invention(seed).people() if each.certificates[0][0].name == "CN_ID")
        subject = next(people)
        self.name = subject.name
        kind, number, country = subject.certificates[0]
        self.certificate: Certificate = normalise(kind, number, country or None)


class Agency:
    """One node of an agency."""

    def __init__(self, town: "Town", participant: str, node: str = "1") -> None:
        self.town, self.id = town, participant
        path = town.directory / "agencies" / participant / "acts.db"
        self.path = path
        self.engine = open_acts(sqlite_url(path))
        store = SqlOutbox(self.engine, OUTBOX_LANES, tables=outbox, clock=town.clock)
        self.context = AgencyContext(
            participant,
            frozenset({"js"}),
            held_by(KINDS[participant]),
            town.participants.signer(participant),
            town.participants.sealing_keys(participant),
            town.key_directory(),
            town.participants.matching_keys(),
            store,
            town.clock,
        )
        self.node = node
        self._done_by: dict[int, int] = {}
        self.effects = self.new_effects()

    def new_effects(self, group: str | None = None) -> Effects:
        """Effects on this store; another group reads everything again."""
        subscriber = self.town.wire.subscriber(group or group_of(self.id))
        return Effects(self.context, subscriber, self.engine, node=self.node)

    def settle(self, effects: Effects | None = None) -> None:
        """Handles everything that stands in the topics it reads, and sends what came of it."""
        running = effects or self.effects
        left = self.town.count(*topics_of(self.context)) - self._done(running)
        deadline = time.monotonic() + PATIENCE
        while left > 0:
            assert time.monotonic() < deadline, f"{left} messages did not come"
            came = running.step(0.2)
            self._done_by[id(running)] += came
            left -= came
        running.step(0)
        self.relay()

    def _done(self, effects: Effects) -> int:
        return self._done_by.setdefault(id(effects), 0)

    def relay(self) -> None:
        """Sends what waits in the outbox."""
        Relay(self.context.outbox, self.town.publisher, SystemClock(), new_owner()).drain()

    def meet(self, person: Person, *, at: int | None = None, kind: str = "TRAVEL", source: str = "") -> list[bytes]:
        """The agency met somebody; handles of what it told."""
        when = self.town.clock.now() if at is None else at
        fields = {"place": "苏州站", "service_number": "G7001", "phone_position": "31.3,120.6"}
        sighting = Sighting("whereabouts", kind, (person.certificate,), person.name, when, fields, source)
        with self.engine.begin() as connection:
            told = report(connection, self.context, sighting)
        self.relay()
        return told


class Court:
    """One court: gives commands, reads its inbox."""

    def __init__(self, town: "Town", participant: str, jurisdiction: str = "js") -> None:
        self.town, self.id, self.jurisdiction = town, participant, jurisdiction
        self.register = open_register(town.settings, jurisdiction, town.clock)
        self.desk = CommandingCourt(
            participant,
            jurisdiction,
            town.participants.signer(participant),
            town.key_directory(),
            town.participants.matching_keys(),
            town.clock,
        )
        self.commands = Commands(self.desk, self.register)

    def watch(self, person: Person, agency: str = RAILWAY, **changes: Any) -> bytes:
        """Gives a watch command and sends it; its handle."""
        given = self.commands.give(WatchRequest(agency, order_for(self.town, person, **changes), 3_600_000))
        self.relay()
        return given.command.command_id

    def relay(self) -> None:
        """Sends what waits in the publisher's outbox."""
        Relay(self.register.outbox, self.town.publisher, SystemClock(), new_owner()).drain()

    def inbox(self) -> Inbox:
        """This court's inbox, as a process opens it."""
        store = InboxStore(self.town.directory / "courts" / self.id / "inbox.db")
        context = CourtContext(
            self.id,
            self.jurisdiction,
            self.town.participants.sealing_keys(self.id),
            self.town.key_directory(),
            CommandRegister(self.register.engine, self.id),
            self.town.clock,
        )
        return Inbox(context, self.town.wire.subscriber(), store)


class Town:
    """Everybody, on one transport."""

    def __init__(self, wire: Wire, directory: Path) -> None:
        self.wire, self.directory = wire, directory
        self.clock = HandClock()
        self.settings = load_settings(state_dir=directory)
        self.participants = Participants(self.settings, self.clock)
        wire.create(names.KEYS, *_topics("js"), *_topics("cq"), partitions=1)
        wire.create(*(names.commands(each) for each in KINDS), *(names.dead_letters(each) for each in KINDS))
        self.publisher = wire.publisher()
        self.join(HIGH_COURT, "court", jurisdictions=("js",))
        self.join(COURT, "court", jurisdictions=("js",), superior=HIGH_COURT)
        self.join(OTHER_COURT, "court", jurisdictions=("js",))
        self.join(FOREIGN_COURT, "court", jurisdictions=("cq",))
        for agency, kind in KINDS.items():
            self.join(agency, "agency", jurisdictions=("js",), agency_kind=kind)
        self.court = Court(self, COURT)

    def join(self, participant: str, kind: Kind, *, publish: bool = True, **fields: Any) -> None:
        """A new participant with registered keys."""
        manifest: ManifestFields = fields  # type: ignore[assignment]
        self.participants.new(participant, kind, **manifest)
        if publish:
            publish_keys(self.publisher, self.participants, participant)

    def key_directory(self) -> KeyDirectory:
        """What a process knows of everybody's keys."""
        return load_directory(self.wire.subscriber(), self.participants.root_public_key, self.clock)

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
        names.interceptions,
        names.feedback,
        names.asset_events,
        names.whereabouts_events,
    ]
    for name in of:
        yield name(jurisdiction)


def order_for(town: Town, person: Person, **changes: Any) -> WatchOrder:
    """A lawful watch order for a debtor, changed where the test wants it."""
    lawful: dict[str, Any] = {
        "case_number": "（2026）苏0505执1234号",
        "document_number": "（2026）苏0505执1234号之一",
        "document_hash": bytes(range(32)),
        "judge": "王明远",
        "purpose": "LOCATE_DEBTOR",
        "kinds": ("TRAVEL",),
        "until": town.clock.now() + 30 * DAY_MS,
        "name": person.name,
        "certificates": (person.certificate,),
    }
    return WatchOrder(**(lawful | changes))
