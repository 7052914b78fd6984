"""A town with the nodes of its railway, on the transport in memory unless told, opened by the product's own assembly."""

from pathlib import Path

from sqlalchemy import Engine

from liandong.consumers.acts_db.database import acts_url
from liandong.consumers.node.assembly import NodeConnections, OpenAgency, open_agency
from liandong.consumers.node.desk import Machine
from liandong.producers.relay.relay import Relay, new_owner
from liandong.schemas.people.surrogates import MatchingKey
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.keeping import OwnKeeper
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.records import CourtScribe, NotaryScribe
from liandong.tests.worlds.subscribers import Polled
from liandong.tests.worlds.tallied import tallied_lanes
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.tests.worlds.wires import MemoryWire, Wire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import Clock, SystemClock

NODE_PARTS = (
    "register",
    "acts",
    "clock",
    "nodes",
    "list",
    "relief",
    "revoked",
    "effects",
    "releases",
    "batches",
    "relay",
    "standing",
    "keeping",
    "erasure",
)
"""What works in a node, by name, in the order in which it is stepped."""


class RailwayPlace:
    """A court that lists people, a notary, and the railway that must not carry them."""

    def __init__(self, directory: Path, clock: Clock | None = None, wire: Wire | None = None) -> None:
        self.clock = clock or SystemClock()
        self.wire = wire or MemoryWire()
        self.town = Town(self.wire, directory)
        self.wire.create(names.RECEIPTS, partitions=1)
        self.town.join("notary-js-1", "notary", jurisdictions=("js",))
        self.court = CourtScribe(signer=self.town.participants.signer(COURT))
        self.notary = NotaryScribe(signer=self.town.participants.signer("notary-js-1"))
        self.key: MatchingKey = self.town.participants.matching_keys()[0]
        self.barriers = 0
        self.wires = NodeConnections(
            subscriber=lambda group, _: Polled(self.wire.subscriber(group)),
            publisher=lambda _: self.wire.publisher(),
            relay=lambda outbox, publisher, clock: Relay(outbox, publisher, clock, new_owner(CHANCE)),
        )

    def send(self, record: OutgoingRecord) -> None:
        self.town.publisher.send(record)
        self.town.publisher.flush()

    def listed(self, who: Person) -> bytes:
        """Somebody is listed; the id of the entry."""
        body = self.court.include(identities=who.identities(keys=(self.key,)), name=who.name, at=self.clock.now())
        self.send(self.court.message(body))
        return body[72:88]

    def barrier(self) -> None:
        self.barriers += 1
        now = self.clock.now()
        for marker in self.notary.barriers(1, self.barriers, now):
            self.send(marker)
        directory = self.town.key_directory()
        lanes = tallied_lanes(self.wire, directory)
        directory.close()
        self.send(self.notary.head(self.barriers, lanes, issued_at=now, valid_until=now + 60_000))

    def opened(
        self,
        agency: str = RAILWAY,
        node: str = "1",
        *,
        wires: NodeConnections | None = None,
        boot: str = "the first boot",
        engine: Engine | None = None,
    ) -> OpenAgency:
        """A node with its stores open, of which nothing runs yet; `engine` is an acts store that others use too."""
        settings = self.town.settings
        if engine is None:
            machine = Machine(self.clock, CHANCE, boot, keeper=OwnKeeper)
        else:
            machine = Machine(self.clock, CHANCE, boot, lambda _settings, _agency: engine, OwnKeeper)
            settings = settings.model_copy(update={"acts_url": acts_url(settings, agency)})
        return open_agency(settings, agency, node, wires or self.wires, machine)
