"""A list that was attacked, on a real Kafka: notary, node and a program written from docs/wire.md alone count it alike."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from liandong.monitoring.notary.config import NotaryConfig, NotaryPorts
from liandong.monitoring.notary.notary import Notary
from liandong.monitoring.notary.signing import NotaryIdentity
from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.copying import PARTITIONS, TOPICS, CopyingNode
from liandong.tests.worlds.java import run_java
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.people import LI, WANG
from liandong.tests.worlds.records import CourtScribe
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.metrics.definitions import Signals
from liandong.topics.settings import Settings
from liandong.topics.transport.partitioner import partition_of
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock

LIST, HOUR = names.debtor_list("js"), 3_600_000
COURT, SIBLING, ABOVE, NOTARY, AGENCY = "court-su0505", "court-su0506", "court-su05", "notary-js-1", "air-js"


class Attacked:
    """Courts, a notary and a node on Kafka, and an adversary who holds every key but theirs."""

    def __init__(self, wire: KafkaWire, directory: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        settings = wire.settings.model_copy(update={"state_dir": directory / "keys"})
        self.clock = SystemClock()
        self.admin = Administration(wire, settings, self.clock)
        self.admin.join(ABOVE, "court", jurisdictions=("js",))
        self.admin.join(COURT, "court", jurisdictions=("js",), superior=ABOVE)
        self.admin.join(SIBLING, "court", jurisdictions=("js",))
        self.admin.join(NOTARY, "notary", jurisdictions=("js",))
        self.admin.join(AGENCY, "agency", jurisdictions=("js",), agency_kind="airline")
        self.wire, self.publisher = wire, wire.publisher()
        self.directories = [self.admin.key_directory(), self.admin.key_directory()]
        signer = self.admin.participants.signer(NOTARY)
        config = NotaryConfig("js", NOTARY, directory / "notary", interval=200, head_valid=60_000)
        voice = NotaryIdentity(signer, wire.publisher(), self.clock, CHANCE)
        signals = Signals(CollectorRegistry())
        self.notary = Notary(config, NotaryPorts(voice, wire.subscriber(), self.directories[0], signals))
        keys: KeyDirectory = self.directories[1]
        self.node = CopyingNode(directory / "node", wire.subscriber, keys)  # type: ignore[arg-type]

    def scribe(self, court: str, signer: Ed25519Signer | None = None) -> CourtScribe:
        """Whoever writes in a participant's name, with its own key or another one."""
        return CourtScribe(court=court, signer=signer or self.admin.participants.signer(court))

    def send(self, *records: OutgoingRecord) -> None:
        for record in records:
            self.publisher.send(record)
        assert self.publisher.flush(30) == 0

    def heads(self, more: int = 2) -> None:
        """Let the notary sign so many heads more, and the node read."""
        until = self.notary.head_number + more
        for _ in range(3_000):
            for directory in self.directories:
                directory.step()
            if self.notary.step():
                self.notary.wait(0.02)
            self.node.drain()
            if self.notary.head_number >= until:
                return
        raise AssertionError("the notary never got there")

    def in_java(self, number: str, name: str) -> dict[str, list[list[str]]]:
        """What the program says of heads, and finds of somebody."""
        secrets = (
            self.admin.participants.root_public_key.raw.hex(),
            self.admin.participants.matching_keys()[-1].secret.hex(),
        )
        kafka = str(self.wire.settings.bootstrap), self.wire.settings.topic_prefix, str(SCHEMA_DIR)
        lines = run_java("MatchLists", *kafka, "js", *secrets, number, name).splitlines()
        return {what: [line.split()[1:] for line in lines if line.startswith(what)] for what in ("head", "found")}


@pytest.fixture
def attacked(wire: KafkaWire, settings: Settings, tmp_path: Path) -> Iterator[Attacked]:
    assert settings is wire.settings
    made = Attacked(wire, tmp_path)
    yield made
    made.notary.close()
    made.node.close()
    made.publisher.close()
    for directory in made.directories:
        directory.close()


