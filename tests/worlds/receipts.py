"""Builders of what agencies sign and what the watching room makes of it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from liandong.consumers.replication.latency import ApplyLatency
from liandong.monitoring.ledger.evidence import Evidence
from liandong.monitoring.ledger.evidence_reading import EvidenceReading
from liandong.monitoring.ledger.evidence_views import EvidenceView
from liandong.monitoring.ledger.trusted_floors import TrustedFloors
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey, Signer, encode_signed
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW, VirtualClock
from liandong.tests.worlds.records import Keys, NotaryScribe, registered
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.metrics.definitions import Signals
from liandong.topics.storage.database import open_database, sqlite_url
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord, Subscriber

LISTS = [(topic, partition) for topic in names.state_topics("js") for partition in range(2)]
RELIEF = (names.relief("js"), 0)
EMPTY_LATENCY = ApplyLatency().take()


def digest(text: str) -> bytes:
    """A digest that stands for a state of a partition."""
    return text.encode().ljust(32, b".")


def head_lanes(state: str = "a", offset: int = 100) -> list[dict[str, Any]]:
    """`lanes` of a head at which every partition is in this state."""
    return [
        {"topic": topic, "topic_id": bytes(16), "partition": partition, "offset": offset, "digest": digest(state)}
        | {"records": 5, "live": 4}
        for topic, partition in LISTS
    ]


def gather(evidence: Evidence, subscriber: Subscriber) -> int:
    """Read the evidence of js to the end of the log; how many records were new."""
    reading = EvidenceReading(evidence, subscriber, ["js"], VirtualClock())
    while not reading.done:
        assert reading.step()
    return reading.taken


@dataclass
class AgencyScribe:
    """Writes receipts as one node of an agency does."""

    agency: str = "railway-js"
    node: str = "1"
    jurisdiction: str = "js"
    signer: Signer = field(default_factory=lambda: Ed25519Signer(os.urandom(32)))
    sequence: int = 0
    incarnation: bytes = field(default_factory=CHANCE.ordered_id)

    @property
    def public_key(self) -> PublicKey:
        return registered(self.signer, self.agency, "agency", self.jurisdiction)

    def receipt(
        self, barrier: int, state: str = "a", *, at: int = NOW, offset: int = 101, **fields: Any
    ) -> OutgoingRecord:
        """A receipt of a node that has applied every lane up to `offset` and holds this state in all partitions."""
        self.sequence += 1
        both = {"received_offset": offset, "applied_offset": offset}
        lanes = [
            {"topic": topic, "partition": partition, "digest": digest(state), "records": 5} | both
            for topic, partition in LISTS
        ]
        lanes.append({"topic": RELIEF[0], "partition": RELIEF[1], "digest": bytes(32), "records": 0} | both)
        record = {
            "agency": self.agency, "node": self.node, "incarnation": self.incarnation,
            "jurisdiction": self.jurisdiction, "sequence": self.sequence, "notary": "notary-js-1", "barrier": barrier,
            "barrier_issued_at": NOW + barrier * 1_000, "at": at, "durable": True, "suite": "intl", "unchanged_since": 0, "lanes": lanes,
            "offsets": [], "applied": 7, "stale": 1, "opaque": 0,
            "proven_barrier": -1, "proven_head": bytes(32), "proven_at": 0, "latency": EMPTY_LATENCY, "canaries": [],
            "parked": 0, "parked_since": 0, "dead_letters": 0, "refused": 0,
            "unexamined": 0, "paused": "", "paused_since": 0,
        }  # fmt: skip
        body = encode_signed("receipt", record | fields, "receipt", self.signer)
        key = f"{self.agency}/{self.node}".encode()
        return OutgoingRecord(names.RECEIPTS, key, to_wire("receipt", body))

    def short(self, barrier: int, *, since: int, offset: int, **fields: Any) -> OutgoingRecord:
        """A receipt that says of all lanes only how far they are, and in which receipt the rest stands."""
        short: dict[str, Any] = {"unchanged_since": since, "lanes": [], "offsets": [offset] * (len(LISTS) + 1)}
        return self.receipt(barrier, **short | fields)


class WatchRoom:
    """The evidence of a small jurisdiction in memory."""

    def __init__(self, directory: Path) -> None:
        self.wire, self.clock = MemoryWire(), VirtualClock(NOW + 3_600_000)
        self.wire.broker = MemoryBroker(topics=(), clock=self.clock)
        self.wire.create(names.heads("js"), names.notary_reports("js"), names.RECEIPTS, partitions=1)
        self.agency, self.notary = AgencyScribe(), NotaryScribe()
        self.keys = Keys(self.agency.public_key, self.notary.public_key)
        self.registry = CollectorRegistry()
        self.path = directory / "evidence.db"
        self.evidence = self.open()
        self.publisher = self.wire.publisher()

    def open(self) -> Evidence:
        """The evidence as another process opens it."""
        floors = TrustedFloors(self.path.parent / "floors")
        return Evidence(open_database(sqlite_url(self.path)), self.keys, Signals(self.registry), floors)

    def hear(self, *records: OutgoingRecord) -> int:
        """Puts records into the log and gathers; how many records that were."""
        for record in records:
            self.publisher.send(record)
        self.publisher.flush(1)
        subscriber = self.wire.subscriber()
        return gather(self.evidence, subscriber)

    @property
    def view(self) -> EvidenceView:
        return EvidenceView(self.evidence.engine, self.evidence.tables)

    def head(self, number: int, state: str = "a", **fields: Any) -> OutgoingRecord:
        """A signed head of the notary."""
        issued_at = NOW + number * 1_000
        times = {"issued_at": issued_at, "valid_until": issued_at + 60_000}
        return self.notary.head(number, head_lanes(state), **(times | fields))

    def proven(self, number: int, state: str = "a", **fields: Any) -> tuple[OutgoingRecord, OutgoingRecord]:
        """A head and a receipt that is equal to it."""
        return self.head(number, state), self.agency.receipt(number, state, **fields)

    def refused(self, topic: str, reason: str) -> float:
        """How much evidence did not count."""
        labels = {"topic": topic, "reason": reason}
        return self.registry.get_sample_value("liandong_evidence_refused_total", labels) or 0.0
