"""A publisher, a notary, the railway, the monitor and the courts' inboxes under one suite, by the product's own assembly."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from liandong.consumers.inbox.court import CourtContext
from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import InboxStore
from liandong.consumers.node.assembly import NodeConnections, OpenAgency, open_agency
from liandong.consumers.node.desk import Machine
from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.service.context import MonitoringConnections, MonitoringContext
from liandong.producers.acts.acts import CourtRuling
from liandong.producers.commands.sent import open_commands
from liandong.producers.court import open_court
from liandong.producers.intake.rows.model import IntakeContext
from liandong.producers.publishing.publication import Publication
from liandong.producers.register.rows import new_batch
from liandong.producers.relay.relay import Relay, new_owner
from liandong.schemas.dates import date_of_ms
from liandong.schemas.wire.codec import from_wire
from liandong.tests.simulation.people import COURTS, Listing, townspeople
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.relays import drain
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.settings import load_settings
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.worker import Part

HIGH_COURT, NOTARY, RAILWAY = "court-js", "notary-js-1", "railway-js"
G = {"train_type": "G", "seat_class": "second"}
_LANES = (
    names.interceptions,
    names.court_notices,
    names.feedback,
    names.asset_events,
    names.whereabouts_events,
    names.relief,
    names.heads,
)


class SuitedTown(Administration):
    """Who belongs to one jurisdiction; `of` gives some of them keys of another suite than the town's."""

    def __init__(self, directory: Path, suite: str, of: Mapping[str, str] | None = None) -> None:
        self.clock = VirtualClock(SystemClock().now())
        self.log = MemoryWire()
        super().__init__(
            self.log, load_settings(state_dir=directory, suite=suite, interceptions_every_seconds=1), self.clock
        )
        topics = [*names.state_topics("js"), *(name("js") for name in _LANES)]
        self.wire.create(*topics, names.RECEIPTS, names.commands(RAILWAY), names.dead_letters(RAILWAY), partitions=1)
        suites = of or {}
        for court in (HIGH_COURT, *COURTS):
            self.join(court, "court", jurisdictions=("js",), superior=HIGH_COURT, suite=suites.get(court, ""))
        self.join(NOTARY, "notary", jurisdictions=("js",), suite=suites.get(NOTARY, ""))
        railway = suites.get(RAILWAY, "")
        self.join(RAILWAY, "agency", jurisdictions=("js",), agency_kind="railway", suite=railway)
        self.clock.pass_seconds(60)

    def lists(self, person: int, court: str = COURTS[0]) -> Person:
        """A court publishes a debtor through the publisher, register and outbox of the product."""
        now = self.clock.now()
        with open_court(self.settings, court, self.clock, CHANCE) as opened:
            context = IntakeContext(date_of_ms(now), court, "示例区人民法院")
            batch = new_batch(court, "export.csv", "", now, CHANCE)
            day = date_of_ms(now) - timedelta(days=3)
            row = Listing(court, person, "LIST_ENTRY", 100 + person, day).row(1)
            Publication(opened.register, opened.identity, self.clock, batch, context).run([row])
            drain(opened.register.outbox, self.publisher)
        return townspeople().debtors[person]

    def deletes(self, entry_id: bytes, court: str = COURTS[0]) -> None:
        """A court frees somebody."""
        with open_court(self.settings, court, self.clock, CHANCE) as opened:
            opened.acts.delete(entry_id, CourtRuling("D1"))
            drain(opened.register.outbox, self.publisher)

    def send(self, record: OutgoingRecord) -> None:
        """Put a record into the log."""
        self.publisher.send(record)
        assert self.publisher.flush(1) == 0

    def agency(self, suite: str = "") -> OpenAgency:
        """A node of the railway, of which nothing runs yet."""
        connections = NodeConnections(
            lambda group, _: self.wire.subscriber(group),
            lambda _: self.wire.publisher(),
            lambda outbox, publisher, clock: Relay(outbox, publisher, clock, new_owner(CHANCE)),
        )
        settings = self.settings.model_copy(update={"suite": suite or self.settings.suite})
        return open_agency(settings, RAILWAY, "1", connections, Machine(self.clock, CHANCE, "the boot"))

    def monitoring(self, suite: str = "") -> MonitoringContext:
        """The assembly of notary and monitor."""
        settings = self.settings.model_copy(update={"suite": suite or self.settings.suite})
        connections = MonitoringConnections(lambda _: self.wire.subscriber(), lambda _: self.wire.publisher())
        register = KeyDirectory(self.participants.root_public_key, self.wire.subscriber(), self.clock)
        return MonitoringContext(settings, self.clock, CHANCE, register, connections, self.participants)

    def notary(self, monitoring: MonitoringContext) -> list[Part]:
        """The town's notary at work."""
        return [monitoring.register, monitoring.notary_part(NotaryName("js", NOTARY))]

    def work(self, *parts: Part, seconds: float = 8) -> None:
        """Let them work for some time."""
        run_for(self.clock, seconds, *(part.worker for part in parts))

    def said(self, agency: OpenAgency, who: Person) -> str:
        """What a counter hears; a hit is told to its court."""
        answer = agency.desk.checks.decide(who.request("rail-ticket", **G), self.clock.now(), "counter")
        agency.desk.checks.keep([answer])
        return answer.decision.verdict.value

    def inbox(self, court: str) -> InboxStore:
        """A court's inbox, read to its end."""
        store = InboxStore(self.settings.state_dir / "courts" / court / "inbox.db")
        commands = open_commands(self.settings, "js", court, self.clock)
        keys, directory = self.participants.sealing_keys(court), self.key_directory()
        inbox = Inbox(CourtContext(court, "js", keys, directory, commands, self.clock), self.wire.subscriber(), store)
        run_for(self.clock, 2, directory, inbox)
        assert inbox.caught_up, inbox.failure
        return store

    def told(self, topic: str) -> list[dict[str, Any]]:
        """Everything a topic holds, decoded."""
        return [from_wire(message.value() or b"") for message in self.log.broker.records(topic)]