def test_an_attacked_list_is_counted_alike_by_everybody(attacked: Attacked) -> None:
    now = attacked.clock.now()
    keys = attacked.admin.participants.matching_keys()
    court, sibling, agency = (attacked.scribe(each) for each in (COURT, SIBLING, AGENCY))
    stranger = attacked.scribe(COURT, Ed25519Signer(os.urandom(32)))
    included = court.include(identities=LI.identities(keys=keys), name=LI.name, at=now)
    entry = entry_of(included)
    message = court.message(included)
    attacked.send(message)
    for other in (sibling, agency, stranger):
        other.entries[entry] = court.entries[entry] | {"court": other.court}
    agency.entries[entry] |= {"record_class": 1}
    attacked.send(
        sibling.message(sibling.change(entry, Change.REVOKE, at=now)),
        agency.message(agency.change(entry, Change.REVOKE, at=now)),
        stranger.message(stranger.change(entry, Change.REVOKE, at=now)),
        stranger.message(stranger.include(identities=WANG.identities(keys=keys), name=WANG.name, at=now)),
        OutgoingRecord(LIST, entry, b"garbage"),
        OutgoingRecord(LIST, entry, None),
        OutgoingRecord(LIST, entry, message.value, partition=(partition_of(entry, PARTITIONS) + 1) % PARTITIONS),
        OutgoingRecord(LIST, b"", message.value, partition=0),
    )
    order = court.include(
        identities=WANG.identities(keys=keys), instrument=Instrument.CONSUMPTION_ORDER, name=WANG.name, at=now
    )
    attacked.send(OutgoingRecord(LIST, entry_of(order), court.message(order).value))
    attacked.heads()
    thief = attacked.scribe(COURT)
    attacked.admin.participants.rotate(COURT, compromised_since=now - HOUR)
    attacked.admin.publish(COURT)
    while not all(directory.revoked("court") for directory in attacked.directories):
        for directory in attacked.directories:
            directory.refresh()
    attacked.heads()
    thief.entries[entry] = dict(court.entries[entry])
    attacked.send(thief.message(thief.change(entry, Change.REVOKE, at=now)))
    attacked.heads()
    for person, entries in ((LI, [entry.hex()]), (WANG, [])):
        said = attacked.in_java(person.number, person.name)
        assert {equal for *_, equal in said["head"]} == {"true"}
        assert [found for _, found, _ in said["found"]] == entries
    assert {head.unequal for head in attacked.node.store.heads()} == {()}
    assert all(head.proven_number >= 0 for head in attacked.node.store.heads())
    surrogates = [each["surrogate"] for each in LI.identities(keys=keys)]
    assert {found.prefix["version"] for found in attacked.node.view.find(surrogates)} == {1}
    others = [each["surrogate"] for each in WANG.identities(keys=keys)]
    assert {attacked.node.view.trust(found) for found in attacked.node.view.find(others)} == {Trust.NOBODYS}
    assert "revoked" in attacked.node.incidents()


def test_a_key_says_no_higher_version_than_the_next_one_outbids_and_a_court_stays_where_it_was_founded(
    attacked: Attacked,
) -> None:
    now, keys = attacked.clock.now(), attacked.admin.participants.matching_keys()
    thief = attacked.scribe(COURT)
    included = thief.include(identities=LI.identities(keys=keys), name=LI.name, at=now)
    entry, other = entry_of(included), thief.include(identities=WANG.identities(keys=keys), name=WANG.name, at=now)
    attacked.send(thief.message(included), thief.message(other))
    key = attacked.directories[0].key(thief.signer.key_id)
    assert key is not None
    highest = 1000 * key.valid_from + 999
    thief.entries[entry] |= {"version": highest - 1}
    thief.entries[entry_of(other)] |= {"version": highest}
    for each in (entry, entry_of(other)):  # as high as the key may say, and one higher
        attacked.send(thief.message(thief.change(each, Change.REVOKE, at=now)))
    attacked.heads()
    manifest = attacked.admin.participants.file(COURT, "manifest.yaml")
    manifest.write_text(manifest.read_text("utf-8").replace("- js", "- cq"), "utf-8")
    attacked.admin.participants.rotate(COURT)
    attacked.admin.publish(COURT)
    court, later = attacked.scribe(COURT), attacked.clock.now() + 1_000
    said_of: dict[str, Any] = {
        "identities": LI.identities(keys=keys),
        "name": LI.name,
        "entry_id": entry,
        "version": highest + 1,
    }
    attacked.send(court.message(court.include(at=later, **said_of)))
    attacked.heads()
    for person, found in ((LI, [entry.hex()]), (WANG, [entry_of(other).hex()])):
        said = attacked.in_java(person.number, person.name)
        assert {equal for *_, equal in said["head"]} == {"true"}
        assert [each for _, each, _ in said["found"]] == found
    assert {head.unequal for head in attacked.node.store.heads()} == {()}
    surrogates = [each["surrogate"] for each in LI.identities(keys=keys)]
    assert {each.prefix["version"] for each in attacked.node.view.find(surrogates)} == {highest + 1}
